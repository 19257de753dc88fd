import { canonicalBytes } from '@microgrid/events';
import { toHex } from './byte-text.js';
import type { HashPort } from './hash-port.js';

/** `previousHash` of an entry before which there is none: 64 zeros. */
export const GENESIS_HASH = '0'.repeat(64);

/** `seq` of the first entry of an epoch. */
export const FIRST_SEQ = 0;

/** One link of the chain. It holds no content, so it survives the erasing of its payload. */
export interface JournalEntry {
  /** Generation of the log, an integer from 1; grows when a log starts anew or its writer is replaced. */
  readonly epoch: number;
  /** Counts from 0 in every epoch, without gaps. */
  readonly seq: number;
  /** `entryHash` of the entry before; 64 zeros where there is none. */
  readonly previousHash: string;
  /** Kind of the payload: `interval`, `command` … */
  readonly kind: string;
  /** Id of the payload, unique in the log. */
  readonly id: string;
  /** SHA-256(salt ‖ canonical payload), hex. */
  readonly payloadHash: string;
}

/** The newest entry and its hash. */
export interface JournalHead {
  readonly epoch: number;
  readonly seq: number;
  /** `entryHash` of that entry. */
  readonly hash: string;
}

/** SHA-256 of the entry's canonical JSON (RFC 8785), hex. */
export function entryHash(hash: HashPort, entry: JournalEntry): string {
  const { epoch, seq, previousHash, kind, id, payloadHash } = entry;
  return toHex(hash.sha256(canonicalBytes({ epoch, seq, previousHash, kind, id, payloadHash })));
}

/** The head that an entry makes. */
export function headOf(hash: HashPort, entry: JournalEntry): JournalHead {
  return { epoch: entry.epoch, seq: entry.seq, hash: entryHash(hash, entry) };
}
