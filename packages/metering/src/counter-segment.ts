import type { EpochMs, MilliwattHours } from '@microgrid/units';
import type { IntervalCause } from './cause.js';
import { mostEnergy, otherMeter, rolloverEnergy } from './counter-plausibility.js';
import type { CounterReading } from './counter-reading.js';
import type { IntervalOptions } from './interval-options.js';

/** What happened between two readings of one metering point that follow each other. */
export interface CounterSegment {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Energy the registers can vouch for: 0 over a reset or an implausible jump, never negative. */
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
  /** Energy by which that may be wrong, because a register could not be followed. */
  readonly unknownMilliwattHours: MilliwattHours;
  /** Nothing is vouched for: an interval wholly inside is missing. */
  readonly lost: boolean;
  /** Why every interval the segment touches is worse than measured. */
  readonly causes: readonly IntervalCause[];
}

/** Tells what two readings in time order say about the time between them. */
export function counterSegment(
  before: CounterReading,
  after: CounterReading,
  options: IntervalOptions,
): CounterSegment {
  const elapsedMs = after.atMs - before.atMs;
  const most = mostEnergy(elapsedMs, options);
  const causes = new Set<IntervalCause>();
  const losses = new Set<IntervalCause>();
  const lose = (cause: IntervalCause): number => {
    causes.add(cause);
    losses.add(cause);
    // Neither the lifetime value nor a negative one is energy of this interval.
    return 0;
  };
  const difference = (from: number, to: number): number => {
    if (to - from > most) return lose('implausible-rate');
    if (to >= from) return to - from;
    const round = rolloverEnergy(from, to, most, options);
    if (round === undefined) return lose('counter-reset');
    causes.add('counter-rollover');
    return round;
  };
  const replaced = otherMeter(before, after);
  // Meters that change hands at one instant, both read then, leave nothing unmeasured.
  if (replaced && elapsedMs > 0) lose('meter-replacement');
  const energy = (from: number, to: number): number => (replaced ? 0 : difference(from, to));
  const importMilliwattHours = energy(before.importMilliwattHours, after.importMilliwattHours);
  const exportMilliwattHours = energy(before.exportMilliwattHours, after.exportMilliwattHours);
  if (before.quality === 'suspect' || after.quality === 'suspect') causes.add('suspect-reading');
  if (before.retimed === true || after.retimed === true) causes.add('clock-corrected');
  return {
    startMs: before.atMs,
    endMs: after.atMs,
    importMilliwattHours,
    exportMilliwattHours,
    unknownMilliwattHours: losses.size > 0 ? most : 0,
    lost: losses.size > 0,
    causes: [...causes],
  };
}

/** The segment where a register fell in between and two stories explain it: any energy is possible. */
export function ambiguousSegment(
  before: CounterReading,
  after: CounterReading,
  options: IntervalOptions,
): CounterSegment {
  const segment = counterSegment(before, after, options);
  return {
    ...segment,
    unknownMilliwattHours: mostEnergy(after.atMs - before.atMs, options),
    causes: [...segment.causes, 'ambiguous-register'],
  };
}

/** The part of an energy that flowed in the first `part` of `whole` ms, to the nearest mWh. */
export function proportion(energy: MilliwattHours, part: number, whole: number): MilliwattHours {
  const product = energy * part;
  if (Number.isSafeInteger(product * 2)) return Math.floor((2 * product + whole) / (2 * whole));
  return Number((2n * BigInt(energy) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));
}
