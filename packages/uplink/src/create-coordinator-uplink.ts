import { canonicalBytes, limitV1, parse, tariffSignalV1, type ReceiptV1 } from '@microgrid/events';
import { KEY_ROTATION, toBase64Url, type EventLog, type JournalRecord } from '@microgrid/journal';
import { formatInstant } from '@microgrid/units';
import { checkBatch } from './check-batch.js';
import type {
  AcceptedEntry,
  CoordinatorStatistics,
  CoordinatorUplink,
  CoordinatorUplinkOptions,
  EnrolledGateway,
  SignalDraft,
} from './coordinator-uplink.js';
import {
  eventsEnvelope,
  MAX_MESSAGE_BYTES,
  signedBytes,
  type EventsEnvelope,
  type ReceiptEnvelope,
  type SignalEnvelope,
} from './envelope.js';
import type { Signal } from './gateway-status.js';
import { keyHistory, keySubject } from './key-history.js';
import { placeBatch } from './place-batch.js';
import { readEnvelope } from './read-envelope.js';
import { ReceiptCache } from './receipt-cache.js';
import { RefusalCounter, type Refusal, type RefusalCounts } from './refusal.js';
import { readSequence } from './sequence-document.js';
import { Serial } from './serial.js';
import { filterOf, readTopic, topicOf } from './topic.js';
import type { TransportMessage } from './transport.js';
import { UplinkError } from './uplink-error.js';

/** Messages of one gateway that may wait; more are dropped, and the gateway sends them again. */
const MAX_WAITING = 64;
const RECEIPTS_KEPT = 64;
const SEQUENCES = 'uplink-signal-sequences';

type WireRecord = EventsEnvelope['records'][number];

/** Whose data an entry is: what is erased together. */
function subjectOf(gateway: string, event: AcceptedEntry['event'] | undefined): string {
  return event?.kind === 'interval' ? event.meteringPoint : gateway;
}

function toStore(
  { entry, payload, salt }: WireRecord,
  gateway: string,
  event: AcceptedEntry['event'] | undefined,
): JournalRecord {
  const subject = entry.kind === KEY_ROTATION ? keySubject(gateway) : subjectOf(gateway, event);
  return payload === undefined || salt === undefined
    ? { entry, subject }
    : { entry, subject, payload, salt };
}

