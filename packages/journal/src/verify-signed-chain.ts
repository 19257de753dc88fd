import { entryHash, type JournalEntry, type JournalHead } from './journal-entry.js';
import type { HashPort } from './hash-port.js';
import { isJournalError } from './journal-error.js';
import type { JournalPosition } from './journal-record.js';
import {
  KEY_ROTATION,
  keyFault,
  readKeyRotation,
  rotated,
  rotationFault,
  type KeyHistory,
  type KeyRotation,
} from './key-rotation.js';
import { verifyBatch, type SignedBatch } from './signed-batch.js';
import type { VerifyPort } from './signing-port.js';
import { verifyChain, type ChainFault, type VerifiableRecord } from './verify-chain.js';

/** Records under one signature. */
export interface BatchWithRecords {
  readonly batch: SignedBatch;
  /** The key that signed it, as it says. */
  readonly publicKey: string;
  readonly records: readonly VerifiableRecord[];
}

/** What is wrong with an entry of a signed chain. */
export type SignedChainFault =
  | ChainFault
  /** Another entry under the same epoch and seq was signed too: a restored backup or a cloned card. */
  | 'fork'
  /** The header is not the one of these records. */
  | 'batch'
  /** The key was not in charge of this entry: retired before it, or not introduced yet. */
  | 'key'
  | 'signature'
  /** A rotation of keys that nobody with a say has signed, or that does not stand alone in its batch. */
  | 'rotation';

/** Either a whole signed chain, or its first bad entry. */
export type SignedChainVerdict =
  | {
      readonly ok: true;
      readonly head: JournalHead | undefined;
      readonly batches: number;
      readonly verified: number;
      readonly erased: number;
      readonly restarts: readonly number[];
      /** The keys and the entries each signed. */
      readonly keys: KeyHistory;
    }
  | {
      readonly ok: false;
      readonly epoch: number;
      readonly seq: number;
      /** Position among all records, from 0. */
      readonly index: number;
      readonly what: SignedChainFault;
      readonly expected: string;
      readonly found: string;
      readonly reason: string;
    };

/** What verification starts from. */
export interface VerifySignedChainOptions {
  readonly hash: HashPort;
  readonly verifying: VerifyPort;
  readonly gateway: string;
  /** The key enrolled first. */
  readonly publicKey: string;
  /** Keys that may replace a lost or stolen one. Default none. */
  readonly operatorKeys?: readonly string[];
}

interface Fault {
  readonly what: SignedChainFault;
  readonly expected: string;
  readonly found: string;
  /** Position in the batch. Default 0. */
  readonly at?: number;
}

/** Goes through batches in order; remembers the hash of every entry to tell a fork from a broken link. */
class SignedChain {
  head: JournalHead | undefined;
  keys: KeyHistory;
  index = 0;
  readonly counts = { batches: 0, verified: 0, erased: 0 };
  readonly restarts: number[] = [];
  private readonly hashes = new Map<string, string>();

  constructor(private readonly options: VerifySignedChainOptions) {
    this.keys = [{ publicKey: options.publicKey }];
  }

  async take(signed: BatchWithRecords): Promise<Fault | undefined> {
    const { records, batch, publicKey } = signed;
    const [first] = records;
    if (first === undefined) {
      return { what: 'batch', expected: 'at least one record', found: 'none' };
    }
    const fault = this.forkOf(records) ?? this.chainOf(signed);
    if (fault !== undefined) return fault;
    const rotation = this.rotationOf(records);
    if (rotation !== undefined && 'what' in rotation) return rotation;
    const wrong = rotation && (await rotationFault(rotation, { ...this.options, keys: this.keys }));
    if (wrong !== undefined) return { what: 'rotation', ...wrong };
    // The operator's rotation is signed by the key that it introduces.
    const next = rotation && rotated(this.keys, rotation, this.placeOf(first.entry));
    const wrongKey = keyFault(next ?? this.keys, first.entry, publicKey);
    if (wrongKey !== undefined) return { what: 'key', ...wrongKey };
    if (!(await verifyBatch(this.options.verifying, publicKey, batch))) {
      return { what: 'signature', expected: `one by ${publicKey}`, found: 'one that is not' };
    }
    this.keys = next ?? this.keys;
    this.accept(records);
    return undefined;
  }

