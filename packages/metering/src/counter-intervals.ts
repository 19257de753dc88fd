import { intervalId, type IntervalV1 } from '@microgrid/events';
import { formatInstant, type EpochMs, type MilliwattHours } from '@microgrid/units';
import { qualityOfCauses, type IntervalCause } from './cause.js';
import type { CounterReading } from './counter-reading.js';
import { counterSegment, proportion, type CounterSegment } from './counter-segment.js';
import {
  intervalOptions,
  type IntervalOptions,
  type IntervalSettings,
} from './interval-options.js';

/** The interval being filled. Plain data: a process may keep it and go on after a restart. */
export interface OpenInterval {
  readonly startMs: EpochMs;
  /** False while the register at the start is not known. */
  readonly startKnown: boolean;
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
  readonly uncertaintyMilliwattHours: MilliwattHours;
  readonly causes: readonly IntervalCause[];
}

/** All that must be remembered of one metering point between two readings. Plain data. */
export interface IntervalState {
  readonly last: CounterReading;
  readonly open: OpenInterval;
}

/** Why a reading was not used. */
export type ReadingRejection = 'duplicate' | 'late' | 'not-a-count';

/** What one more reading brings. */
export interface IntervalStep {
  readonly state: IntervalState | undefined;
  /** The intervals that the reading closed, in time order. */
  readonly intervals: readonly IntervalV1[];
  /** Present when the reading was not used: at or before the last one, or no whole count. */
  readonly rejected?: { readonly reading: CounterReading; readonly reason: ReadingRejection };
}

/**
 * Takes the next reading of one metering point. The register at a boundary is interpolated between
 * the two readings around it, rounded once and shared by both neighbours, so intervals telescope
 * exactly to the register difference.
 */
export function advanceIntervals(
  state: IntervalState | undefined,
  reading: CounterReading,
  options: IntervalOptions,
): IntervalStep {
  const reject = (reason: ReadingRejection): IntervalStep => ({
    state,
    intervals: [],
    rejected: { reading, reason },
  });
  if (!isCount(reading)) return reject('not-a-count');
  if (state === undefined) return { state: begin(reading, options), intervals: [] };
  if (reading.atMs === state.last.atMs) return reject('duplicate');
  if (reading.atMs < state.last.atMs) return reject('late');
  if (reading.atMs - state.last.atMs > options.longestGapMs) {
    const lost = close(
      withCauses(state.open, ['no-reading-after']),
      {
        importMilliwattHours: 0,
        exportMilliwattHours: 0,
        uncertaintyMilliwattHours: 0,
        causes: [],
      },
      reading.meteringPoint,
      options,
    );
    return { state: begin(reading, options), intervals: [lost] };
  }
  return follow(state, reading, options);
}

function isCount(reading: CounterReading): boolean {
  return [reading.importMilliwattHours, reading.exportMilliwattHours].every(
    (count) => Number.isSafeInteger(count) && count >= 0,
  );
}

function begin(
  reading: CounterReading,
  { resolutionMs, counterUnitMilliwattHours }: IntervalOptions,
): IntervalState {
  const startMs = Math.floor(reading.atMs / resolutionMs) * resolutionMs;
  const startKnown = startMs === reading.atMs;
  return {
    last: reading,
    open: {
      startMs,
      startKnown,
      importMilliwattHours: 0,
      exportMilliwattHours: 0,
      uncertaintyMilliwattHours: counterUnitMilliwattHours,
      causes: startKnown ? [] : ['no-reading-before'],
    },
  };
}

function withCauses(open: OpenInterval, causes: readonly IntervalCause[]): OpenInterval {
  return { ...open, causes: [...new Set([...open.causes, ...causes])] };
}

/** Energy up to a boundary, how sure it is, and what makes it worse. */
interface Part {
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
  readonly uncertaintyMilliwattHours: MilliwattHours;
  readonly causes: readonly IntervalCause[];
}

function follow(
  state: IntervalState,
  reading: CounterReading,
  options: IntervalOptions,
): IntervalStep {
  const segment = counterSegment(state.last, reading, options);
  const intervals: IntervalV1[] = [];
  let { open } = state;
  let from = { importMilliwattHours: 0, exportMilliwattHours: 0 };
  let boundaryMs = open.startMs + options.resolutionMs;
  for (; boundaryMs <= segment.endMs; boundaryMs += options.resolutionMs) {
    const until = energyUntil(segment, boundaryMs);
    const certainty = boundaryCertainty(segment, boundaryMs, options);
    const closing = touched(open, segment, boundaryMs);
    intervals.push(close(closing, between(from, until, certainty), reading.meteringPoint, options));
    from = until;
    open = {
      startMs: boundaryMs,
      startKnown: true,
      importMilliwattHours: 0,
      exportMilliwattHours: 0,
      uncertaintyMilliwattHours: certainty.uncertaintyMilliwattHours,
      causes: certainty.causes,
    };
  }
  if (segment.endMs > open.startMs) {
    const { importMilliwattHours, exportMilliwattHours } = open;
    open = {
      // It goes on after the segment, so it is never blind.
      ...touched(open, segment, boundaryMs),
      importMilliwattHours:
        importMilliwattHours + segment.importMilliwattHours - from.importMilliwattHours,
      exportMilliwattHours:
        exportMilliwattHours + segment.exportMilliwattHours - from.exportMilliwattHours,
    };
  }
  return { state: { last: reading, open }, intervals };
}

