import { formatKilowattHours, type EpochMs } from '@microgrid/units';
import { DIRECTIONS, energies } from './check-values.js';
import type { FindingSink } from './finding-sink.js';
import { slotStart, type PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';

/** What is known of a period's energy from elsewhere: two register readings, or a bill. */
export interface KnownSum {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Whole mWh; undefined where the direction is not known. */
  readonly importMilliwattHours?: number | undefined;
  readonly exportMilliwattHours?: number | undefined;
}

/** The sum over the slots of a period; undefined where one is missing or the period lies off the grid. */
function sumOver(series: PointSeries, values: Float64Array, sum: KnownSum): number | undefined {
  const from = (sum.startMs - series.startMs) / series.resolutionMs;
  const to = (sum.endMs - series.startMs) / series.resolutionMs;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > series.slots)
    return undefined;
  let total = 0;
  for (let slot = from; slot < to; slot++) total += values[slot] as number;
  return Number.isNaN(total) ? undefined : total;
}

/** Intervals must add up to register differences and totals, within the tolerance of each. */
export function checkSums(
  series: PointSeries,
  { toleranceMilliwattHours }: RuleOf<'sumCheck'>,
  sums: readonly KnownSum[],
  sink: FindingSink,
): void {
  for (const sum of sums) {
    if (sum.meteringPoint !== series.meteringPoint) continue;
    for (const direction of DIRECTIONS) {
      const known = sum[direction === 'import' ? 'importMilliwattHours' : 'exportMilliwattHours'];
      const total = sumOver(series, energies(series, direction), sum);
      if (known === undefined || total === undefined) continue;
      if (Math.abs(total - known) <= toleranceMilliwattHours) continue;
      const [found, expected] = [total, known].map((energy) => formatKilowattHours(energy));
      sink.row(
        'sumCheck',
        series,
        sum.startMs,
        sum.endMs,
        `${direction}: the intervals sum to ${found ?? ''} kWh, expected ${expected ?? ''} kWh${toleranceText(toleranceMilliwattHours)}`,
      );
    }
  }
}

/** How far a sum may be off, for messages. */
function toleranceText(toleranceMilliwattHours: number): string {
  return toleranceMilliwattHours === 0
    ? ''
    : ` within ${formatKilowattHours(toleranceMilliwattHours)} kWh`;
}

/**
 * The head of a site or feeder must see what the points behind it see, interval by interval: net
 * import of the head against the sum of net imports, within losses.
 */
export function checkBalance(
  all: readonly PointSeries[],
  { head, points, toleranceShare, toleranceMilliwattHours }: RuleOf<'balance'>,
  sink: FindingSink,
): void {
  const top = all.find(({ meteringPoint }) => meteringPoint === head);
  const behind = points.map((id) => all.find(({ meteringPoint }) => meteringPoint === id));
  if (top === undefined) return;
  let from = -1;
  let worst = 0;
  const close = (to: number): void => {
    if (from >= 0) {
      const difference = formatKilowattHours(Math.round(worst));
      sink.slots(
        'balance',
        top,
        from,
        to,
        `up to ${difference} kWh an interval between the head and ${points.length} points`,
      );
    }
    from = -1;
    worst = 0;
  };
  for (let slot = 0; slot < top.slots; slot++) {
    const difference = imbalance(top, slot, behind);
    const through =
      (top.importMilliwattHours[slot] as number) + (top.exportMilliwattHours[slot] as number);
    if (Math.abs(difference) > toleranceShare * through + toleranceMilliwattHours) {
      if (from < 0) from = slot;
      if (Math.abs(difference) > Math.abs(worst)) worst = difference;
    } else close(slot);
  }
  close(top.slots);
}

/** Net import of the head less that of the points behind it; NaN where one of them is not known. */
function imbalance(
  top: PointSeries,
  slot: number,
  behind: readonly (PointSeries | undefined)[],
): number {
  const atMs = slotStart(top, slot);
  let difference =
    (top.importMilliwattHours[slot] as number) - (top.exportMilliwattHours[slot] as number);
  for (const series of behind) {
    if (series === undefined || series.resolutionMs !== top.resolutionMs) return NaN;
    const at = (atMs - series.startMs) / series.resolutionMs;
    const net = (series.importMilliwattHours[at] ?? NaN) - (series.exportMilliwattHours[at] ?? NaN);
    difference -= net;
  }
  return difference;
}
