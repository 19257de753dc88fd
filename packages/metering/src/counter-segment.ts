import type { EpochMs, MilliwattHours } from '@microgrid/units';
import type { IntervalCause } from './cause.js';
import type { CounterReading } from './counter-reading.js';
import type { IntervalOptions } from './interval-options.js';

/** Milliwatt-hours of one watt over one millisecond, inverted. */
const WATT_MS_PER_MILLIWATT_HOUR = 3600;

/** What happened between two readings of one metering point that follow each other. */
export interface CounterSegment {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Energy the registers can vouch for: 0 over a reset or an implausible jump, never negative. */
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
  /** Energy that may have flowed beyond that, because a register could not be followed. */
  readonly unknownMilliwattHours: MilliwattHours;
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
  const most =
    Math.ceil((options.maximumWatts * elapsedMs) / WATT_MS_PER_MILLIWATT_HOUR) +
    options.counterUnitMilliwattHours;
  const causes = new Set<IntervalCause>();
  const difference = (from: number, to: number): number => {
    if (to < from) causes.add('counter-reset');
    else if (to - from > most) causes.add('implausible-rate');
    else return to - from;
    // Neither the lifetime value nor a negative one is energy of this interval.
    return 0;
  };
  const importMilliwattHours = difference(before.importMilliwattHours, after.importMilliwattHours);
  const exportMilliwattHours = difference(before.exportMilliwattHours, after.exportMilliwattHours);
  const unknownMilliwattHours = causes.size > 0 ? most : 0;
  if (before.quality === 'suspect' || after.quality === 'suspect') causes.add('suspect-reading');
  return {
    startMs: before.atMs,
    endMs: after.atMs,
    importMilliwattHours,
    exportMilliwattHours,
    unknownMilliwattHours,
    causes: [...causes],
  };
}

/** The part of an energy that flowed in the first `part` of `whole` ms, to the nearest mWh. */
export function proportion(energy: MilliwattHours, part: number, whole: number): MilliwattHours {
  const product = energy * part;
  if (Number.isSafeInteger(product * 2)) return Math.floor((2 * product + whole) / (2 * whole));
  return Number((2n * BigInt(energy) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));
}
