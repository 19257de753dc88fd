import { formatKilowattHours } from '@microgrid/units';
import { DIRECTIONS, energies, type Direction } from './check-values.js';
import type { FindingSink } from './finding-sink.js';
import type { PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';

/** Makes the median absolute deviation comparable with a standard deviation (normal law). */
const MAD_SCALE = 1.4826;
/** Share of the intervals of a point that lie below its usual largest energy. */
const USUAL_SHARE = 0.99;
/** A quantile needs no more values than this. */
const SAMPLES = 4096;

/**
 * Energies far from the median of their neighbours (Hampel): farther than `threshold` robust
 * deviations, of which `floorShare` of the usual largest energy is the least. The floor keeps the
 * quiet hours of a series from calling every kettle a fault.
 */
export function checkSpike(series: PointSeries, rule: RuleOf<'spike'>, sink: FindingSink): void {
  for (const direction of rule.directions ?? DIRECTIONS)
    checkDirection(series, direction, rule, sink);
}

function checkDirection(
  series: PointSeries,
  direction: Direction,
  { halfWindow, threshold, floorShare }: RuleOf<'spike'>,
  sink: FindingSink,
): void {
  const values = energies(series, direction);
  const floor = floorShare * usualLargest(values);
  if (floor === 0) return;
  const least = threshold * floor;
  const window = new Float64Array(2 * halfWindow);
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot] as number;
    // No median lies farther from the value than the neighbours' extremes: most slots end here.
    if (!mayBeSpike(values, slot, halfWindow, value, least)) continue;
    let count = 0;
    for (let at = slot - halfWindow; at <= slot + halfWindow; at++) {
      const neighbour = values[at];
      if (at === slot || neighbour === undefined || Number.isNaN(neighbour)) continue;
      window[count++] = neighbour;
    }
    if (count < 2) continue;
    const median = medianOf(window, count);
    for (let at = 0; at < count; at++) window[at] = Math.abs((window[at] as number) - median);
    const spread = MAD_SCALE * medianOf(window, count) + floor;
    if (Math.abs(value - median) < threshold * spread) continue;
    const [found, usual] = [value, median].map((each) => formatKilowattHours(Math.round(each)));
    sink.slots(
      'spike',
      series,
      slot,
      slot + 1,
      `${direction} of ${found ?? ''} kWh, neighbours around ${usual ?? ''} kWh`,
    );
  }
}

function mayBeSpike(
  values: Float64Array,
  slot: number,
  halfWindow: number,
  value: number,
  least: number,
): boolean {
  if (Number.isNaN(value)) return false;
  // The median is near the value when more than half of the neighbours are.
  let near = 0;
  const last = Math.min(values.length - 1, slot + halfWindow);
  for (let at = Math.max(0, slot - halfWindow); at <= last; at++) {
    // The value itself counts as one of its neighbours here.
    if (Math.abs((values[at] as number) - value) < least && ++near > halfWindow + 1) return false;
  }
  return true;
}

/** Median of the first `count` values; sorts them in place (few values: insertion). */
function medianOf(values: Float64Array, count: number): number {
  for (let at = 1; at < count; at++) {
    const value = values[at] as number;
    let to = at - 1;
    while (to >= 0 && (values[to] as number) > value) {
      values[to + 1] = values[to] as number;
      to--;
    }
    values[to + 1] = value;
  }
  const middle = count >> 1;
  const upper = values[middle] as number;
  return count % 2 === 1 ? upper : ((values[middle - 1] as number) + upper) / 2;
}

/** The energy that all but one in a hundred intervals stay below; 0 for a series of zeros. */
function usualLargest(values: Float64Array): number {
  const step = Math.max(1, Math.floor(values.length / SAMPLES));
  const sample: number[] = [];
  for (let at = 0; at < values.length; at += step) {
    const value = values[at] as number;
    if (value > 0) sample.push(value);
  }
  sample.sort((a, b) => a - b);
  return sample[Math.min(sample.length - 1, Math.floor(sample.length * USUAL_SHARE))] ?? 0;
}
