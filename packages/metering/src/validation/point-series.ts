import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import type { Columns } from '../columns.js';
import type { FindingSink } from './finding-sink.js';
import { seriesMemory } from './series-memory.js';

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

const CORRECTED = INTERVAL_QUALITIES.indexOf('corrected');

/** Whether a slot was measured (or a person corrected it): only then may other values be made of it. */
export const isSource = ({ quality }: PointSeries, slot: number): boolean =>
  (quality[slot] ?? ABSENT) <= CORRECTED;

/** Start of a slot. */
export const slotStart = (series: PointSeries, slot: number): EpochMs =>
  series.startMs + slot * series.resolutionMs;

/** Where each point's rows lie, and which length most of them have; by point. */
interface Extents {
  /** NaN for a point without rows. */
  readonly resolutionMs: Float64Array;
  /** Starts of the first and last slot. */
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
  // Series begin and end on the resolution in UTC, whatever single rows do.
  for (let of = 0; of < points; of++) {
    const resolution = resolutionMs[of] as number;
    firstMs[of] = Math.floor((firstMs[of] as number) / resolution) * resolution;
    lastMs[of] = Math.floor((lastMs[of] as number) / resolution) * resolution;
  }
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

/** Series without a row, side by side in one piece of memory; points without rows have no slots. */
function emptySeries(
  ids: readonly string[],
  { resolutionMs, firstMs, lastMs }: Extents,
): PointSeries[] {
  const slots = ids.map((_, of) =>
    Number.isNaN(resolutionMs[of])
      ? 0
      : ((lastMs[of] as number) - (firstMs[of] as number)) / (resolutionMs[of] as number) + 1,
  );
  const room = slots.reduce((sum, each) => sum + each, 0);
  const imports = new Float64Array(room);
  const exports = new Float64Array(room);
  const qualities = new Uint8Array(room).fill(ABSENT);
  let from = 0;
  return ids.map((meteringPoint, of) => {
    const to = from + (slots[of] as number);
    const series = {
      meteringPoint,
      startMs: firstMs[of] as number,
      resolutionMs: resolutionMs[of] as number,
      slots: slots[of] as number,
      importMilliwattHours: imports.subarray(from, to),
      exportMilliwattHours: exports.subarray(from, to),
      quality: qualities.subarray(from, to),
    };
    from = to;
    return series;
  });
}

/**
 * Lays rows out by metering point. What cannot stand in a slot of its own (`order`, `duplicate`,
 * `overlap`, `resolution`) goes to the sink; of two rows for one slot the first stands.
 */
export function pointSeries(columns: Columns, sink: FindingSink): PointSeries[] {
  const found = extents(columns);
  const all = emptySeries(columns.points, found);
  enterRows(columns, all, found, sink);
  const series = all.filter(({ slots }) => slots > 0);
  for (const each of series) emptyAbsent(each);
  return series;
}

/** Slots without a row are seldom: only they are emptied. */
function emptyAbsent({ quality, importMilliwattHours, exportMilliwattHours }: PointSeries): void {
  for (let slot = quality.indexOf(ABSENT); slot >= 0; slot = quality.indexOf(ABSENT, slot + 1)) {
    importMilliwattHours[slot] = NaN;
    exportMilliwattHours[slot] = NaN;
  }
}

/** Series by metering point; the first of an id. */
export function seriesById(all: readonly PointSeries[]): ReadonlyMap<string, PointSeries> {
  return new Map([...all].reverse().map((series) => [series.meteringPoint, series]));
}

function enterRows(
  columns: Columns,
  series: readonly PointSeries[],
  { resolutionMs, firstMs }: Extents,
  sink: FindingSink,
): void {
  const { rows, point, startMs, endMs } = columns;
  const { importMilliwattHours, exportMilliwattHours, quality } = columns;
  // Millions of rows: what each needs lies in arrays of numbers.
  const { imports, exports, qualities, from } = seriesMemory(series);
  const lasts = new Float64Array(series.length).fill(-Infinity);
  const strange: number[] = [];
  for (let row = 0; row < rows; row++) {
    const of = point[row] as number;
    const start = startMs[row] as number;
    if (start >= (lasts[of] as number)) lasts[of] = start;
    else late(series[of] as PointSeries, columns, row, lasts[of] as number, sink);
    const resolution = resolutionMs[of] as number;
    const slot = (start - (firstMs[of] as number)) / resolution;
    if ((endMs[row] as number) - start !== resolution || slot !== Math.floor(slot)) {
      unfit(series[of] as PointSeries, columns, row, sink);
      strange.push(row);
      continue;
    }
    const at = (from[of] as number) + slot;
    if (qualities[at] !== ABSENT) {
      twice(series[of] as PointSeries, slot, columns, row, sink);
      continue;
    }
    imports[at] = importMilliwattHours[row] as number;
    exports[at] = exportMilliwattHours[row] as number;
    qualities[at] = quality[row] as number;
  }
  if (strange.length > 0) strangeOverlaps(series, columns, strange, sink);
}

/** Rows that fit no slot share time with rows that do, or with each other. */
function strangeOverlaps(
  series: readonly PointSeries[],
  columns: Columns,
  strange: readonly number[],
  sink: FindingSink,
): void {
  const { point, startMs, endMs } = columns;
  const start = (row: number): number => startMs[row] as number;
  const end = (row: number): number => endMs[row] as number;
  const sorted = [...strange].sort(
    (a, b) =>
      (point[a] as number) - (point[b] as number) ||
      start(a) - start(b) ||
      end(a) - end(b) ||
      a - b,
  );
  let furthest = sorted[0] as number;
  for (const [at, row] of sorted.entries()) {
    const of = series[point[row] as number] as PointSeries;
    if (point[furthest] !== point[row]) furthest = row;
    const slot = slotSharing(of, start(row), end(row));
    if (slot === undefined && hasTwin(columns, sorted, at)) {
      sink.row('duplicate', of, start(row), end(row), 'stands twice with equal values');
    } else if (slot !== undefined || (furthest !== row && end(furthest) > start(row))) {
      const other = slot === undefined ? start(furthest) : slotStart(of, slot);
      const message = `shares time with the row that starts ${formatInstant(other)}`;
      sink.row('overlap', of, start(row), end(row), message);
    }
    if (end(row) > end(furthest)) furthest = row;
  }
}

/** The first slot with a row that a span of time touches. */
function slotSharing(series: PointSeries, fromMs: EpochMs, toMs: EpochMs): number | undefined {
  const { startMs, resolutionMs, slots, quality } = series;
  const to = Math.min(slots, Math.ceil((toMs - startMs) / resolutionMs));
  for (let slot = Math.max(0, Math.floor((fromMs - startMs) / resolutionMs)); slot < to; slot++) {
    if (quality[slot] !== ABSENT) return slot;
  }
  return undefined;
}

/** Whether a row before it in the list says the same of the same time. */
function hasTwin(columns: Columns, sorted: readonly number[], at: number): boolean {
  const { point, startMs, endMs, importMilliwattHours, exportMilliwattHours, quality } = columns;
  const row = sorted[at] as number;
  for (let before = at - 1; before >= 0; before--) {
    const other = sorted[before] as number;
    const sameTime = [point, startMs, endMs].every((values) => values[other] === values[row]);
    if (!sameTime) return false;
    const sameValues = [importMilliwattHours, exportMilliwattHours, quality].every((values) =>
      Object.is(values[other], values[row]),
    );
    if (sameValues) return true;
  }
  return false;
}

function late(
  series: PointSeries,
  { startMs, endMs }: Columns,
  row: number,
  lastMs: EpochMs,
  sink: FindingSink,
): void {
  const message = `starts after a row of ${formatInstant(lastMs)} in the file`;
  sink.row('order', series, startMs[row] as number, endMs[row] as number, message);
}

function unfit(
  series: PointSeries,
  { startMs, endMs }: Columns,
  row: number,
  sink: FindingSink,
): void {
  const [start, end] = [startMs[row] as number, endMs[row] as number];
  const expected = formatResolution(series.resolutionMs);
  const message =
    end - start === series.resolutionMs
      ? `starts ${formatInstant(start)}, expected a whole multiple of ${expected}`
      : `${(end - start) / 60_000} minutes, expected ${expected} as most rows`;
  sink.row('resolution', series, start, end, message);
}

function twice(
  series: PointSeries,
  slot: number,
  columns: Columns,
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
