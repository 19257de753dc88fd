import { intervalId, type IntervalV1 } from '@microgrid/events';
import { formatInstant, type EpochMs, type MilliwattHours } from '@microgrid/units';
import { qualityOfCauses, type IntervalCause } from './cause.js';
import { proportion, type CounterSegment } from './counter-segment.js';
import type { IntervalOptions } from './interval-options.js';

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

/** Opens the interval that a first reading lies in. */
export function openInterval(
  atMs: EpochMs,
  { resolutionMs, counterUnitMilliwattHours }: IntervalOptions,
): OpenInterval {
  const startMs = Math.floor(atMs / resolutionMs) * resolutionMs;
  const startKnown = startMs === atMs;
  return {
    startMs,
    startKnown,
    importMilliwattHours: 0,
    exportMilliwattHours: 0,
    uncertaintyMilliwattHours: counterUnitMilliwattHours,
    causes: startKnown ? [] : ['no-reading-before'],
  };
}

/** Closes an interval after which nothing was read for too long. */
export function abandon(
  open: OpenInterval,
  meteringPoint: string,
  options: IntervalOptions,
): IntervalV1 {
  const nothing = {
    importMilliwattHours: 0,
    exportMilliwattHours: 0,
    uncertaintyMilliwattHours: 0,
    causes: [],
  };
  return close(withCauses(open, ['no-reading-after']), nothing, meteringPoint, options);
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

/**
 * Lets a segment flow into the open interval and closes those it fills. The register at a boundary is
 * interpolated, rounded once and shared by both neighbours: intervals telescope exactly.
 */
export function fold(
  before: OpenInterval,
  segment: CounterSegment,
  meteringPoint: string,
  options: IntervalOptions,
): { readonly open: OpenInterval; readonly intervals: readonly IntervalV1[] } {
  const intervals: IntervalV1[] = [];
  let open = before;
  let from = { importMilliwattHours: 0, exportMilliwattHours: 0 };
  let boundaryMs = open.startMs + options.resolutionMs;
  for (; boundaryMs <= segment.endMs; boundaryMs += options.resolutionMs) {
    const until = energyUntil(segment, boundaryMs);
    const certainty = boundaryCertainty(segment, boundaryMs, options);
    const closing = touched(open, segment, boundaryMs);
    intervals.push(close(closing, between(from, until, certainty), meteringPoint, options));
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
  return { open, intervals };
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
  const blind = segment.lost && open.startMs >= segment.startMs && untilMs <= segment.endMs;
  if (unknownMilliwattHours === 0 && segment.causes.length === 0) return open;
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
