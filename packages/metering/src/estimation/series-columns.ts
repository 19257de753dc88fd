import { compareIds } from '@microgrid/units';
import { GrowingColumns, type Columns } from '../columns.js';
import { ABSENT, type PointSeries } from '../validation/point-series.js';

/** Series as rows by start, then metering point; slots without a row stay without. */
export function seriesColumns(series: readonly PointSeries[], file: string): Columns {
  const sorted = [...series].sort((a, b) => compareIds(a.meteringPoint, b.meteringPoint));
  const slots = sorted.reduce((sum, each) => sum + each.slots, 0);
  const columns = new GrowingColumns(Math.max(1, slots));
  for (const { meteringPoint } of sorted) columns.points.push(meteringPoint);
  const nextSlot = new Int32Array(sorted.length);
  // Infinity where a series has ended.
  const nextMs = Float64Array.from(sorted, (each) => (each.slots > 0 ? each.startMs : Infinity));
  for (let atMs = Math.min(...nextMs); atMs < Infinity;) {
    let followingMs = Infinity;
    for (let of = 0; of < sorted.length; of++) {
      if (nextMs[of] === atMs) {
        const each = sorted[of] as PointSeries;
        const slot = nextSlot[of] as number;
        if (each.quality[slot] !== ABSENT) enter(columns, of, each, slot, atMs);
        nextSlot[of] = slot + 1;
        nextMs[of] = slot + 1 < each.slots ? atMs + each.resolutionMs : Infinity;
      }
      if ((nextMs[of] as number) < followingMs) followingMs = nextMs[of] as number;
    }
    atMs = followingMs;
  }
  return columns.finish(file);
}

function enter(
  columns: GrowingColumns,
  of: number,
  each: PointSeries,
  slot: number,
  startMs: number,
): void {
  const row = columns.rows++;
  columns.point[row] = of;
  columns.startMs[row] = startMs;
  columns.endMs[row] = startMs + each.resolutionMs;
  columns.importMilliwattHours[row] = each.importMilliwattHours[slot] as number;
  columns.exportMilliwattHours[row] = each.exportMilliwattHours[slot] as number;
  columns.quality[row] = each.quality[slot] as number;
}
