import { intervalId, type IntervalV1 } from '@microgrid/events';
import { parseInstant, type EpochMs } from '@microgrid/units';
import { fell, follows, otherMeter, REGISTERS, restsAtZero } from './counter-plausibility.js';
import type { CounterReading } from './counter-reading.js';
import { ambiguousSegment, counterSegment, type CounterSegment } from './counter-segment.js';
import type { IntervalOptions } from './interval-options.js';
import { abandon, fold, openInterval, type OpenInterval } from './open-interval.js';

/** All that must be remembered of one metering point between two readings. Plain data. */
export interface IntervalState {
  readonly last: CounterReading;
  readonly open: OpenInterval;
  /** Readings that do not follow `last` and wait for one that agrees with them, or with `last`. */
  readonly held?: readonly CounterReading[];
  /** How things stood before `last`, for the case that `last` was the wrong one. */
  readonly undo?: {
    readonly last: CounterReading;
    readonly open: OpenInterval;
    /** Starts and revisions of the intervals that `last` closed. */
    readonly closed: readonly (readonly [startMs: EpochMs, revision: number])[];
  };
}

/**
 * Why a reading was not used: the same instant again (`duplicate`, or `contradictory` with other
 * registers), before the last one (`late`), no whole count, a register that neither its neighbours
 * before nor after agree with (`misread`), a clock nobody had set (`clock-unsynchronised`), a meter that
 * was not at the point then (`other-meter`), or older than what is still kept (`too-late`).
 */
export type ReadingRejection =
  | 'duplicate'
  | 'contradictory'
  | 'late'
  | 'too-late'
  | 'not-a-count'
  | 'misread'
  | 'clock-unsynchronised'
  | 'other-meter';

/** A reading that was not used. */
export interface RejectedReading {
  readonly reading: CounterReading;
  readonly reason: ReadingRejection;
}

/** What one more reading brings. */
export interface IntervalStep {
  readonly state: IntervalState | undefined;
  /**
   * The intervals that the reading closed, in time order. One with a revision above 1 replaces what an
   * earlier step closed: the reading it rested on proved wrong.
   */
  readonly intervals: readonly IntervalV1[];
  /** Readings that were not used: this one, or earlier ones that it showed to be misread. */
  readonly rejected: readonly RejectedReading[];
}

/** Why a reading can be of no use whatever came before. */
export function uselessReading(reading: CounterReading): ReadingRejection | undefined {
  const counts = REGISTERS.every(
    (register) => Number.isSafeInteger(reading[register]) && reading[register] >= 0,
  );
  if (!counts || !Number.isSafeInteger(reading.atMs)) return 'not-a-count';
  const unset = reading.clock?.synchronised === false && reading.retimed !== true;
  return unset ? 'clock-unsynchronised' : undefined;
}

function begin(reading: CounterReading, options: IntervalOptions): IntervalState {
  return { last: reading, open: openInterval(reading.atMs, options) };
}

/**
 * Takes the next reading of one metering point, in time order. A reading whose registers do not follow
 * those of the last one waits until another agrees with it (a reset, rollover or jump) or contradicts
 * it (it was misread). The register at a boundary is interpolated between the two readings around it,
 * rounded once and shared by both neighbours, so intervals telescope exactly to the register difference.
 */
export function advanceIntervals(
  state: IntervalState | undefined,
  reading: CounterReading,
  options: IntervalOptions,
): IntervalStep {
  const useless = uselessReading(reading);
  if (useless !== undefined) return reject(state, reading, useless);
  if (state === undefined) return { state: begin(reading, options), intervals: [], rejected: [] };
  const newest = state.held?.at(-1) ?? state.last;
  const replaced = otherMeter(state.last, reading);
  if (reading.atMs < newest.atMs) return reject(state, reading, 'late');
  if (reading.atMs === newest.atMs && !(replaced && otherMeter(newest, reading))) {
    const equal = REGISTERS.every((register) => reading[register] === newest[register]);
    return reject(state, reading, equal ? 'duplicate' : 'contradictory');
  }
  if (reading.atMs - newest.atMs > options.longestGapMs) {
    const lost = abandon(state.open, reading.meteringPoint, options);
    return { state: begin(reading, options), intervals: [lost], rejected: misread(state.held) };
  }
  if (replaced) return run(state, [counterSegment(state.last, reading, options)], reading, options);
  return state.held === undefined
    ? judge(state, reading, options)
    : judgeHeld(state, state.held, reading, options);
}

function reject(
  state: IntervalState | undefined,
  reading: CounterReading,
  reason: ReadingRejection,
): IntervalStep {
  return { state, intervals: [], rejected: [{ reading, reason }] };
}

function misread(readings: readonly CounterReading[] = []): RejectedReading[] {
  return readings.map((reading) => ({ reading, reason: 'misread' }));
}

