import { canonicalBytes, type ReceiptV1 } from '@microgrid/events';
import { entryHash, type JournalPosition, type SigningPort } from '@microgrid/journal';
import { sealBatch, takeBatch } from './build-batch.js';
import type { GatewaySettings } from './gateway-settings.js';
import type { UplinkRejection } from './gateway-status.js';
import type { GatewayUplinkOptions } from './gateway-uplink.js';
import { ResendBackoff } from './resend-backoff.js';
import type { Refusal } from './refusal.js';
import { topicOf } from './topic.js';

/** A batch on its way. */
interface InFlight {
  readonly epoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly headHash: string;
  readonly deadlineMs: number;
}

/** Counters of a drain. */
export interface DrainCounts {
  batchesSent: number;
  batchesResent: number;
  entriesAccepted: number;
}

/**
 * Sends the outbox in order, a few batches at a time, and empties it by receipts. Every failure (a
 * deadline, a refusal, a lost connection) goes back to the oldest entry that still waits.
 * The caller runs one method at a time.
 */
export class OutboxDrain {
  readonly counts: DrainCounts = { batchesSent: 0, batchesResent: 0, entriesAccepted: 0 };
  readonly #backoff: ResendBackoff;
  readonly #topic: string;
  #inFlight: InFlight[] = [];
  /** The furthest entry ever sent, to tell a resend from a first sending. */
  #furthest: JournalPosition | undefined;
  /** Nothing is sent before this instant. */
  #notBeforeMs = -Infinity;
  /** The entry the coordinator refused by number: a batch before it may still pass. */
  #refused: JournalPosition | undefined;
  #rejection: UplinkRejection | undefined;

  constructor(
    private readonly options: GatewayUplinkOptions,
    private readonly settings: GatewaySettings,
  ) {
    this.#topic = topicOf(options.gateway, 'events');
    this.#backoff = new ResendBackoff(settings.resendMs, settings.resendMaxMs, options.random);
  }

  get batchesInFlight(): number {
    return this.#inFlight.length;
  }

  get rejection(): UplinkRejection | undefined {
    return this.#rejection;
  }

