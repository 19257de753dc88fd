import type { Json } from '@microgrid/events';
import type { JournalEntry } from './journal-entry.js';

/**
 * An entry with what lies beside it. Erasing removes `payload` and `salt` together; the entry stays
 * and the chain still verifies.
 */
export interface JournalRecord {
  readonly entry: JournalEntry;
  /** Whose data the payload is (member, device, site): what is erased together. */
  readonly subject: string;
  /** Absent once erased. */
  readonly payload?: Json;
  /** HMAC-SHA256(subject's salt key, id) in hex; absent once erased. */
  readonly salt?: string;
}

/** Where reading starts; the entry itself is included. */
export interface JournalPosition {
  readonly epoch: number;
  readonly seq: number;
}
