import type { SettledPeriod } from './settled-period.js';
import { wholeSum } from './whole-sum.js';

/** Totals of all points in one interval, mWh. */
export interface IntervalTotals {
  readonly import: number;
  readonly export: number;
  /** After netting, and of the part of participation factors. */
  readonly consumed: number;
  readonly injected: number;
}

/** {@link IntervalTotals} of every interval, a column each. */
export type IntervalTotalColumns = Readonly<Record<keyof IntervalTotals, Float64Array>>;

type Energies = Pick<
  SettledPeriod,
  | 'points'
  | 'intervals'
  | 'importMilliwattHours'
  | 'exportMilliwattHours'
  | 'consumedMilliwattHours'
  | 'injectedMilliwattHours'
>;

/** Sums of every interval over all points; every one is a safe integer, as the net made sure. */
export function intervalTotalColumns(settled: Energies): IntervalTotalColumns {
  const imported = sums(settled.importMilliwattHours, settled);
  const exported = sums(settled.exportMilliwattHours, settled);
  // Without netting and factors what is settled is what was metered.
  const { consumedMilliwattHours, injectedMilliwattHours } = settled;
  return {
    import: imported,
    export: exported,
    consumed:
      consumedMilliwattHours === settled.importMilliwattHours
        ? imported
        : sums(consumedMilliwattHours, settled),
    injected:
      injectedMilliwattHours === settled.exportMilliwattHours
        ? exported
        : sums(injectedMilliwattHours, settled),
  };
}

function sums(column: Float64Array, { points, intervals }: Energies): Float64Array {
  const totals = new Float64Array(intervals);
  for (let interval = 0; interval < intervals; interval++) {
    totals[interval] = wholeSum(column, interval * points.length, (interval + 1) * points.length);
  }
  return totals;
}

/** The totals of one interval. */
export function intervalTotals(settled: Energies, interval: number): IntervalTotals {
  const size = settled.points.length;
  const of = (column: Float64Array): number =>
    wholeSum(column, interval * size, (interval + 1) * size);
  return {
    import: of(settled.importMilliwattHours),
    export: of(settled.exportMilliwattHours),
    consumed: of(settled.consumedMilliwattHours),
    injected: of(settled.injectedMilliwattHours),
  };
}

/** {@link intervalTotals} where all are at hand. */
export function totalsAt(totals: IntervalTotalColumns, interval: number): IntervalTotals {
  return {
    import: totals.import[interval] ?? NaN,
    export: totals.export[interval] ?? NaN,
    consumed: totals.consumed[interval] ?? NaN,
    injected: totals.injected[interval] ?? NaN,
  };
}
