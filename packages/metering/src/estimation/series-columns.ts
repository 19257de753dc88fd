import { compareIds } from '@microgrid/units';
import { GrowingColumns, type Columns } from '../columns.js';
import { ABSENT, slotStart, type PointSeries } from '../validation/point-series.js';

/** Series as rows by start, then metering point; slots without a row stay without. */
export function seriesColumns(series: readonly PointSeries[], file: string): Columns {
  const sorted = [...series].sort((a, b) => compareIds(a.meteringPoint, b.meteringPoint));
  const rows: { readonly of: number; readonly slot: number; readonly startMs: number }[] = [];
  for (const [of, each] of sorted.entries()) {
    for (let slot = 0; slot < each.slots; slot++) {
      if (each.quality[slot] !== ABSENT) rows.push({ of, slot, startMs: slotStart(each, slot) });
    }
  }
  rows.sort((a, b) => a.startMs - b.startMs || a.of - b.of);
  const columns = new GrowingColumns(Math.max(1, rows.length));
  columns.points.push(...sorted.map(({ meteringPoint }) => meteringPoint));
  for (const [row, { of, slot, startMs }] of rows.entries()) {
    const each = sorted[of] as PointSeries;
    columns.point[row] = of;
    columns.startMs[row] = startMs;
    columns.endMs[row] = startMs + each.resolutionMs;
    columns.importMilliwattHours[row] = each.importMilliwattHours[slot] as number;
    columns.exportMilliwattHours[row] = each.exportMilliwattHours[slot] as number;
    columns.quality[row] = each.quality[slot] as number;
  }
  columns.rows = rows.length;
  return columns.finish(file);
}