interface Energies {
  readonly importMilliwattHours: MilliwattHours;
  readonly exportMilliwattHours: MilliwattHours;
}

function energyUntil(segment: CounterSegment, atMs: EpochMs): Energies {
  const part = atMs - segment.startMs;
  const whole = segment.endMs - segment.startMs;
  return {
    importMilliwattHours: proportion(segment.importMilliwattHours, part, whole),
    exportMilliwattHours: proportion(segment.exportMilliwattHours, part, whole),
  };
}

function between(
  from: Energies,
  until: Energies,
  certainty: Pick<Part, 'uncertaintyMilliwattHours' | 'causes'>,
): Part {
  return {
    importMilliwattHours: until.importMilliwattHours - from.importMilliwattHours,
    exportMilliwattHours: until.exportMilliwattHours - from.exportMilliwattHours,
    ...certainty,
  };
}

/** A reading on the boundary leaves one counter unit; between two readings their whole energy may lie on either side. */
function boundaryCertainty(
  segment: CounterSegment,
  boundaryMs: EpochMs,
  { counterUnitMilliwattHours, bracketMs }: IntervalOptions,
): Pick<Part, 'uncertaintyMilliwattHours' | 'causes'> {
  if (boundaryMs === segment.endMs) {
    return { uncertaintyMilliwattHours: counterUnitMilliwattHours, causes: [] };
  }
  const wide = segment.endMs - segment.startMs > bracketMs;
  return {
    uncertaintyMilliwattHours:
      Math.max(segment.importMilliwattHours, segment.exportMilliwattHours) +
      counterUnitMilliwattHours,
    causes: wide ? ['wide-bracket'] : [],
  };
}

/** What a segment does to an interval that it touches up to `untilMs`. */
function touched(open: OpenInterval, segment: CounterSegment, untilMs: EpochMs): OpenInterval {
  const { unknownMilliwattHours } = segment;
  // Nothing at all is known of an interval inside a span the registers cannot vouch for.
  const blind =
    unknownMilliwattHours > 0 && open.startMs >= segment.startMs && untilMs <= segment.endMs;
  return withCauses(
    {
      ...open,
      uncertaintyMilliwattHours: open.uncertaintyMilliwattHours + unknownMilliwattHours,
    },
    [...segment.causes, ...(blind ? (['no-reading-between'] as const) : [])],
  );
}

function close(
  open: OpenInterval,
  part: Part,
  meteringPoint: string,
  options: IntervalOptions,
): IntervalV1 {
  const causes = [...new Set([...open.causes, ...part.causes])];
  const span = {
    meteringPoint,
    start: formatInstant(open.startMs),
    end: formatInstant(open.startMs + options.resolutionMs),
    revision: 1,
  };
  const quality = qualityOfCauses(causes);
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(span),
    ...span,
    ...(quality === 'missing'
      ? {}
      : {
          importMilliwattHours: open.importMilliwattHours + part.importMilliwattHours,
          exportMilliwattHours: open.exportMilliwattHours + part.exportMilliwattHours,
          uncertaintyMilliwattHours:
            open.uncertaintyMilliwattHours + part.uncertaintyMilliwattHours,
        }),
    quality,
    source: options.source,
    ...(causes.length > 0 ? { causes } : {}),
  };
}

/** {@link advanceIntervals} over readings of many metering points, each point's in time order. */
export function intervals(
  readings: Iterable<CounterReading>,
  settings: IntervalSettings,
): {
  readonly intervals: IntervalV1[];
  readonly rejected: NonNullable<IntervalStep['rejected']>[];
} {
  const options = intervalOptions(settings);
  const states = new Map<string, IntervalState | undefined>();
  const closed: IntervalV1[] = [];
  const rejected: NonNullable<IntervalStep['rejected']>[] = [];
  for (const reading of readings) {
    const step = advanceIntervals(states.get(reading.meteringPoint), reading, options);
    states.set(reading.meteringPoint, step.state);
    closed.push(...step.intervals);
    if (step.rejected) rejected.push(step.rejected);
  }
  return { intervals: closed, rejected };
}
