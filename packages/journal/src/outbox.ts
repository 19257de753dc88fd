import type { JournalPosition, JournalRecord } from './journal-record.js';

/**
 * What was appended with `outgoing` and has no accepting receipt yet. It is a view on the `EventLog`
 * of the same store, so an entry is in both or in neither. `outboxContract` in `/testing` checks it.
 *
 * Marks are durable with the append; `acknowledge` may be lost in a crash (the entries are then sent
 * again, which is harmless), but must never be applied to more than it names.
 */
export interface Outbox {
  /** Up to `limit` records not acknowledged yet, oldest first; after `after` when given. */
  pending(limit: number, after?: JournalPosition): Promise<readonly JournalRecord[]>;
  /** How many records wait. */
  count(): Promise<number>;
  /** Unmarks everything of the epoch from `firstSeq` to `lastSeq`; returns how many were waiting. */
  acknowledge(epoch: number, firstSeq: number, lastSeq: number): Promise<number>;
}
