import { formatKilowattHours } from '@microgrid/units';
import { DIRECTIONS, energies, type Direction, type Summaries } from './check-values.js';
import type { EnergySummary } from './energy-summary.js';
import type { FindingSink } from './finding-sink.js';
import { medianOf, orderStatistic } from './order-statistic.js';
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
export function checkSpike(
  series: PointSeries,
  rule: RuleOf<'spike'>,
  summaries: Summaries,
  sink: FindingSink,
): void {
  for (const direction of rule.directions ?? DIRECTIONS)
    checkDirection(series, direction, rule, summaries[direction], sink);
}

function checkDirection(
  series: PointSeries,
  direction: Direction,
  { halfWindow, threshold, floorShare }: RuleOf<'spike'>,
  { least, largest }: EnergySummary,
  sink: FindingSink,
): void {
  if (!(largest > 0)) return;
  const values = energies(series, direction);
  const floor = floorShare * usualLargest(values);
  // Where all energies lie closer together, none can be far from a median of some.
  const distance = threshold * floor;
  if (floor === 0 || largest - least < distance) return;
  const window = new Float64Array(2 * halfWindow);
  const found = (slot: number, median: number): void => {
    const [value, usual] = [values[slot] as number, median].map((each) =>
      formatKilowattHours(Math.round(each)),
    );
    const message = `${direction} of ${value ?? ''} kWh, neighbours around ${usual ?? ''} kWh`;
    sink.slots('spike', series, slot, slot + 1, message);
  };
  for (let slot = nextCandidate(values, 0, halfWindow, distance); slot < values.length;) {
    const count = neighbours(values, slot, halfWindow, window);
    if (count >= 2) {
      const value = values[slot] as number;
      const median = medianOf(window, count);
      for (let at = 0; at < count; at++) window[at] = Math.abs((window[at] as number) - median);
      const spread = MAD_SCALE * medianOf(window, count) + floor;
      if (Math.abs(value - median) >= threshold * spread) found(slot, median);
    }
    slot = nextCandidate(values, slot + 1, halfWindow, distance);
  }
}

/** Collects the known energies around a slot; how many they are. */
function neighbours(
  values: Float64Array,
  slot: number,
  halfWindow: number,
  window: Float64Array,
): number {
  let count = 0;
  const last = Math.min(values.length - 1, slot + halfWindow);
  for (let at = Math.max(0, slot - halfWindow); at <= last; at++) {
    const neighbour = values[at] as number;
    if (at !== slot && !Number.isNaN(neighbour)) window[count++] = neighbour;
  }
  return count;
}

/** Slots that are passed over at once where their energies and their neighbours' lie close together. */
const BLOCK = 32;

/** The next slot that may be a spike; `from` to the end if none. */
function nextCandidate(
  values: Float64Array,
  from: number,
  halfWindow: number,
  distance: number,
): number {
  const slots = values.length;
  for (let start = from; start < slots; start += BLOCK) {
    const end = Math.min(slots, start + BLOCK);
    if (spread(values, start - halfWindow, end + halfWindow) < distance) continue;
    for (let slot = start; slot < end; slot++) {
      if (!isNearMost(values, slot, halfWindow, distance)) return slot;
    }
  }
  return slots;
}

/** Difference of the largest and least energy from one slot to before another; below 0 if there is none. */
function spread(values: Float64Array, from: number, to: number): number {
  let [least, largest] = [Infinity, -Infinity];
  const last = Math.min(values.length, to);
  for (let at = Math.max(0, from); at < last; at++) {
    const value = values[at] as number;
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return largest - least;
}

/**
 * Whether a value is no spike without a median being taken: that of its neighbours is near the value
 * when more than half of them are. A value that is not known is none either.
 */
function isNearMost(
  values: Float64Array,
  slot: number,
  halfWindow: number,
  distance: number,
): boolean {
  const value = values[slot] as number;
  if (Number.isNaN(value)) return true;
  // The value itself counts as one of its neighbours here.
  let lacking = halfWindow + 2;
  const last = Math.min(values.length - 1, slot + halfWindow);
  for (let at = Math.max(0, slot - halfWindow); at <= last; at++) {
    if (Math.abs((values[at] as number) - value) < distance && --lacking === 0) return true;
  }
  return false;
}

/**
 * The energy that all but one in a hundred intervals stay below; 0 for a series of zeros. The largest
 * of a short series is left out: it may be the spike itself.
 */
function usualLargest(values: Float64Array): number {
  const step = Math.max(1, Math.floor(values.length / SAMPLES));
  const sample = new Float64Array(Math.ceil(values.length / step));
  let count = 0;
  for (let at = 0; at < values.length; at += step) {
    const value = values[at] as number;
    if (value > 0) sample[count++] = value;
  }
  if (count === 0) return 0;
  const rank = Math.floor((count - 1) * USUAL_SHARE);
  return orderStatistic(sample, count, rank);
}
