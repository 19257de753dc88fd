import type { EpochMs } from '@microgrid/units';

/** Coefficients over time, from a file of any form. */
export interface CoefficientTable {
  /** In code-unit order: names as in the file or, of a contract's file, metering point ids. */
  readonly ids: readonly string[];
  /** Coefficients are numerators over 10^scale. */
  readonly scale: number;
  /** How many rows there are; each holds for some of the time. */
  readonly rows: number;
  /** Index of the row that holds in an interval, or -1 where none does. */
  rowAt(startMs: EpochMs, endMs: EpochMs): number;
  /** Numerators of a row, in the order of `ids`. */
  row(index: number): Float64Array;
}
