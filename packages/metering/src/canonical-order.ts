import { compareIds } from '@microgrid/units';
import type { Columns } from './columns.js';

/** Sign of two rows' canonical order: start, then metering point (UTF-16 code units), then end. */
function compareRows(columns: Columns, a: number, b: number, rank: Int32Array): number {
  const { startMs, endMs, point } = columns;
  return (
    (startMs[a] as number) - (startMs[b] as number) ||
    (rank[point[a] as number] as number) - (rank[point[b] as number] as number) ||
    (endMs[a] as number) - (endMs[b] as number)
  );
}

/** Each point's place in id order. */
export function pointRanks(points: readonly string[]): Int32Array {
  const rank = new Int32Array(points.length);
  Array.from(points.keys())
    .sort((a, b) => compareIds(points[a] as string, points[b] as string))
    .forEach((index, position) => (rank[index] = position));
  return rank;
}

/** The positions of the rows in canonical order; rows of one interval keep theirs. */
export function canonicalOrder(columns: Columns): Uint32Array {
  const rank = pointRanks(columns.points);
  const order = new Uint32Array(columns.rows);
  let ordered = true;
  for (let row = 0; row < order.length; row++) {
    order[row] = row;
    ordered = ordered && (row === 0 || compareRows(columns, row - 1, row, rank) <= 0);
  }
  if (ordered) return order;
  return order.sort((a, b) => compareRows(columns, a, b, rank) || a - b);
}

/** The rows in canonical order: start, then metering point, then end; rows of one interval keep theirs. */
export function sortColumns(columns: Columns): Columns {
  const order = canonicalOrder(columns);
  const pick = <T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T => {
    for (let at = 0; at < order.length; at++) to[at] = from[order[at] as number] as number;
    return to;
  };
  const { rows } = columns;
  return {
    ...columns,
    point: pick(columns.point, new Int32Array(rows)),
    startMs: pick(columns.startMs, new Float64Array(rows)),
    endMs: pick(columns.endMs, new Float64Array(rows)),
    importMilliwattHours: pick(columns.importMilliwattHours, new Float64Array(rows)),
    exportMilliwattHours: pick(columns.exportMilliwattHours, new Float64Array(rows)),
    quality: pick(columns.quality, new Uint8Array(rows)),
    line: pick(columns.line, new Int32Array(rows)),
  };
}

/** Watches whether batches of one file come in canonical order. */
export class OrderWatch {
  private lastStartMs = -Infinity;
  private lastEndMs = -Infinity;
  private lastId = '';
  private inOrder = true;

  /** Whether every row so far follows the row before it. */
  get ordered(): boolean {
    return this.inOrder;
  }

  /** Looks at the next batch of the file. */
  look({ rows, startMs, endMs, point, points }: Columns): void {
    if (!this.inOrder || rows === 0) return;
    const rank = pointRanks(points);
    for (let row = 0; row < rows; row++) {
      const start = startMs[row] as number;
      const end = endMs[row] as number;
      if (start === this.lastStartMs) {
        const relation =
          row === 0
            ? compareIds(points[point[0] as number] as string, this.lastId)
            : (rank[point[row] as number] as number) - (rank[point[row - 1] as number] as number);
        if (relation < 0 || (relation === 0 && end < this.lastEndMs)) this.inOrder = false;
      } else if (start < this.lastStartMs) this.inOrder = false;
      if (!this.inOrder) return;
      this.lastStartMs = start;
      this.lastEndMs = end;
    }
    this.lastId = points[point[rows - 1] as number] as string;
  }
}
