import { compareIds } from '@microgrid/units';
import { GrowingColumns, type Columns } from '../columns.js';
import { ABSENT, type PointSeries } from '../validation/point-series.js';
import { seriesMemory } from '../validation/series-memory.js';

/** Series as rows by start, then metering point; slots without a row stay without. */
export function seriesColumns(series: readonly PointSeries[], file: string): Columns {
  const sorted = [...series].sort((a, b) => compareIds(a.meteringPoint, b.meteringPoint));
  const slots = sorted.reduce((sum, each) => sum + each.slots, 0);
  const columns = new GrowingColumns(Math.max(1, slots));
  for (const { meteringPoint } of sorted) columns.points.push(meteringPoint);
  enterAll(sorted, columns);
  return columns.finish(file);
}

/** Millions of rows: what each needs lies in arrays of numbers. */
function enterAll(sorted: readonly PointSeries[], columns: GrowingColumns): void {
  const { point, startMs, endMs, importMilliwattHours, exportMilliwattHours, quality } = columns;
  const { imports, exports, qualities, from } = seriesMemory(sorted);
  const lengthMs = Float64Array.from(sorted, (each) => each.resolutionMs);
  const next = from.slice();
  const ends = Int32Array.from(sorted, (each, of) => (from[of] as number) + each.slots);
  // Infinity where a series has ended.
  const nextMs = Float64Array.from(sorted, (each) => (each.slots > 0 ? each.startMs : Infinity));
  let row = 0;
  for (let atMs = nextMs.reduce((a, b) => Math.min(a, b), Infinity); atMs < Infinity;) {
    let followingMs = Infinity;
    for (let of = 0; of < nextMs.length; of++) {
      let ownMs = nextMs[of] as number;
      if (ownMs === atMs) {
        const at = next[of] as number;
        ownMs = atMs + (lengthMs[of] as number);
        const own = qualities[at] as number;
        if (own !== ABSENT) {
          point[row] = of;
          startMs[row] = atMs;
          endMs[row] = ownMs;
          importMilliwattHours[row] = imports[at] as number;
          exportMilliwattHours[row] = exports[at] as number;
          quality[row] = own;
          row += 1;
        }
        next[of] = at + 1;
        if (at + 1 === ends[of]) ownMs = Infinity;
        nextMs[of] = ownMs;
      }
      if (ownMs < followingMs) followingMs = ownMs;
    }
    atMs = followingMs;
  }
  columns.rows = row;
}
