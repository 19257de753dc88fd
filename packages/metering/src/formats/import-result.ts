import type { EpochMs } from '@microgrid/units';
import type { Columns } from '../columns.js';
import type { CounterReading } from '../counter-reading.js';
import type { MeteringProblem } from '../metering-error.js';
import type { SeriesRow } from './series-row.js';

/** A row that was not used, with what it said. */
export interface RejectedRow extends MeteringProblem {
  /** The row as the file has it; what is longer than 65,536 characters is cut. */
  readonly text: string;
}

/** A value that a later row of the same import replaces: the earlier version of an interval. */
export interface SupersededRow {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Whole mWh; undefined = the row said nothing of that direction. */
  readonly importMilliwattHours: number | undefined;
  readonly exportMilliwattHours: number | undefined;
  /** File and line of the earlier row, and of the one that replaces it. */
  readonly file: string;
  readonly line: number;
  readonly byFile: string;
  readonly byLine: number;
}

/** A register reading whose time is not known: kept, but no interval can be made of it. */
export interface UntimedReading {
  readonly meteringPoint: string;
  /** Whole mWh. */
  readonly importMilliwattHours: number;
  readonly exportMilliwattHours: number;
  readonly line: number;
  /** Why it has no time. */
  readonly reason: string;
}

/** What a file of meter data held. Every row is in exactly one place: nothing vanishes. */
export interface ImportResult {
  /** Id of the format, as in {@link METER_FORMATS}; of several, joined by ` + `. */
  readonly format: string;
  /** Intervals by start, then metering point; each at most once. */
  readonly columns: Columns;
  /** Registers as read, of formats that carry registers and not intervals; by instant. */
  readonly readings: readonly CounterReading[];
  /** Intervals of which one direction only is known; in `columns` they are missing. */
  readonly partial: readonly SeriesRow[];
  readonly untimed: readonly UntimedReading[];
  /** Energies of periods longer than an hour (days, months): sums to check by, never settled. */
  readonly totals: readonly SeriesRow[];
  /** Earlier versions of intervals that a later row of the same file gives otherwise. */
  readonly superseded: readonly SupersededRow[];
  readonly rejected: readonly RejectedRow[];
  /** What was left out or taken for granted, one sentence each, for the person who imports. */
  readonly notes: readonly string[];
}
