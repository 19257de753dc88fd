import type { JournalPosition, JournalRecord } from './journal-record.js';

/** What an append may be asked for. */
export interface AppendOptions {
  /** Also marks the records as to be sent, in the same transaction. Default false. */
  readonly outgoing?: boolean;
}

/**
 * Stores one journal. An adapter keeps these promises (`eventLogContract` in `/testing` checks them):
 *
 * - when `append` resolves, the records survive a crash and a power cut (fsync, or WAL with
 *   `synchronous=FULL`); when it rejects, none of them is stored;
 * - appends are atomic, and records come back exactly as given, in the order of (epoch, seq);
 * - `eraseSubject` leaves no copy of payload or salt in the store (SQLite: `secure_delete`).
 */
export interface EventLog {
  /**
   * Appends records that follow each other. Rejects with `JournalError` `conflict` when the first
   * does not follow the stored head: same epoch and next seq, or a higher epoch and seq 0.
   */
  append(records: readonly JournalRecord[], options?: AppendOptions): Promise<void>;
  /** The newest record, or undefined for an empty log. */
  last(): Promise<JournalRecord | undefined>;
  /** Up to `limit` records from `from` (included) on, oldest first; from the start without it. */
  read(from: JournalPosition | undefined, limit: number): Promise<readonly JournalRecord[]>;
  /** The record with this id, or undefined. */
  findById(id: string): Promise<JournalRecord | undefined>;
  /** Deletes payload and salt of every record of a subject; returns how many were deleted. */
  eraseSubject(subject: string): Promise<number>;
}