class CoordinatorEnd implements CoordinatorUplink {
  readonly #refusals = new RefusalCounter();
  readonly #receipts = new ReceiptCache(RECEIPTS_KEPT);
  readonly #logs = new Map<string, Promise<EventLog>>();
  readonly #queues = new Map<string, Serial>();
  readonly #sending: Serial;
  readonly #counts: { -readonly [Key in keyof CoordinatorStatistics]: number } = {
    messages: 0,
    batchesAccepted: 0,
    batchesRejected: 0,
    entriesStored: 0,
    entriesRepeated: 0,
  };
  readonly #unsubscribe: () => void;

  constructor(private readonly options: CoordinatorUplinkOptions) {
    this.#sending = new Serial(() => undefined);
    this.#unsubscribe = options.transport.onMessage(filterOf('events'), (message) => {
      this.#take(message);
    });
  }

  #take(message: TransportMessage): void {
    this.#counts.messages += 1;
    const named = readTopic(message.topic);
    if (named?.channel !== 'events') {
      this.#refuse(
        { code: 'foreign-topic', message: `${message.topic}: no topic of events` },
        message,
      );
      return;
    }
    const queue = this.#queueOf(named.gateway, message.topic);
    if (queue.waiting >= MAX_WAITING) {
      const why = `${message.topic}: ${MAX_WAITING} messages wait; this one is dropped, send it again later`;
      this.#refuse({ code: 'overloaded', message: why }, message);
      return;
    }
    void queue.run(() => this.#handle(message, named.gateway));
  }

  /** Strangers share one queue, so that invented gateways cost no memory. */
  #queueOf(gateway: string, topic: string): Serial {
    const key = this.options.enrolled(gateway) === undefined ? '' : gateway;
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue = new Serial((error) => this.options.onError?.(error, topic));
    this.#queues.set(key, queue);
    return queue;
  }

  #refuse(refusal: Refusal, { topic }: TransportMessage): void {
    this.#refusals.add(refusal.code);
    this.options.onRefusal?.(refusal, topic);
  }

  async #handle(message: TransportMessage, topicGateway: string): Promise<void> {
    const { maxMessageBytes = MAX_MESSAGE_BYTES } = this.options;
    const read = readEnvelope(eventsEnvelope, message, maxMessageBytes);
    if (!read.success) {
      this.#refuse(read.refusal, message);
      return;
    }
    const { envelope } = read;
    if (envelope.gateway !== topicGateway) {
      // Not answered: the true owner of the topic or of the name did not ask.
      const why = `${message.topic}: got a batch of ${envelope.gateway}, expected one of ${topicGateway}`;
      this.#refuse({ code: 'topic-identity', message: why }, message);
      return;
    }
    const refusal = await this.#store(envelope, this.options.enrolled(topicGateway));
    if (refusal === undefined) {
      this.#counts.batchesAccepted += 1;
      await this.#answer(envelope, undefined);
      return;
    }
    this.#counts.batchesRejected += 1;
    this.#refuse(refusal, message);
    await this.#answer(envelope, refusal);
  }

  /** Checks a batch and makes it durable. */
  async #store(
    envelope: EventsEnvelope,
    gateway: EnrolledGateway | undefined,
  ): Promise<Refusal | undefined> {
    const { hash, verifying, onAccepted } = this.options;
    // A stranger's batch must not open a log; it is refused by its name.
    if (gateway === undefined) {
      const stranger = await checkBatch(envelope, gateway, { hash, verifying });
      return stranger.success ? undefined : stranger.refusal;
    }
    const log = await this.#logOf(envelope.gateway);
    const keys = await keyHistory(log, gateway.publicKey);
    const checked = await checkBatch(envelope, gateway, { hash, verifying, keys });
    if (!checked.success) return checked.refusal;
    const placed = await placeBatch(envelope, log, hash);
    if (!placed.success) return placed.refusal;
    const { events } = checked;
    const { fresh } = placed;
    if (fresh.length > 0) {
      await log.append(
        fresh.map((record) => toStore(record, envelope.gateway, events.get(record.entry.seq))),
      );
    }
    this.#counts.entriesStored += fresh.length;
    this.#counts.entriesRepeated += envelope.records.length - fresh.length;
    await onAccepted?.(
      envelope.records.flatMap((record) => {
        const event = events.get(record.entry.seq);
        if (event === undefined) return [];
        const { gateway: id } = envelope;
        return [{ gateway: id, entry: record.entry, event, repeated: !fresh.includes(record) }];
      }),
    );
    return undefined;
  }

  #logOf(gateway: string): Promise<EventLog> {
    const known = this.#logs.get(gateway);
    if (known !== undefined) return known;
    const opened = Promise.resolve(this.options.openLog(gateway));
    this.#logs.set(gateway, opened);
    opened.catch(() => this.#logs.delete(gateway));
    return opened;
  }

  async #answer(envelope: EventsEnvelope, refusal: Refusal | undefined): Promise<void> {
    const { transport } = this.options;
    const { gateway, epoch, firstSeq, lastSeq, headHash } = envelope;
    const batch = `${epoch}/${firstSeq}/${lastSeq}/${headHash}`;
    let bytes = refusal === undefined ? this.#receipts.find(gateway, batch) : undefined;
    if (bytes === undefined) {
      bytes = await this.#sealReceipt(envelope, refusal);
      if (refusal === undefined) this.#receipts.keep(gateway, batch, bytes);
    }
    // A lost receipt is asked for again by the gateway's next resend.
    await transport.publish(topicOf(gateway, 'receipts'), bytes).catch(() => undefined);
  }

  async #sealReceipt(envelope: EventsEnvelope, refusal: Refusal | undefined): Promise<Uint8Array> {
    const { coordinator, signing, nowMs } = this.options;
    const { gateway, epoch, firstSeq, lastSeq, headHash } = envelope;
    const receipt: ReceiptV1 = {
      kind: 'receipt',
      version: 1,
      coordinator,
      gateway,
      epoch,
      firstSeq,
      lastSeq,
      headHash,
      receivedAt: formatInstant(nowMs()),
      status: refusal === undefined ? 'accepted' : 'rejected',
      ...(refusal === undefined
        ? {}
        : {
            rejections: [
              { seq: refusal.seq ?? firstSeq, code: refusal.code, message: refusal.message },
            ],
          }),
    };
    const unsigned = { version: 1 as const, publicKey: signing.publicKey, receipt };
    const signature = toBase64Url(await signing.sign(signedBytes(unsigned)));
    return canonicalBytes({ ...unsigned, signature } satisfies ReceiptEnvelope);
  }

  async send(
    audience: string,
    draft: SignalDraft,
    gateways: readonly string[] = audience === '*' ? [] : [audience],
  ): Promise<Signal> {
    for (const gateway of gateways) {
      if (this.options.enrolled(gateway) !== undefined) continue;
      throw new UplinkError(
        'unknown-gateway',
        `audience: got ${JSON.stringify(gateway)}, expected an enrolled gateway; enter it in the community file`,
      );
    }
    const { signal, bytes } = await this.#sealSignal(audience, draft);
    await Promise.all(
      gateways.map((gateway) => this.options.transport.publish(topicOf(gateway, 'signals'), bytes)),
    );
    return signal;
  }

  async #sealSignal(
    audience: string,
    draft: SignalDraft,
  ): Promise<{ signal: Signal; bytes: Uint8Array }> {
    const { coordinator, signing, nowMs } = this.options;
    const unchecked = { ...draft, audience, issuedAt: formatInstant(nowMs()) };
    const read = (sequence: number): Signal =>
      draft.kind === 'tariffSignal'
        ? parse(tariffSignalV1, { ...unchecked, sequence }, 'signal')
        : parse(limitV1, { ...unchecked, sequence }, 'signal');
    // A draft that is wrong must not use a number up.
    read(1);
    const signal = read(await this.#nextSequence(audience));
    const unsigned = { version: 1 as const, publicKey: signing.publicKey, coordinator, signal };
    const signature = toBase64Url(await signing.sign(signedBytes(unsigned)));
    return { signal, bytes: canonicalBytes({ ...unsigned, signature } satisfies SignalEnvelope) };
  }

  /** Durable before it is used; one at a time, so that no two signals share a number. */
  async #nextSequence(audience: string): Promise<number> {
    const { documents } = this.options;
    return new Promise((resolve, reject) => {
      void this.#sending.run(async () => {
        try {
          const next = (await readSequence(documents, SEQUENCES, audience)) + 1;
          await documents.put(SEQUENCES, audience, next);
          resolve(next);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  refusals(): RefusalCounts {
    return this.#refusals.counts();
  }

  statistics(): CoordinatorStatistics {
    return { ...this.#counts };
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.idle()));
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await this.settled();
  }
}

/**
 * Opens a coordinator's end: it listens at once to the events of every gateway, stores what is sound
 * and new, and answers with signed receipts.
 */
export function createCoordinatorUplink(options: CoordinatorUplinkOptions): CoordinatorUplink {
  return new CoordinatorEnd(options);
}
