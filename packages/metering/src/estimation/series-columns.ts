import { compareIds } from '@microgrid/units';
import { GrowingColumns, type Columns } from '../columns.js';
import { ABSENT, type PointSeries } from '../validation/point-series.js';

/** Series as rows by start, then metering point; slots without a row stay without. */
export function seriesColumns(series: readonly PointSeries[], file: string): Columns {
  const sorted = [...series].sort((a, b) => compareIds(a.meteringPoint, b.meteringPoint));
  const slots = sorted.reduce((sum, each) => sum + each.slots, 0);
  const columns = new GrowingColumns(Math.max(1, slots));
  for (const { meteringPoint } of sorted) columns.points.push(meteringPoint);
  enterAll(sorted, columns);
  return columns.finish(file);
}

/** Millions of rows: all that each needs lies in arrays of its own. */
function enterAll(sorted: readonly PointSeries[], columns: GrowingColumns): void {
  const { point, startMs, endMs, importMilliwattHours, exportMilliwattHours, quality } = columns;
  const imports = sorted.map((each) => each.importMilliwattHours);
  const exports = sorted.map((each) => each.exportMilliwattHours);
  const qualities = sorted.map((each) => each.quality);
  const lengthMs = Float64Array.from(sorted, (each) => each.resolutionMs);
  const slots = Int32Array.from(sorted, (each) => each.slots);
  const nextSlot = new Int32Array(sorted.length);
  // Infinity where a series has ended.
  const nextMs = Float64Array.from(sorted, (each) => (each.slots > 0 ? each.startMs : Infinity));
  let row = 0;
  for (let atMs = nextMs.reduce((a, b) => Math.min(a, b), Infinity); atMs < Infinity;) {
    let followingMs = Infinity;
    for (let of = 0; of < nextMs.length; of++) {
      let ownMs = nextMs[of] as number;
      if (ownMs === atMs) {
        const slot = nextSlot[of] as number;
        const toMs = atMs + (lengthMs[of] as number);
        const own = (qualities[of] as Uint8Array)[slot] as number;
        if (own !== ABSENT) {
          point[row] = of;
          startMs[row] = atMs;
          endMs[row] = toMs;
          importMilliwattHours[row] = (imports[of] as Float64Array)[slot] as number;
          exportMilliwattHours[row] = (exports[of] as Float64Array)[slot] as number;
          quality[row] = own;
          row += 1;
        }
        nextSlot[of] = slot + 1;
        ownMs = slot + 1 < (slots[of] as number) ? toMs : Infinity;
        nextMs[of] = ownMs;
      }
      if (ownMs < followingMs) followingMs = ownMs;
    }
    atMs = followingMs;
  }
  columns.rows = row;
}
