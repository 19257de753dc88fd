import { compareIds } from '@microgrid/units';
import { GrowingColumns, type Columns } from '../columns.js';
import { ABSENT, slotStart, type PointSeries } from '../validation/point-series.js';

/** Series as rows by start, then metering point; slots without a row stay without. */
export function seriesColumns(series: readonly PointSeries[], file: string): Columns {
  const sorted = [...series].sort((a, b) => compareIds(a.meteringPoint, b.meteringPoint));
  const slots = sorted.reduce((sum, each) => sum + each.slots, 0);
  const columns = new GrowingColumns(Math.max(1, slots));
  columns.points.push(...sorted.map(({ meteringPoint }) => meteringPoint));
  const next = sorted.map(() => 0);
  let atMs = earliest(sorted, next);
  while (atMs < Infinity) {
    let followingMs = Infinity;
    for (let of = 0; of < sorted.length; of++) {
      const each = sorted[of] as PointSeries;
      const slot = next[of] as number;
      if (slot >= each.slots) continue;
      let startMs = slotStart(each, slot);
      if (startMs === atMs) {
        if (each.quality[slot] !== ABSENT) enter(columns, of, each, slot, startMs);
        next[of] = slot + 1;
        if (slot + 1 >= each.slots) continue;
        startMs += each.resolutionMs;
      }
      if (startMs < followingMs) followingMs = startMs;
    }
    atMs = followingMs;
  }
  return columns.finish(file);
}

function earliest(series: readonly PointSeries[], next: readonly number[]): number {
  return series.reduce(
    (least, each, of) => (each.slots > 0 ? Math.min(least, slotStart(each, next[of] ?? 0)) : least),
    Infinity,
  );
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
