import {
  fillSeries,
  type Filled,
  type FillContext,
  type FillMethod,
  type PointSeries,
} from '@microgrid/metering';
import { parseInstant, type EpochMs } from '@microgrid/units';
import type { SettlementContract } from '../settlement-contract.js';
import { MISSING_QUALITY, type SettlementGrid } from '../settlement-grid.js';
import { readingsAsKnown } from './period-readings.js';
import type { KnownReadings } from './run-inputs.js';

/** How missing intervals are made up. */
export interface SubstitutionPolicy {
  /** Tried in this order. */
  readonly methods: readonly FillMethod[];
  /** Dates `YYYY-MM-DD` that count as Sundays. */
  readonly holidays?: readonly string[];
  readonly profiles?: FillContext['profiles'];
}

/** A grid whose missing intervals were made up as far as the methods could. */
export interface SubstitutedGrid {
  readonly grid: SettlementGrid;
  /** Every made-up interval with its method, quality and sources, by metering point, then start. */
  readonly substituted: readonly Filled[];
}

const WEEK_MS = 7 * 86_400_000;
/** What methods without a number of weeks look back, and one week for holidays that are like a Sunday. */
const LEAST_WEEKS = 5;

/** Whether a point takes part in sharing in an interval: then it must not be missing. */
export function takesPart(
  { startMs, resolutionMs, broughtIn }: SettlementContract,
  interval: number,
  point: number,
): boolean {
  return broughtIn.standing.at(startMs + interval * resolutionMs).takesPart[point] === 1;
}

/** Positions of the points that lack an interval they take part in. */
function pointsWithHoles(contract: SettlementContract, { quality }: SettlementGrid): number[] {
  const size = contract.pointIds.length;
  const found = new Set<number>();
  for (let cell = 0; cell < quality.length; cell++) {
    const point = cell % size;
    if (quality[cell] !== MISSING_QUALITY || found.has(point)) continue;
    if (takesPart(contract, Math.floor(cell / size), point)) found.add(point);
  }
  return [...found].sort((a, b) => a - b);
}

/** Metering points whose values the methods may use beside a point's own. */
function otherPoints(methods: readonly FillMethod[]): string[] {
  return methods.flatMap((method) => {
    if (method.method === 'checkMeter') return Object.values(method.meters);
    if (method.method === 'balance') return [method.head, ...method.points];
    return [];
  });
}

/** A stretch of metering history as series, from some weeks before the period to its end. */
function seriesOf(
  ids: readonly string[],
  startMs: EpochMs,
  { endMs, resolutionMs }: SettlementContract,
  readings: readonly KnownReadings[],
): PointSeries[] {
  const { grid } = readingsAsKnown({ points: ids, startMs, endMs, resolutionMs }, readings);
  const slots = (endMs - startMs) / resolutionMs;
  const column = <T extends Float64Array | Uint8Array>(from: T, into: T, point: number): T => {
    for (let slot = 0; slot < slots; slot++) into[slot] = from[slot * ids.length + point] as number;
    return into;
  };
  return ids.map((meteringPoint, point) => ({
    meteringPoint,
    startMs,
    resolutionMs,
    slots,
    importMilliwattHours: column(grid.importMilliwattHours, new Float64Array(slots), point),
    exportMilliwattHours: column(grid.exportMilliwattHours, new Float64Array(slots), point),
    quality: column(grid.quality, new Uint8Array(slots), point),
  }));
}

/**
 * Makes up the missing intervals of points that take part, from the history in the readings. What no
 * method can make up stays missing; an interval of a point that takes no part is left alone.
 */
export function substituteMissing(
  contract: SettlementContract,
  grid: SettlementGrid,
  readings: readonly KnownReadings[],
  { methods, holidays, profiles }: SubstitutionPolicy,
): SubstitutedGrid {
  const holes = pointsWithHoles(contract, grid);
  if (holes.length === 0 || methods.length === 0) return { grid, substituted: [] };
  const own = holes.map((point) => contract.pointIds[point] as string);
  const ids = [...new Set([...own, ...otherPoints(methods)])];
  const weeks = Math.max(
    LEAST_WEEKS,
    ...methods.map((method) => ('weeks' in method ? method.weeks + 1 : 0)),
  );
  const historyMs = contract.startMs - weeks * WEEK_MS;
  const series = seriesOf(ids, historyMs, contract, readings);
  const done = fillSeries(series, methods, {
    timeZone: contract.community.timeZone,
    ...(holidays && { holidays }),
    ...(profiles && { profiles }),
  });
  return putInto(contract, grid, ids, done.series, done.filled);
}

function putInto(
  contract: SettlementContract,
  grid: SettlementGrid,
  ids: readonly string[],
  series: readonly PointSeries[],
  filled: readonly Filled[],
): SubstitutedGrid {
  const { startMs, resolutionMs, pointIds } = contract;
  const next = {
    ...grid,
    importMilliwattHours: grid.importMilliwattHours.slice(),
    exportMilliwattHours: grid.exportMilliwattHours.slice(),
    quality: grid.quality.slice(),
  };
  const pointOf = new Map(pointIds.map((id, index) => [id, index]));
  const seriesOfId = new Map(ids.map((id, index) => [id, series[index] as PointSeries]));
  const substituted = filled.filter(({ meteringPoint, start }) => {
    const point = pointOf.get(meteringPoint);
    const interval = (parseInstant(start) - startMs) / resolutionMs;
    if (point === undefined || interval < 0 || !takesPart(contract, interval, point)) return false;
    const cell = interval * pointIds.length + point;
    const made = seriesOfId.get(meteringPoint) as PointSeries;
    const slot = (parseInstant(start) - made.startMs) / resolutionMs;
    next.importMilliwattHours[cell] = made.importMilliwattHours[slot] as number;
    next.exportMilliwattHours[cell] = made.exportMilliwattHours[slot] as number;
    next.quality[cell] = made.quality[slot] as number;
    return true;
  });
  return { grid: next, substituted };
}
