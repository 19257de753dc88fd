import type { IntervalQuality } from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';

/** One direction, or both, of one interval. */
export interface SeriesRow {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Whole mWh; undefined = this row says nothing of the direction. */
  readonly importMilliwattHours?: number | undefined;
  readonly exportMilliwattHours?: number | undefined;
  readonly quality: IntervalQuality;
  /** Where it stands in the file, counted from 1. */
  readonly line: number;
}
