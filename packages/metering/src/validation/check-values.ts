import { formatKilowattHours } from '@microgrid/units';
import type { EnergySummary } from './energy-summary.js';
import { forRuns, type FindingSink } from './finding-sink.js';
import type { PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';

const HOUR_MS = 3_600_000;
const MWH_PER_WATT_HOUR = 1000;

/** One direction of a series. */
export type Direction = 'import' | 'export';

export const DIRECTIONS: readonly Direction[] = ['import', 'export'];

/** What is known of the energies of both directions. */
export type Summaries = Readonly<Record<Direction, EnergySummary>>;

/** The energies of one direction. */
export const energies = (series: PointSeries, direction: Direction): Float64Array =>
  direction === 'import' ? series.importMilliwattHours : series.exportMilliwattHours;

/** The most energy a mean power gives in an interval, mWh. */
export const energyAt = (watts: number, lengthMs: number): number =>
  (watts * lengthMs * MWH_PER_WATT_HOUR) / HOUR_MS;

/** Intervals with an energy below 0. */
export function checkNegative(series: PointSeries, summaries: Summaries, sink: FindingSink): void {
  for (const direction of DIRECTIONS) {
    if (!(summaries[direction].least < 0)) continue;
    const values = energies(series, direction);
    forRuns(
      series.slots,
      (slot) => (values[slot] as number) < 0,
      (from, to) => {
        const value = formatKilowattHours(values[from] as number);
        sink.slots(
          'negative',
          series,
          from,
          to,
          `${direction} of ${value} kWh, expected 0 or more`,
        );
      },
    );
  }
}

/** Intervals whose mean power is above fuse or nameplate. */
export function checkAboveLimit(
  series: PointSeries,
  { maximumImportWatts, maximumExportWatts }: RuleOf<'aboveLimit'>,
  summaries: Summaries,
  sink: FindingSink,
): void {
  const limits = { import: maximumImportWatts, export: maximumExportWatts };
  for (const direction of DIRECTIONS) {
    const watts = limits[direction];
    if (watts === undefined) continue;
    const most = energyAt(watts, series.resolutionMs);
    if (!(summaries[direction].largest > most)) continue;
    const values = energies(series, direction);
    forRuns(
      series.slots,
      (slot) => (values[slot] as number) > most,
      (from, to) => {
        let largest = 0;
        for (let slot = from; slot < to; slot++)
          largest = Math.max(largest, values[slot] as number);
        sink.slots(
          'aboveLimit',
          series,
          from,
          to,
          `${direction} of up to ${formatKilowattHours(largest)} kWh, expected at most ${formatKilowattHours(Math.floor(most))} kWh (${watts} W)`,
        );
      },
    );
  }
}

/** Long times without any energy: a dead meter looks like an empty house. */
export function checkZeroRun(
  series: PointSeries,
  { minimumHours }: RuleOf<'zeroRun'>,
  sink: FindingSink,
): void {
  const { importMilliwattHours, exportMilliwattHours, resolutionMs } = series;
  const least = Math.ceil((minimumHours * HOUR_MS) / resolutionMs);
  const zero = (slot: number): boolean =>
    importMilliwattHours[slot] === 0 && exportMilliwattHours[slot] === 0;
  for (let from = 0; from + least <= series.slots;) {
    // A run from here needs nothing in all slots up to here: looked at from the far end, most are skipped.
    let last = from + least - 1;
    while (last >= from && zero(last)) last--;
    if (last >= from) {
      from = last + 1;
      continue;
    }
    let to = from + least;
    while (to < series.slots && zero(to)) to++;
    const hours = ((to - from) * resolutionMs) / HOUR_MS;
    const message = `nothing for ${hours} h, expected less than ${minimumHours} h`;
    sink.slots('zeroRun', series, from, to, message);
    from = to;
  }
}

/**
 * Runs of one and the same energy above 0. How long a run chance may bring follows from the series
 * itself: with `p` the share of its runs that have at least two intervals, a run of n comes about
 * `slots * p^(n-1)` times.
 */
export function checkStuck(
  series: PointSeries,
  rule: RuleOf<'stuck'>,
  summaries: Summaries,
  sink: FindingSink,
): void {
  for (const direction of rule.directions ?? DIRECTIONS) {
    const least = leastStuckRun(series, rule, summaries[direction]);
    if (summaries[direction].longestRun < least) continue;
    const values = energies(series, direction);
    forEqualRuns(values, least, (from, to) => {
      const value = formatKilowattHours(values[from] as number);
      sink.slots(
        'stuck',
        series,
        from,
        to,
        `${direction} of ${value} kWh ${to - from} times running, expected fewer than ${least}`,
      );
    });
  }
}

const YEAR_HOURS = 8766;

function leastStuckRun(
  { slots, resolutionMs }: PointSeries,
  { minimumIntervals, falseRunsPerYear }: RuleOf<'stuck'>,
  { runs, repeatedRuns }: EnergySummary,
): number {
  if (repeatedRuns === 0) return minimumIntervals;
  const years = (slots * resolutionMs) / HOUR_MS / YEAR_HOURS;
  const share = Math.min(repeatedRuns / runs, 0.95);
  const byChance = 1 + Math.log((falseRunsPerYear * years) / runs) / Math.log(share);
  return Math.max(minimumIntervals, Math.ceil(byChance));
}

/** Every maximal run of at least so many equal energies above 0. */
function forEqualRuns(
  values: Float64Array,
  least: number,
  found: (from: number, to: number) => void,
): void {
  let from = 0;
  for (let slot = 1; slot <= values.length; slot++) {
    if (slot < values.length && values[slot] === values[from]) continue;
    if (slot - from >= least && (values[from] as number) > 0) found(from, slot);
    from = slot;
  }
}