  /** Takes note of the time: gives up waiting where it was too long, and sends what may be sent. */
  async advance(nowMs: number): Promise<void> {
    if (!this.options.transport.connected) {
      this.#inFlight = [];
      return;
    }
    const [oldest] = this.#inFlight;
    if (oldest !== undefined && nowMs >= oldest.deadlineMs) {
      this.#inFlight = [];
      this.#backoff.failed();
    }
    if (nowMs < this.#notBeforeMs) return;
    while (this.#inFlight.length < this.settings.maxInFlight) {
      if (!(await this.#sendNext(nowMs))) return;
    }
  }

  async #sendNext(nowMs: number): Promise<boolean> {
    const { outbox, transport, gateway } = this.options;
    const last = this.#inFlight.at(-1);
    const after = last && { epoch: last.epoch, seq: last.lastSeq };
    const waiting = await outbox.pending(this.settings.maxBatchEntries, after);
    const [first] = waiting;
    if (first === undefined) return false;
    const most = this.#entriesBeforeRefused(first.entry, last !== undefined);
    if (most === 0) return false;
    const records = takeBatch(waiting, most, this.settings.maxMessageBytes);
    if (records.length === 0) {
      this.#tooLarge(first.entry, nowMs);
      return false;
    }
    const { hash } = this.options;
    const envelope = await sealBatch(gateway, records, { hash, signing: this.#keyOf(first.entry) });
    const { epoch, firstSeq, lastSeq, headHash } = envelope;
    const batch = {
      epoch,
      firstSeq,
      lastSeq,
      headHash,
      deadlineMs: nowMs + this.#backoff.waitMs(),
    };
    this.#inFlight.push(batch);
    this.counts.batchesSent += 1;
    const { epoch: furthestEpoch = 0, seq: furthestSeq = -1 } = this.#furthest ?? {};
    if (epoch < furthestEpoch || (epoch === furthestEpoch && firstSeq <= furthestSeq)) {
      this.counts.batchesResent += 1;
    } else {
      this.#furthest = { epoch, seq: lastSeq };
    }
    // A publish that fails is a message that was lost: the deadline deals with both.
    transport.publish(this.#topic, canonicalBytes(envelope)).catch(() => undefined);
    return true;
  }

  /** The key that was in charge when an entry was written. */
  #keyOf({ epoch, seq }: JournalPosition): SigningPort {
    const { earlierKeys = [], signing } = this.options;
    const earlier = earlierKeys.find(
      ({ until }) => epoch < until.epoch || (epoch === until.epoch && seq <= until.seq),
    );
    return earlier?.signing ?? signing;
  }

  /** How many entries a batch may have so that it ends before the refused one; that one goes alone. */
  #entriesBeforeRefused(first: JournalPosition, inFlight: boolean): number {
    const refused = this.#refused;
    const most = this.settings.maxBatchEntries;
    if (refused?.epoch !== first.epoch) return most;
    if (first.seq < refused.seq) return Math.min(most, refused.seq - first.seq);
    if (first.seq > refused.seq) return most;
    return inFlight ? 0 : 1;
  }

  #tooLarge({ epoch, seq }: JournalPosition, nowMs: number): void {
    if (this.#inFlight.length > 0) return;
    const { maxMessageBytes } = this.settings;
    const message = `seq ${seq}: it does not fit in a message of ${maxMessageBytes} bytes`;
    this.#reject(
      { epoch, firstSeq: seq, lastSeq: seq },
      { seq, code: 'too-large', message },
      nowMs,
    );
  }

  /**
   * Lets entries go that the coordinator has stored; a receipt counts whenever it comes, if it is
   * about what waits here.
   */
  async accepted(receipt: ReceiptV1): Promise<Refusal | undefined> {
    const { outbox, hash } = this.options;
    const { epoch, firstSeq, lastSeq, headHash } = receipt;
    const count = Math.min(lastSeq - firstSeq + 1, this.settings.maxBatchEntries);
    const after = { epoch, seq: Math.max(firstSeq - 1, lastSeq - count) };
    const waiting = await outbox.pending(count, after);
    const last = waiting.find(({ entry }) => entry.epoch === epoch && entry.seq === lastSeq);
    // Receipted before: a repeated receipt.
    if (last === undefined) return undefined;
    const ours = entryHash(hash, last.entry);
    if (ours !== headHash) {
      return {
        code: 'receipt-mismatch',
        seq: lastSeq,
        message: `a receipt for seq ${firstSeq} to ${lastSeq} names head ${headHash}, expected ${ours}`,
      };
    }
    this.counts.entriesAccepted += await outbox.acknowledge(epoch, firstSeq, lastSeq);
    this.#inFlight = this.#inFlight.filter((batch) => !sameBatch(batch, receipt));
    this.#backoff.succeeded();
    this.#rejection = undefined;
    if (this.#refused?.epoch === epoch && lastSeq >= this.#refused.seq) this.#refused = undefined;
    // What was refused next to it may pass now, as after a gap.
    if (this.#refused === undefined) this.#notBeforeMs = -Infinity;
    return undefined;
  }

  /** Keeps a refused batch and tries again later; only one that is on its way can be refused. */
  rejected(receipt: ReceiptV1, nowMs: number): void {
    if (!this.#inFlight.some((batch) => sameBatch(batch, receipt))) return;
    const first = receipt.rejections?.[0];
    const why = first ?? {
      seq: receipt.firstSeq,
      code: 'rejected',
      message: 'the coordinator gave no reason',
    };
    this.#inFlight = [];
    if (why.code !== 'gap' && why.seq >= receipt.firstSeq && why.seq <= receipt.lastSeq) {
      this.#refused = { epoch: receipt.epoch, seq: why.seq };
    }
    this.#reject(receipt, why, nowMs);
  }

  #reject(
    batch: { readonly epoch: number; readonly firstSeq: number; readonly lastSeq: number },
    why: { readonly seq: number; readonly code: string; readonly message: string },
    nowMs: number,
  ): void {
    const { epoch, firstSeq, lastSeq } = batch;
    const { seq, code, message } = why;
    const retryAtMs = nowMs + this.#backoff.waitMs();
    this.#backoff.failed();
    this.#notBeforeMs = retryAtMs;
    this.#rejection = { epoch, firstSeq, lastSeq, seq, code, message, retryAtMs };
    this.options.onRejection?.(this.#rejection);
  }
}

function sameBatch(
  a: Omit<InFlight, 'deadlineMs'>,
  b: Pick<ReceiptV1, 'epoch' | 'firstSeq' | 'lastSeq' | 'headHash'>,
): boolean {
  return (
    a.epoch === b.epoch &&
    a.firstSeq === b.firstSeq &&
    a.lastSeq === b.lastSeq &&
    a.headHash === b.headHash
  );
}
