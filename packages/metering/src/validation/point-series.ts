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

interface Extent {
  rows: number;
  firstMs: EpochMs;
  lastMs: EpochMs;
  resolutionMs: number;
}

/** Where each point's rows lie and which length most of them have. */
function extents(columns: Columns): (Extent | undefined)[] {
  const found: (Extent | undefined)[] = columns.points.map(() => undefined);
  const lengths = columns.points.map(() => new Map<number, number>());
  for (let row = 0; row < columns.rows; row++) {
    const point = columns.point[row] as number;
    const startMs = columns.startMs[row] as number;
    const lengthMs = (columns.endMs[row] as number) - startMs;
    const extent = found[point];
    if (extent === undefined) {
      found[point] = { rows: 1, firstMs: startMs, lastMs: startMs, resolutionMs: lengthMs };
    } else {
      extent.rows += 1;
      if (startMs < extent.firstMs) extent.firstMs = startMs;
      if (startMs > extent.lastMs) extent.lastMs = startMs;
      if (lengthMs !== extent.resolutionMs) {
        const counts = lengths[point] as Map<number, number>;
        counts.set(lengthMs, (counts.get(lengthMs) ?? 0) + 1);
      }
    }
  }
  for (const [point, extent] of found.entries()) {
    if (extent === undefined || lengths[point]?.size === 0) continue;
    extent.resolutionMs = commonest(extent, lengths[point]);
    narrow(extent, columns, point);
  }
  return found;
}

/** Rows of another length do not stretch a series. */
function narrow(extent: Extent, columns: Columns, point: number): void {
  extent.firstMs = Infinity;
  extent.lastMs = -Infinity;
  for (let row = 0; row < columns.rows; row++) {
    const startMs = columns.startMs[row] as number;
    const lengthMs = (columns.endMs[row] as number) - startMs;
    if (columns.point[row] !== point || lengthMs !== extent.resolutionMs) continue;
    extent.firstMs = Math.min(extent.firstMs, startMs);
    extent.lastMs = Math.max(extent.lastMs, startMs);
  }
}

function commonest(
  { rows, resolutionMs }: Extent,
  others: Map<number, number> | undefined,
): number {
  let best = resolutionMs;
  let count = rows - [...(others?.values() ?? [])].reduce((sum, each) => sum + each, 0);
  for (const [lengthMs, each] of others ?? []) {
    if (each > count) [best, count] = [lengthMs, each];
  }
  return best;
}

function emptySeries(meteringPoint: string, extent: Extent): PointSeries {
  const { firstMs, lastMs, resolutionMs } = extent;
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
  const all = columns.points.map((id, point) => {
    const extent = found[point];
    return extent === undefined ? undefined : emptySeries(id, extent);
  });
  const lastStart = new Float64Array(columns.points.length).fill(-Infinity);
  for (let row = 0; row < columns.rows; row++) {
    const point = columns.point[row] as number;
    const series = all[point] as PointSeries;
    const startMs = columns.startMs[row] as number;
    const endMs = columns.endMs[row] as number;
    if (startMs < (lastStart[point] as number)) {
      const after = formatInstant(lastStart[point] as number);
      sink.row('order', series, startMs, endMs, `starts after a row of ${after} in the file`);
    } else lastStart[point] = startMs;
    const slot = (startMs - series.startMs) / series.resolutionMs;
    if (endMs - startMs !== series.resolutionMs || !Number.isInteger(slot)) {
      const expected = formatResolution(series.resolutionMs);
      const minutes = (endMs - startMs) / 60_000;
      sink.row(
        'resolution',
        series,
        startMs,
        endMs,
        `${minutes} minutes, expected ${expected} as most rows`,
      );
      continue;
    }
    enter(series, slot, columns, row, sink);
  }
  return all.filter((series) => series !== undefined);
}

function enter(
  series: PointSeries,
  slot: number,
  columns: Columns,
  row: number,
  sink: FindingSink,
): void {
  const imported = columns.importMilliwattHours[row] as number;
  const exported = columns.exportMilliwattHours[row] as number;
  const quality = columns.quality[row] as number;
  if (series.quality[slot] === ABSENT) {
    series.importMilliwattHours[slot] = imported;
    series.exportMilliwattHours[slot] = exported;
    series.quality[slot] = quality;
    return;
  }
  const equal =
    Object.is(series.importMilliwattHours[slot], imported) &&
    Object.is(series.exportMilliwattHours[slot], exported) &&
    series.quality[slot] === quality;
  const startMs = slotStart(series, slot);
  const endMs = startMs + series.resolutionMs;
  if (equal) sink.row('duplicate', series, startMs, endMs, 'stands twice with equal values');
  else sink.row('overlap', series, startMs, endMs, 'stands twice with different values');
}
