import type { IntervalV1 } from '@microgrid/events';
import { compareIds, parseInstant } from '@microgrid/units';
import {
  advanceIntervals,
  withRevision,
  type IntervalState,
  type RejectedReading,
} from './counter-intervals.js';
import type { CounterReading } from './counter-reading.js';
import {
  intervalOptions,
  type IntervalOptions,
  type IntervalSettings,
} from './interval-options.js';
import { meterHistory, readingsOfMeters, type MeterHistory } from './meter-history.js';
import { placeInTime } from './place-in-time.js';

/** What readings gave. */
export interface IntervalsOfReadings {
  /** By start, then metering point; all of revision 1. */
  readonly intervals: IntervalV1[];
  /** Readings that were not used, each with its reason. */
  readonly rejected: RejectedReading[];
}

/** {@link IntervalSettings}, with the meters of the points where they are known. */
export interface ReadingsSettings extends IntervalSettings {
  readonly meters?: readonly MeterHistory[];
}

/** The intervals of one metering point's readings, which may come in any order. */
export function pointIntervals(
  given: readonly CounterReading[],
  options: IntervalOptions,
  history?: MeterHistory,
  from?: IntervalState,
): IntervalsOfReadings & { readonly state: IntervalState | undefined } {
  const owned = history === undefined ? undefined : readingsOfMeters(given, history);
  const placed = placeInTime(
    owned?.readings ?? given,
    history?.meters.map(({ meter }) => meter),
  );
  const rejected = [...(owned?.rejected ?? []), ...placed.rejected];
  const intervals: IntervalV1[] = [];
  let state = from;
  for (const reading of placed.readings) {
    const step = advanceIntervals(state, reading, options);
    state = step.state;
    if (step.rejected.length > 0) rejected.push(...step.rejected);
    for (const interval of step.intervals) {
      if (interval.revision === 1) intervals.push(interval);
      // Nothing is published yet: what proved wrong is simply told right.
      else intervals[positionOf(intervals, interval)] = withRevision(interval, 1);
    }
  }
  return { intervals, rejected, state };
}

function positionOf(intervals: readonly IntervalV1[], { start }: IntervalV1): number {
  let at = intervals.length - 1;
  while (at >= 0 && intervals[at]?.start !== start) at--;
  return at < 0 ? intervals.length : at;
}

/**
 * Counter readings of any number of metering points → intervals. The result is the same for every order
 * of the readings: clock faults are mended, duplicates taken once, meters kept apart.
 * @throws MeteringError `bad-option`.
 */
export function intervals(
  readings: Iterable<CounterReading>,
  settings: ReadingsSettings,
): IntervalsOfReadings {
  const { meters, ...rest } = settings;
  const options = intervalOptions(rest);
  const histories = new Map(meters?.map((each) => [each.meteringPoint, meterHistory(each)]));
  const points = new Map<string, CounterReading[]>();
  for (const reading of readings) {
    const point = points.get(reading.meteringPoint);
    if (point) point.push(reading);
    else points.set(reading.meteringPoint, [reading]);
  }
  const found: IntervalsOfReadings = { intervals: [], rejected: [] };
  for (const id of [...points.keys()].sort(compareIds)) {
    const point = pointIntervals(points.get(id) ?? [], options, histories.get(id));
    for (const interval of point.intervals) found.intervals.push(interval);
    for (const rejected of point.rejected) found.rejected.push(rejected);
  }
  // The points were taken in id order, and sorting is stable.
  const starts = new Map(found.intervals.map((each) => [each, parseInstant(each.start)]));
  found.intervals.sort((a, b) => (starts.get(a) ?? 0) - (starts.get(b) ?? 0));
  return found;
}

/**
 * Readings as they come, each point's in time order → intervals as they close, without keeping any
 * reading: for files larger than memory. Readings out of order are heard by `onRejected`.
 */
export async function* intervalsOf(
  readings: AsyncIterable<CounterReading> | Iterable<CounterReading>,
  settings: IntervalSettings,
  onRejected?: (rejected: RejectedReading) => void,
): AsyncGenerator<IntervalV1> {
  const options = intervalOptions(settings);
  const states = new Map<string, IntervalState | undefined>();
  for await (const reading of readings) {
    const step = advanceIntervals(states.get(reading.meteringPoint), reading, options);
    states.set(reading.meteringPoint, step.state);
    for (const rejected of step.rejected) onRejected?.(rejected);
    yield* step.intervals;
  }
}
