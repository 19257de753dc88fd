import type { Json } from '@microgrid/events';
import { toHex } from './byte-text.js';
import type { AppendOptions, EventLog } from './event-log.js';
import type { HashPort } from './hash-port.js';
import {
  FIRST_SEQ,
  GENESIS_HASH,
  headOf,
  type JournalEntry,
  type JournalHead,
} from './journal-entry.js';
import { JournalError } from './journal-error.js';
import type { JournalPosition, JournalRecord } from './journal-record.js';
import { payloadHash, payloadSalt } from './payload-hash.js';

/** What a journal is made of. */
export interface JournalOptions {
  readonly log: EventLog;
  readonly hash: HashPort;
  /**
   * The subject's salt key, 32 random bytes kept apart from the log; undefined once it was erased.
   * See `createSaltKeys`.
   */
  readonly saltKey: (subject: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Generation of this writer, an integer from 1. */
  readonly epoch: number;
  /**
   * The store is an earlier state of itself, put back from a backup: entries after its head may be
   * known elsewhere, so the first entry of the new epoch does not claim to follow it (64 zeros).
   * Needs an epoch above the log's. Default false.
   */
  readonly restored?: boolean;
}

/** An append-only, hash-chained log with erasable payloads. */
export interface Journal {
  /**
   * Appends one payload; durable when it resolves. Appends are done one after another in the order
   * of the calls. Appending the same kind, id and payload again returns the first entry and writes
   * nothing. Rejects with `JournalError` `id-taken`, `no-salt-key`, `conflict` or `stale-epoch`.
   */
  append(
    kind: string,
    id: string,
    payload: Json,
    subject: string,
    options?: AppendOptions,
  ): Promise<JournalEntry>;
  /** All records, oldest first, from a position (included) on. */
  entries(from?: JournalPosition): AsyncIterable<JournalRecord>;
  /** The newest entry this journal knows of; undefined while empty. */
  head(): JournalHead | undefined;
  /** Deletes the payloads and salts of a subject; returns how many. Delete its salt key as well. */
  erase(subject: string): Promise<number>;
}

/** The entry that follows `head` in `epoch`: pure, for chains that are kept elsewhere. */
export function nextEntry(
  head: JournalHead | undefined,
  epoch: number,
  content: Pick<JournalEntry, 'kind' | 'id' | 'payloadHash'>,
): JournalEntry {
  const { kind, id, payloadHash: hashOfPayload } = content;
  const seq = head?.epoch === epoch ? head.seq + 1 : FIRST_SEQ;
  const previousHash = head?.hash ?? GENESIS_HASH;
  return { epoch, seq, previousHash, kind, id, payloadHash: hashOfPayload };
}

const PAGE = 500;

function nextPosition({ entry: { epoch, seq } }: JournalRecord): JournalPosition {
  return { epoch, seq: seq + 1 };
}

class LogJournal implements Journal {
  /** The end of the queue of appends; never rejects. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: JournalOptions,
    private newest: JournalHead | undefined,
  ) {}

  append(
    kind: string,
    id: string,
    payload: Json,
    subject: string,
    options?: AppendOptions,
  ): Promise<JournalEntry> {
    const appended = this.queue.then(() => this.write(kind, id, payload, subject, options));
    this.queue = appended.catch(() => undefined);
    return appended;
  }

  async *entries(from?: JournalPosition): AsyncGenerator<JournalRecord> {
    let position = from;
    for (;;) {
      const page = await this.options.log.read(position, PAGE);
      yield* page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      position = nextPosition(last);
    }
  }

  head(): JournalHead | undefined {
    return this.newest;
  }

  erase(subject: string): Promise<number> {
    const erased = this.queue.then(() => this.options.log.eraseSubject(subject));
    this.queue = erased.catch(() => undefined);
    return erased;
  }

  private async write(
    kind: string,
    id: string,
    payload: Json,
    subject: string,
    options?: AppendOptions,
  ): Promise<JournalEntry> {
    const { log, hash, saltKey, epoch } = this.options;
    const key = await saltKey(subject);
    if (key === undefined)
      throw new JournalError(
        'no-salt-key',
        `'${id}': the salt key of '${subject}' is gone; nothing more may be written about an erased subject`,
      );
    const salt = payloadSalt(hash, key, id);
    const hashOfPayload = payloadHash(hash, salt, payload);
    const known = await log.findById(id);
    if (known !== undefined) return sameContent(known, kind, hashOfPayload);
    const lost = this.options.restored === true && this.newest?.epoch !== epoch;
    const content = { kind, id, payloadHash: hashOfPayload };
    const entry = nextEntry(lost ? undefined : this.newest, epoch, content);
    await log.append([{ entry, subject, payload, salt: toHex(salt) }], options);
    this.newest = headOf(hash, entry);
    return entry;
  }
}

function sameContent({ entry }: JournalRecord, kind: string, hashOfPayload: string): JournalEntry {
  if (entry.kind === kind && entry.payloadHash === hashOfPayload) return entry;
  throw new JournalError(
    'id-taken',
    `'${entry.id}' is in the journal at epoch ${entry.epoch} seq ${entry.seq} as ${entry.kind} with another content: give the new content a new id (a revision)`,
  );
}

/**
 * Opens a journal on a log and goes on after its head. A higher `epoch` than the log's starts a new
 * epoch, linked to the head; a lower one is refused.
 *
 * Rejects with `JournalError` `stale-epoch` (a newer writer has taken over) or `bad-entry`.
 */
export async function createJournal(options: JournalOptions): Promise<Journal> {
  const { log, hash, epoch } = options;
  if (!Number.isSafeInteger(epoch) || epoch < 1)
    throw new JournalError('bad-entry', `epoch is ${epoch}, expected an integer from 1`);
  const last = await log.last();
  if (last !== undefined && last.entry.epoch > epoch)
    throw new JournalError(
      'stale-epoch',
      `epoch ${epoch} is older than the log's epoch ${last.entry.epoch}: another writer has taken over`,
    );
  if (options.restored === true && last?.entry.epoch === epoch)
    throw new JournalError(
      'bad-entry',
      `epoch ${epoch} is the log's own: a restored log goes on in a higher one`,
    );
  return new LogJournal(options, last && headOf(hash, last.entry));
}
