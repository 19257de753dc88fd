import { INTERVAL_QUALITIES, type IntervalV1 } from '@microgrid/events';
import type { Columns } from '@microgrid/metering';
import { compareIds, parseInstant } from '@microgrid/units';

/** Intervals as columns in canonical order. @param file what messages call them. */
export function intervalColumns(intervals: readonly IntervalV1[], file: string): Columns {
  const rows = intervals
    .map((interval) => ({ interval, startMs: parseInstant(interval.start) }))
    .sort(
      (a, b) =>
        a.startMs - b.startMs || compareIds(a.interval.meteringPoint, b.interval.meteringPoint),
    );
  const points = [...new Set(rows.map(({ interval }) => interval.meteringPoint))];
  const index = new Map(points.map((id, at) => [id, at]));
  const column = (value: (row: (typeof rows)[number]) => number): Float64Array =>
    Float64Array.from(rows, value);
  return {
    file,
    rows: rows.length,
    points,
    point: Int32Array.from(rows, ({ interval }) => index.get(interval.meteringPoint) as number),
    startMs: column(({ startMs }) => startMs),
    endMs: column(({ interval }) => parseInstant(interval.end)),
    importMilliwattHours: column(({ interval }) => interval.importMilliwattHours ?? Number.NaN),
    exportMilliwattHours: column(({ interval }) => interval.exportMilliwattHours ?? Number.NaN),
    quality: Uint8Array.from(rows, ({ interval }) => INTERVAL_QUALITIES.indexOf(interval.quality)),
    line: new Int32Array(rows.length),
  };
}

/** Some rows of a batch, by their positions. */
export function pickRows(batch: Columns, rows: readonly number[]): Columns {
  const pick = (from: Float64Array): Float64Array =>
    Float64Array.from(rows, (row) => from[row] as number);
  return {
    ...batch,
    rows: rows.length,
    point: Int32Array.from(rows, (row) => batch.point[row] as number),
    startMs: pick(batch.startMs),
    endMs: pick(batch.endMs),
    importMilliwattHours: pick(batch.importMilliwattHours),
    exportMilliwattHours: pick(batch.exportMilliwattHours),
    quality: Uint8Array.from(rows, (row) => batch.quality[row] as number),
    line: Int32Array.from(rows, (row) => batch.line[row] as number),
  };
}

/** Joins batches of rows, as they come, into one. */
export async function joined(batches: AsyncIterable<Columns>, file: string): Promise<Columns> {
  const parts: Columns[] = [];
  for await (const batch of batches) parts.push(batch);
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const all = {
    file,
    rows,
    // A later batch's points begin with those of the batch before.
    points: parts.at(-1)?.points ?? [],
    point: new Int32Array(rows),
    startMs: new Float64Array(rows),
    endMs: new Float64Array(rows),
    importMilliwattHours: new Float64Array(rows),
    exportMilliwattHours: new Float64Array(rows),
    quality: new Uint8Array(rows),
    line: new Int32Array(rows),
  };
  let at = 0;
  for (const part of parts) {
    all.point.set(part.point, at);
    all.startMs.set(part.startMs, at);
    all.endMs.set(part.endMs, at);
    all.importMilliwattHours.set(part.importMilliwattHours, at);
    all.exportMilliwattHours.set(part.exportMilliwattHours, at);
    all.quality.set(part.quality, at);
    all.line.set(part.line, at);
    at += part.rows;
  }
  return all;
}
