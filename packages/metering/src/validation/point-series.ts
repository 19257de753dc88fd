import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import type { Columns } from '../columns.js';
import type { FindingSink } from './finding-sink.js';

/** One metering point's intervals without a hole in the arrays: slot `n` starts n lengths after `startMs`. */
export interface PointSeries {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly resolutionMs: number;
  readonly slots: number;
  /** Whole mWh; NaN where there is no row or its quality is `missing`. */
  readonly importMilliwattHours: Float64Array;
  readonly exportMilliwattHours: Float64Array;
  /** Index into INTERVAL_QUALITIES; `ABSENT` where there is no row. */
  readonly quality: Uint8Array;
}

/** Stands in `quality` where no row was. */
export const ABSENT = 255;

const MISSING = INTERVAL_QUALITIES.indexOf('missing');

/** Whether a slot has no energy of its own: no row, or one of quality `missing`. */
export const isMissing = ({ quality }: PointSeries, slot: number): boolean =>
  quality[slot] === ABSENT || quality[slot] === MISSING;

/** Start of a slot. */
export const slotStart = (series: PointSeries, slot: number): EpochMs =>
  series.startMs + slot * series.resolutionMs;

/** Where each point's rows lie, and which length most of them have; by point. */
interface Extents {
  /** NaN for a point without rows. */
  readonly resolutionMs: Float64Array;
  readonly firstMs: Float64Array;
  readonly lastMs: Float64Array;
}

function extents(columns: Columns): Extents {
  const { rows, point, startMs, endMs } = columns;
  const points = columns.points.length;
  const resolutionMs = new Float64Array(points).fill(NaN);
  const firstMs = new Float64Array(points).fill(Infinity);
  const lastMs = new Float64Array(points).fill(-Infinity);
  let alike = true;
  for (let row = 0; row < rows; row++) {
    const of = point[row] as number;
    const start = startMs[row] as number;
    const length = (endMs[row] as number) - start;
    if (start < (firstMs[of] as number)) firstMs[of] = start;
    if (start > (lastMs[of] as number)) lastMs[of] = start;
    if (length === resolutionMs[of]) continue;
    if (Number.isNaN(resolutionMs[of])) resolutionMs[of] = length;
    else alike = false;
  }
  const found = { resolutionMs, firstMs, lastMs };
  if (!alike) narrow(columns, found);
  return found;
}

/** Each point takes the length most of its rows have; rows of another length do not stretch a series. */
function narrow(columns: Columns, { resolutionMs, firstMs, lastMs }: Extents): void {
  const { rows, point, startMs, endMs } = columns;
  const counts = columns.points.map(() => new Map<number, number>());
  for (let row = 0; row < rows; row++) {
    const own = counts[point[row] as number] as Map<number, number>;
    const length = (endMs[row] as number) - (startMs[row] as number);
    own.set(length, (own.get(length) ?? 0) + 1);
  }
  for (const [of, own] of counts.entries()) {
    let most = 0;
    for (const [length, count] of own) {
      if (count <= most) continue;
      resolutionMs[of] = length;
      most = count;
    }
  }
  firstMs.fill(Infinity);
  lastMs.fill(-Infinity);
  for (let row = 0; row < rows; row++) {
    const of = point[row] as number;
    const start = startMs[row] as number;
    if ((endMs[row] as number) - start !== resolutionMs[of]) continue;
    if (start < (firstMs[of] as number)) firstMs[of] = start;
    if (start > (lastMs[of] as number)) lastMs[of] = start;
  }
}

function emptySeries(
  meteringPoint: string,
  firstMs: EpochMs,
  lastMs: EpochMs,
  resolutionMs: number,
): PointSeries {
  const startMs = Math.floor(firstMs / resolutionMs) * resolutionMs;
  const slots = Math.floor((lastMs - startMs) / resolutionMs) + 1;
  return {
    meteringPoint,
    startMs,
    resolutionMs,
    slots,
    importMilliwattHours: new Float64Array(slots).fill(NaN),
    exportMilliwattHours: new Float64Array(slots).fill(NaN),
    quality: new Uint8Array(slots).fill(ABSENT),
  };
}

/**
 * Lays rows out by metering point. What cannot stand in a slot of its own (`order`, `duplicate`,
 * `overlap`, `resolution`) goes to the sink; of two rows for one slot the first stands.
 */
export function pointSeries(columns: Columns, sink: FindingSink): PointSeries[] {
  const found = extents(columns);
  const all = columns.points.map((id, of): PointSeries | undefined => {
    const resolutionMs = found.resolutionMs[of] as number;
    if (Number.isNaN(resolutionMs)) return undefined;
    return emptySeries(id, found.firstMs[of] as number, found.lastMs[of] as number, resolutionMs);
  });
  enterRows(columns, all, found.resolutionMs, sink);
  return all.filter((series) => series !== undefined);
}

/** Series by metering point; the first of an id. */
export function seriesById(all: readonly PointSeries[]): ReadonlyMap<string, PointSeries> {
  return new Map([...all].reverse().map((series) => [series.meteringPoint, series]));
}

function enterRows(
  { rows, point, startMs, endMs, ...columns }: Columns,
  all: readonly (PointSeries | undefined)[],
  resolutions: Float64Array,
  sink: FindingSink,
): void {
  // Millions of rows: what each needs of its series lies in arrays by point.
  const series = all as readonly PointSeries[];
  const firsts = Float64Array.from(all, (each) => each?.startMs ?? NaN);
  const lasts = new Float64Array(all.length).fill(-Infinity);
  for (let row = 0; row < rows; row++) {
    const of = point[row] as number;
    const start = startMs[row] as number;
    const end = endMs[row] as number;
    const own = series[of] as PointSeries;
    if (start < (lasts[of] as number)) {
      const after = formatInstant(lasts[of] as number);
      sink.row('order', own, start, end, `starts after a row of ${after} in the file`);
    } else lasts[of] = start;
    const resolution = resolutions[of] as number;
    const slot = (start - (firsts[of] as number)) / resolution;
    if (end - start !== resolution || slot !== Math.floor(slot)) {
      const expected = formatResolution(resolution);
      const minutes = (end - start) / 60_000;
      const message = `${minutes} minutes, expected ${expected} as most rows`;
      sink.row('resolution', own, start, end, message);
      continue;
    }
    const { quality, importMilliwattHours, exportMilliwattHours } = own;
    if (quality[slot] !== ABSENT) {
      twice(own, slot, columns, row, sink);
      continue;
    }
    importMilliwattHours[slot] = columns.importMilliwattHours[row] as number;
    exportMilliwattHours[slot] = columns.exportMilliwattHours[row] as number;
    quality[slot] = columns.quality[row] as number;
  }
}

function twice(
  series: PointSeries,
  slot: number,
  columns: Pick<Columns, 'importMilliwattHours' | 'exportMilliwattHours' | 'quality'>,
  row: number,
  sink: FindingSink,
): void {
  const equal =
    Object.is(series.importMilliwattHours[slot], columns.importMilliwattHours[row]) &&
    Object.is(series.exportMilliwattHours[slot], columns.exportMilliwattHours[row]) &&
    series.quality[slot] === columns.quality[row];
  const startMs = slotStart(series, slot);
  const endMs = startMs + series.resolutionMs;
  if (equal) sink.row('duplicate', series, startMs, endMs, 'stands twice with equal values');
  else sink.row('overlap', series, startMs, endMs, 'stands twice with different values');
}
