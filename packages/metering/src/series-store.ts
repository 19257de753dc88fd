import type { IntervalV1 } from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';

/** Which intervals to read. */
export interface SeriesQuery {
  /** The metering points wanted; absent: all. */
  readonly meteringPoints?: readonly string[];
  /** First instant of the span. */
  readonly startMs: EpochMs;
  /** End of the span, exclusive: intervals that start before it belong to it. */
  readonly endMs: EpochMs;
}

/**
 * Where a process keeps intervals. An adapter stores one block per metering point and UTC day; the
 * suite `seriesStoreContract` of the testing entry states what every adapter must do.
 */
export interface SeriesStore {
  /**
   * Keeps intervals, all or none. The same interval again changes nothing.
   * @throws MeteringError `conflicting-interval` when an id is already there with other content:
   *   a correction needs the next revision.
   */
  put(intervals: readonly IntervalV1[]): Promise<void>;
  /** The highest revision of every interval that starts in the span, by start, then metering point. */
  read(query: SeriesQuery): Promise<readonly IntervalV1[]>;
  /** Every revision of one interval, lowest first. */
  revisions(meteringPoint: string, startMs: EpochMs): Promise<readonly IntervalV1[]>;
  /** The metering points that have any interval, in id order. */
  meteringPoints(): Promise<readonly string[]>;
}
