import { formatKilowattHours, type EpochMs } from '@microgrid/units';
import { DIRECTIONS, energies } from './check-values.js';
import type { FindingSink } from './finding-sink.js';
import type { PointSeries } from './point-series.js';
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

/** The energy of the slots of a period, as far as it is known. */
interface SlotSum {
  readonly total: number;
  /** Whether every slot is known. */
  readonly whole: boolean;
}

/** The sum over the slots of a period; undefined where the period lies off the grid. */
function sumOver(series: PointSeries, values: Float64Array, sum: KnownSum): SlotSum | undefined {
  const from = (sum.startMs - series.startMs) / series.resolutionMs;
  const to = (sum.endMs - series.startMs) / series.resolutionMs;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to > series.slots)
    return undefined;
  let total = 0;
  for (let slot = from; slot < to; slot++) total += values[slot] as number;
  if (!Number.isNaN(total)) return { total, whole: true };
  // Absent slots are seldom: only then are the others told apart.
  total = 0;
  for (let slot = from; slot < to; slot++) {
    const value = values[slot] as number;
    if (!Number.isNaN(value)) total += value;
  }
  return { total, whole: false };
}

/** Sums by metering point, in the order given. */
export function sumsByPoint(sums: readonly KnownSum[]): ReadonlyMap<string, readonly KnownSum[]> {
  const byPoint = new Map<string, KnownSum[]>();
  for (const sum of sums) {
    const own = byPoint.get(sum.meteringPoint);
    if (own === undefined) byPoint.set(sum.meteringPoint, [sum]);
    else own.push(sum);
  }
  return byPoint;
}

/**
 * Intervals must add up to register differences and totals, within the tolerance of each. Where some
 * of them are missing, the others must not add up to more.
 * @param sums those of the series' own metering point.
 */
export function checkSums(
  series: PointSeries,
  { toleranceMilliwattHours }: RuleOf<'sumCheck'>,
  sums: readonly KnownSum[],
  sink: FindingSink,
): void {
  for (const sum of sums) {
    for (const direction of DIRECTIONS) {
      const known = sum[direction === 'import' ? 'importMilliwattHours' : 'exportMilliwattHours'];
      if (known === undefined) continue;
      const over = sumOver(series, energies(series, direction), sum);
      if (over === undefined) continue;
      const { total, whole } = over;
      if ((whole ? Math.abs(total - known) : total - known) <= toleranceMilliwattHours) continue;
      const [found, expected] = [total, known].map((energy) => formatKilowattHours(energy));
      sink.row(
        'sumCheck',
        series,
        sum.startMs,
        sum.endMs,
        `${direction}: the intervals${whole ? '' : ' that are there'} sum to ${found ?? ''} kWh, expected ${whole ? '' : 'at most '}${expected ?? ''} kWh${toleranceText(toleranceMilliwattHours)}`,
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
