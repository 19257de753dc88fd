import type { EpochMs } from '@microgrid/units';

/** Readings of many metering points as columns; row `r` of the file is position `r` of each. */
export interface Columns {
  /** File as the caller named it, for messages. */
  readonly file: string;
  readonly rows: number;
  /** The metering points, in the order first seen; `point` indexes it. */
  readonly points: readonly string[];
  readonly point: Int32Array;
  /** Start of the interval, {@link EpochMs}. */
  readonly startMs: Float64Array;
  /** End of the interval, exclusive. */
  readonly endMs: Float64Array;
  /** Whole mWh, 0 or more; NaN where the quality is `missing`. */
  readonly importMilliwattHours: Float64Array;
  /** Whole mWh, 0 or more; NaN where the quality is `missing`. */
  readonly exportMilliwattHours: Float64Array;
  /** Index into `INTERVAL_QUALITIES` of the events package. */
  readonly quality: Uint8Array;
  /** Line of the file, the header being 1. */
  readonly line: Int32Array;
  /**
   * The rows were read from a whole file that spells each as canonical form does; whether they stand in
   * its order is not said. Absent: not known.
   */
  readonly canonical?: boolean;
}

/** The lines of a file that has one row a line below its header. */
function linesAfterHeader(rows: number): Int32Array {
  const lines = new Int32Array(rows);
  for (let row = 0; row < rows; row++) lines[row] = row + 2;
  return lines;
}

/** Columns that grow by doubling while a file is read. */
export class GrowingColumns {
  readonly points: string[] = [];
  rows = 0;
  point: Int32Array;
  startMs: Float64Array;
  endMs: Float64Array;
  importMilliwattHours: Float64Array;
  exportMilliwattHours: Float64Array;
  quality: Uint8Array;

  constructor(capacity: number) {
    this.point = new Int32Array(capacity);
    this.startMs = new Float64Array(capacity);
    this.endMs = new Float64Array(capacity);
    this.importMilliwattHours = new Float64Array(capacity);
    this.exportMilliwattHours = new Float64Array(capacity);
    this.quality = new Uint8Array(capacity);
  }

  /** Makes room for at least this many rows. */
  reserve(rows: number): void {
    if (rows <= this.point.length) return;
    const capacity = Math.max(rows, this.point.length * 2);
    const grow = <T extends Int32Array | Float64Array | Uint8Array>(old: T, next: T): T => {
      next.set(old);
      return next;
    };
    this.point = grow(this.point, new Int32Array(capacity));
    this.startMs = grow(this.startMs, new Float64Array(capacity));
    this.endMs = grow(this.endMs, new Float64Array(capacity));
    this.importMilliwattHours = grow(this.importMilliwattHours, new Float64Array(capacity));
    this.exportMilliwattHours = grow(this.exportMilliwattHours, new Float64Array(capacity));
    this.quality = grow(this.quality, new Uint8Array(capacity));
  }

  /** The columns as read so far, without spare room. @param line of each row; default row + 2. */
  finish(file: string, line?: Int32Array): Columns {
    const { rows } = this;
    return {
      file,
      rows,
      points: this.points,
      point: this.point.subarray(0, rows),
      startMs: this.startMs.subarray(0, rows),
      endMs: this.endMs.subarray(0, rows),
      importMilliwattHours: this.importMilliwattHours.subarray(0, rows),
      exportMilliwattHours: this.exportMilliwattHours.subarray(0, rows),
      quality: this.quality.subarray(0, rows),
      line: line ?? linesAfterHeader(rows),
    };
  }

  /** A copy of the columns as read so far; reading goes on with none, in the same memory. */
  take(file: string, line: Int32Array): Columns {
    const all = this.finish(file, line);
    this.rows = 0;
    return {
      ...all,
      points: [...this.points],
      point: all.point.slice(),
      startMs: all.startMs.slice(),
      endMs: all.endMs.slice(),
      importMilliwattHours: all.importMilliwattHours.slice(),
      exportMilliwattHours: all.exportMilliwattHours.slice(),
      quality: all.quality.slice(),
    };
  }
}

/** One row of columns, for people and messages. */
export interface Row {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** Reads one row. */
export function rowAt(columns: Columns, row: number): Row {
  return {
    meteringPoint: columns.points[columns.point[row] as number] as string,
    startMs: columns.startMs[row] as number,
    endMs: columns.endMs[row] as number,
  };
}
