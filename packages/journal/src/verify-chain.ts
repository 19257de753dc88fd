import type { HashPort } from './hash-port.js';
import { fromHex } from './byte-text.js';
import {
  entryHash,
  FIRST_SEQ,
  GENESIS_HASH,
  type JournalEntry,
  type JournalHead,
} from './journal-entry.js';
import type { JournalRecord } from './journal-record.js';
import { payloadHash } from './payload-hash.js';

/** A record as far as the verifier needs it: an entry, and its payload with salt unless erased. */
export type VerifiableRecord = Pick<JournalRecord, 'entry' | 'payload' | 'salt'>;

/** What verification knows before the first record. */
export interface VerifyChainOptions {
  readonly hash: HashPort;
  /**
   * The head the records must follow. Without it the records are taken as the start of the log: the
   * first must have seq 0.
   */
  readonly after?: JournalHead;
}

/** What is wrong with an entry. */
export type ChainFault =
  /** A member is missing or has not the documented form. */
  | 'form'
  /** Not the next seq of its epoch: entries are missing, repeated or out of order. */
  | 'seq'
  /** The epoch went down. */
  | 'epoch'
  /** It does not follow the entry before. */
  | 'previousHash'
  /** The payload is not the one that was hashed. */
  | 'payload';

/** Either a whole chain, or its first bad entry. */
export type ChainVerdict =
  | {
      readonly ok: true;
      /** The last entry; `after` (or undefined) when there were no records. */
      readonly head: JournalHead | undefined;
      /** Entries whose payload was checked. */
      readonly verified: number;
      /** Entries without payload: `erased`. */
      readonly erased: number;
      /** Epochs that began with 64 zeros although entries lie before: a store was lost there. */
      readonly restarts: readonly number[];
    }
  | {
      readonly ok: false;
      readonly epoch: number;
      readonly seq: number;
      /** Position in the records, from 0. */
      readonly index: number;
      readonly what: ChainFault;
      readonly expected: string;
      readonly found: string;
      /** The above as a sentence. */
      readonly reason: string;
    };

/** Status of one record's payload. */
export type PayloadStatus = 'verified' | 'erased' | 'mismatch';

/** Compares a record's payload with its entry; a record without payload and salt is `erased`. */
export function payloadStatus(hash: HashPort, record: VerifiableRecord): PayloadStatus {
  const { entry, payload, salt } = record;
  if (payload === undefined && salt === undefined) return 'erased';
  return payload !== undefined && hashWithSalt(hash, record) === entry.payloadHash
    ? 'verified'
    : 'mismatch';
}

const hashText = /^[0-9a-f]{64}$/;

function hashWithSalt(hash: HashPort, { payload, salt }: VerifiableRecord): string {
  if (payload === undefined) return 'no payload beside the salt';
  if (salt === undefined) return 'no salt beside the payload';
  if (!hashText.test(salt)) return 'a salt that is not 64 hexadecimal digits';
  try {
    return payloadHash(hash, fromHex(salt), payload);
  } catch {
    return 'a payload that is not JSON';
  }
}

interface Fault {
  readonly what: ChainFault;
  readonly expected: string;
  readonly found: string;
}

function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function formFault(entry: JournalEntry): Fault | undefined {
  const integer = (name: 'epoch' | 'seq', least: number): Fault | undefined =>
    Number.isSafeInteger(entry[name]) && entry[name] >= least
      ? undefined
      : {
          what: 'form',
          expected: `${name} an integer from ${least}`,
          found: `${name} ${show(entry[name])}`,
        };
  const text = (
    name: 'kind' | 'id' | 'previousHash' | 'payloadHash',
    pattern: RegExp,
    expected: string,
  ): Fault | undefined =>
    typeof entry[name] === 'string' && pattern.test(entry[name])
      ? undefined
      : { what: 'form', expected: `${name} ${expected}`, found: `${name} ${show(entry[name])}` };
  return (
    integer('epoch', 1) ??
    integer('seq', FIRST_SEQ) ??
    text('kind', /^[^]+$/, 'a text') ??
    text('id', /^[^]+$/, 'a text') ??
    text('previousHash', hashText, '64 hexadecimal digits') ??
    text('payloadHash', hashText, '64 hexadecimal digits')
  );
}

function linkFault(entry: JournalEntry, head: JournalHead | undefined): Fault | undefined {
  const { epoch, seq, previousHash } = entry;
  if (head !== undefined && epoch < head.epoch)
    return { what: 'epoch', expected: `epoch ${head.epoch} or higher`, found: `epoch ${epoch}` };
  const next = head?.epoch === epoch ? head.seq + 1 : FIRST_SEQ;
  if (seq !== next) return { what: 'seq', expected: `seq ${next}`, found: `seq ${seq}` };
  const linked = head?.hash ?? GENESIS_HASH;
  // A new epoch may also begin with zeros: its writer had lost the store.
  const restart = head !== undefined && epoch > head.epoch && previousHash === GENESIS_HASH;
  return previousHash === linked || restart
    ? undefined
    : { what: 'previousHash', expected: linked, found: previousHash };
}

function fail(entry: JournalEntry, index: number, fault: Fault): ChainVerdict {
  const { epoch, seq } = entry;
  const reason = `entry ${index} (epoch ${String(epoch)} seq ${String(seq)}): ${fault.what} is wrong: expected ${fault.expected}, found ${fault.found}`;
  return { ok: false, epoch, seq, index, ...fault, reason };
}

/**
 * Verifies records in order and stops at the first bad one: form, epoch never falling, seq without
 * gap, link to the entry before, payload against its salted hash. An erased payload is no fault.
 *
 * A new epoch starts at seq 0; its `previousHash` is the hash of the entry before, or 64 zeros when
 * its writer had lost the store (reported in `restarts`). That nothing was cut off at the end only a
 * signed head can show: compare `head` with it.
 */
export function verifyChain(
  records: Iterable<VerifiableRecord>,
  { hash, after }: VerifyChainOptions,
): ChainVerdict {
  let head = after;
  let index = 0;
  const counts = { verified: 0, erased: 0 };
  const restarts: number[] = [];
  for (const record of records) {
    const { entry } = record;
    const fault = formFault(entry) ?? linkFault(entry, head);
    if (fault !== undefined) return fail(entry, index, fault);
    const status = payloadStatus(hash, record);
    if (status === 'mismatch') {
      const found = hashWithSalt(hash, record);
      return fail(entry, index, { what: 'payload', expected: entry.payloadHash, found });
    }
    counts[status] += 1;
    if (head !== undefined && entry.epoch > head.epoch && entry.previousHash === GENESIS_HASH)
      restarts.push(entry.epoch);
    head = { epoch: entry.epoch, seq: entry.seq, hash: entryHash(hash, entry) };
    index += 1;
  }
  return { ok: true, head, ...counts, restarts };
}