function judge(
  state: IntervalState,
  reading: CounterReading,
  options: IntervalOptions,
): IntervalStep {
  if (follows(state.last, reading, options))
    return run(state, [counterSegment(state.last, reading, options)], reading, options);
  return { state: { ...state, held: [reading] }, intervals: [], rejected: [] };
}

/** Decides between `last` and the readings that contradict it, by what one more reading agrees with. */
function judgeHeld(
  state: IntervalState,
  held: readonly CounterReading[],
  reading: CounterReading,
  options: IntervalOptions,
): IntervalStep {
  const [first, newest] = [held[0], held.at(-1)] as [CounterReading, CounterReading];
  const { last } = state;
  const agrees = follows(newest, reading, options);
  if (follows(last, reading, options)) {
    // Fell, and everything fits both stories: neither can be told from the other.
    const unclear = agrees && fell(last, first);
    const { undo } = state;
    // The one before may be the wrong one too: what it closed rests on nothing but the readings around both.
    if (unclear && undo !== undefined && follows(undo.last, first, options)) {
      const segment = ambiguousSegment(undo.last, reading, options);
      const earlier = { last: undo.last, open: undo.open };
      return run(earlier, [segment], reading, options, misread([last, ...held]), undo.closed);
    }
    const segment = (unclear ? ambiguousSegment : counterSegment)(last, reading, options);
    return run(state, [segment], reading, options, misread(held));
  }
  if (restsAtZero(last, newest, reading)) {
    return { state: { ...state, held: [first, reading] }, intervals: [], rejected: [] };
  }
  if (!agrees) {
    return { state: { ...state, held: [reading] }, intervals: [], rejected: misread(held) };
  }
  const path = [...held, reading];
  const tail = path
    .slice(1)
    .map((after, index) => counterSegment(path[index] as CounterReading, after, options));
  const { undo } = state;
  // Fell back among the readings before: the last one was too high, or the meter lost its newest counts.
  if (undo !== undefined && fell(last, first) && follows(undo.last, first, options)) {
    const earlier = { last: undo.last, open: undo.open };
    const segments = [ambiguousSegment(undo.last, first, options), ...tail];
    return run(earlier, segments, reading, options, misread([last]), undo.closed);
  }
  // The zeros before a lifetime value were no readings of the register.
  const zeros = undo !== undefined && showsNothing(undo.last) && showsNothing(last);
  const earlier = zeros ? undo : state;
  // A register that rested at 0 may have been misread before it was reset: nothing since is vouched for.
  const rested = held.length > 1 && fell(last, first);
  const segments = rested
    ? [counterSegment(last, reading, options)]
    : [counterSegment(earlier.last, first, options), ...tail];
  return run(earlier, segments, reading, options, [], zeros ? undo.closed : []);
}

function showsNothing(reading: CounterReading): boolean {
  return REGISTERS.every((register) => reading[register] === 0);
}

/** Closed intervals of zeros that may still be told otherwise: two days of quarter-hours. */
const MOST_CLOSED = 192;

/** What to go back to, should the reading prove wrong: before it, or before all zeros that led to it. */
function undoOf(
  state: IntervalState,
  reading: CounterReading,
  closed: readonly (readonly [EpochMs, number])[],
): NonNullable<IntervalState['undo']> {
  const { undo, last, open } = state;
  const rests = undo && [undo.last, last, reading].every(showsNothing);
  return rests && undo.closed.length < MOST_CLOSED
    ? { ...undo, closed: [...undo.closed, ...closed] }
    : { last, open, closed };
}

/** Lets segments that end at a reading flow into the open interval. */
function run(
  state: IntervalState,
  segments: readonly CounterSegment[],
  reading: CounterReading,
  options: IntervalOptions,
  rejected: readonly RejectedReading[] = [],
  replaces: readonly (readonly [EpochMs, number])[] = [],
): IntervalStep {
  const intervals: IntervalV1[] = [];
  let { open } = state;
  for (const segment of segments) {
    const step = fold(open, segment, reading.meteringPoint, options);
    open = step.open;
    intervals.push(...step.intervals);
  }
  const earlier = new Map(replaces);
  const numbered =
    earlier.size === 0
      ? intervals
      : intervals.map((each) => {
          const revision = (earlier.get(parseInstant(each.start)) ?? 0) + 1;
          return revision === 1 ? each : withRevision(each, revision);
        });
  const single = segments.length === 1 && !otherMeter(state.last, reading);
  const closed = numbered.map(({ start, revision }) => [parseInstant(start), revision] as const);
  return {
    // After a break there is no reading before that the next ones could fall back among.
    state: {
      last: reading,
      open,
      ...(single ? { undo: undoOf(state, reading, closed) } : {}),
    },
    intervals: numbered,
    rejected,
  };
}

/** The same interval under another revision. */
export function withRevision(interval: IntervalV1, revision: number): IntervalV1 {
  const numbered = { ...interval, revision };
  return { ...numbered, id: intervalId(numbered) };
}