  private placeOf({ epoch, seq }: JournalEntry): JournalPosition & { previous?: JournalPosition } {
    const { head } = this;
    return {
      epoch,
      seq,
      ...(head === undefined ? {} : { previous: { epoch: head.epoch, seq: head.seq } }),
    };
  }

  private forkOf(records: readonly VerifiableRecord[]): Fault | undefined {
    for (const [at, { entry }] of records.entries()) {
      const known = this.hashes.get(`${entry.epoch}/${entry.seq}`);
      if (known === undefined) continue;
      const found = entryHash(this.options.hash, entry);
      if (found !== known) return { what: 'fork', expected: `the entry ${known}`, found, at };
    }
    return undefined;
  }

  private chainOf({ batch, records }: BatchWithRecords): Fault | undefined {
    const { hash, gateway } = this.options;
    const verdict = verifyChain(records, {
      hash,
      ...(this.head === undefined ? {} : { after: this.head }),
    });
    if (!verdict.ok) return { ...verdict, at: verdict.index };
    const [first, last] = [records[0]?.entry, records.at(-1)?.entry];
    const { head } = verdict;
    const claims = [
      ['gateway', gateway, batch.gateway],
      ['epoch', head?.epoch, batch.epoch],
      ['firstSeq', first?.seq, batch.firstSeq],
      ['lastSeq', last?.seq, batch.lastSeq],
      ['previousHash', first?.previousHash, batch.previousHash],
      ['headHash', head?.hash, batch.headHash],
    ] as const;
    for (const [name, expected, found] of claims) {
      if (expected === found) continue;
      return { what: 'batch', expected: `${name} ${String(expected)}`, found: String(found) };
    }
    if (first?.epoch === last?.epoch) return undefined;
    return { what: 'batch', expected: 'entries of one epoch', found: 'several' };
  }

  private rotationOf(records: readonly VerifiableRecord[]): KeyRotation | Fault | undefined {
    const at = records.findIndex(({ entry }) => entry.kind === KEY_ROTATION);
    if (at < 0) return undefined;
    if (records.length > 1) {
      const expected = 'a rotation alone in its batch';
      return { what: 'rotation', expected, found: `${records.length} records`, at };
    }
    try {
      return readKeyRotation(records[at]?.payload);
    } catch (error) {
      if (!isJournalError(error)) throw error;
      return { what: 'rotation', expected: 'its documented form', found: error.message };
    }
  }

  private accept(records: readonly VerifiableRecord[]): void {
    const { hash } = this.options;
    for (const record of records) {
      const { epoch, seq } = record.entry;
      if (
        this.head !== undefined &&
        epoch > this.head.epoch &&
        /^0+$/.test(record.entry.previousHash)
      )
        this.restarts.push(epoch);
      this.head = { epoch, seq, hash: entryHash(hash, record.entry) };
      this.hashes.set(`${epoch}/${seq}`, this.head.hash);
      // What is erased has no payload; the chain has shown that any payload is the one that was hashed.
      this.counts[record.payload === undefined ? 'erased' : 'verified'] += 1;
    }
    this.counts.batches += 1;
    this.index += records.length;
  }
}

/**
 * Verifies signed batches in order and stops at the first bad entry: the chain as `verifyChain` does, each
 * batch by the key that was in charge of its entries, following the rotations in the chain. Remembers
 * one hash an entry.
 */
export async function verifySignedChain(
  batches: AsyncIterable<BatchWithRecords> | Iterable<BatchWithRecords>,
  options: VerifySignedChainOptions,
): Promise<SignedChainVerdict> {
  const chain = new SignedChain(options);
  for await (const signed of batches) {
    const fault = await chain.take(signed);
    if (fault === undefined) continue;
    const { what, expected, found, at = 0 } = fault;
    const { epoch, firstSeq } = signed.batch;
    const entry = signed.records[at]?.entry ?? { epoch, seq: firstSeq };
    const index = chain.index + at;
    const place = `entry ${index} (epoch ${String(entry.epoch)} seq ${String(entry.seq)})`;
    const reason = `${place}: ${what} is wrong: expected ${expected}, found ${found}`;
    return { ok: false, epoch: entry.epoch, seq: entry.seq, index, what, expected, found, reason };
  }
  const { head, counts, restarts, keys } = chain;
  return { ok: true, head, ...counts, restarts, keys };
}
