import { INTERVAL_QUALITIES } from '@microgrid/events';
import { compareIds, type EpochMs } from '@microgrid/units';
import { pointRanks } from './canonical-order.js';
import { GrowingColumns, type Columns } from './columns.js';
import { MeteringError } from './metering-error.js';

const MISSING = INTERVAL_QUALITIES.indexOf('missing');
const ROWS_PER_BATCH = 100_000;

/** A row whose values a later one of the same interval replaces. */
export interface ReplacedRow {
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Whole mWh. */
  readonly importMilliwattHours: number;
  readonly exportMilliwattHours: number;
  /** File and line of the earlier row, and of the one that replaces it. */
  readonly file: string;
  readonly line: number;
  readonly byFile: string;
  readonly byLine: number;
}

/** What became of rows that name an interval another row names too. */
export interface MergeCounts {
  /** Equal rows that count once. */
  repeated: number;
  /** Rows `missing` of an interval whose energy another row gives. */
  missingKnown: number;
}

/** Who hears what merging did. */
export interface MergeHooks {
  readonly onReplaced?: (row: ReplacedRow) => void;
  readonly counts?: MergeCounts;
}

/** One source at its present row. */
class Cursor {
  private columns: Columns | undefined;
  private row = 0;
  /** Index in the merged points by index in the source's. */
  private merged: number[] = [];
  /** Each of the source's points' place in id order. */
  private ranks: Int32Array = new Int32Array(0);
  private readonly batches: AsyncIterator<Columns, unknown> | Iterator<Columns, unknown>;

  constructor(
    source: AsyncIterable<Columns> | Iterable<Columns>,
    private readonly enter: (id: string) => number,
  ) {
    this.batches =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  startMs = Infinity;
  endMs = Infinity;
  point = -1;
  /** The point of the last row of the batch before. */
  private lastId = '';

  get id(): string {
    const { columns, row } = this.values;
    return columns.points[columns.point[row] as number] as string;
  }

  get values(): { readonly columns: Columns; readonly row: number } {
    return { columns: this.columns as Columns, row: this.row };
  }

  /** Steps inside the batch; false where the next one is needed. */
  step(): boolean {
    this.row += 1;
    return this.columns !== undefined && this.row < this.columns.rows && this.show(this.columns);
  }

  /** Goes on to the next batch; false at the end of the source. */
  async next(): Promise<boolean> {
    for (;;) {
      if (this.columns !== undefined) this.lastId = this.lastPoint(this.columns);
      const step = await this.batches.next();
      if (step.done === true) return false;
      const { value } = step;
      if (value.rows === 0) continue;
      this.columns = value;
      this.row = 0;
      // Sources may name their points anew in every batch.
      this.merged = value.points.map((id) => this.enter(id));
      this.ranks = pointRanks(value.points);
      return this.show(value);
    }
  }

  private lastPoint({ rows, point, points }: Columns): string {
    return points[point[rows - 1] as number] as string;
  }

  private show(columns: Columns): true {
    const { row } = this;
    const startMs = columns.startMs[row] as number;
    const endMs = columns.endMs[row] as number;
    const local = columns.point[row] as number;
    const back =
      startMs <= this.startMs &&
      this.point >= 0 &&
      (startMs - this.startMs || this.relation(columns, local) || endMs - this.endMs) < 0;
    if (back) {
      const line = columns.line[this.row] as number;
      const expected = 'rows by start, then metering point, then end: sort the source first';
      const problem = { file: columns.file, line, value: 'a row out of order', expected };
      throw new MeteringError('misaligned-interval', problem);
    }
    this.startMs = startMs;
    this.endMs = endMs;
    this.point = this.merged[local] as number;
    return true;
  }

  /** Sign of the order of a row's point against that of the row before. */
  private relation({ point, points }: Columns, local: number): number {
    if (this.row === 0) return compareIds(points[local] as string, this.lastId);
    const before = point[this.row - 1] as number;
    return (this.ranks[local] as number) - (this.ranks[before] as number);
  }
}

/** The merged rows, of which the last may still be replaced. */
class Merged {
  readonly points: string[] = [];
  private readonly index = new Map<string, number>();
  private readonly out = new GrowingColumns(ROWS_PER_BATCH + 1);
  private line = new Int32Array(ROWS_PER_BATCH + 1);
  private lastFile = '';

  constructor(private readonly hooks: MergeHooks) {}

  readonly enter = (id: string): number => {
    const known = this.index.get(id);
    if (known !== undefined) return known;
    const index = this.points.push(id) - 1;
    this.index.set(id, index);
    return index;
  };

  /** Takes a row: the same interval as the last row's is judged against it. */
  put(cursor: Cursor): void {
    const { out } = this;
    const last = out.rows - 1;
    const same =
      last >= 0 &&
      out.startMs[last] === cursor.startMs &&
      out.point[last] === cursor.point &&
      out.endMs[last] === cursor.endMs;
    if (!same) {
      this.set(out.rows++, cursor);
      return;
    }
    const { columns, row } = cursor.values;
    const { counts } = this.hooks;
    const quality = columns.quality[row] as number;
    if (
      quality === out.quality[last] &&
      Object.is(columns.importMilliwattHours[row], out.importMilliwattHours[last]) &&
      Object.is(columns.exportMilliwattHours[row], out.exportMilliwattHours[last])
    ) {
      if (counts) counts.repeated += 1;
    } else if (quality === MISSING || out.quality[last] === MISSING) {
      if (counts) counts.missingKnown += 1;
      if (quality !== MISSING) this.set(last, cursor);
    } else {
      this.replaced(last, cursor);
      this.set(last, cursor);
    }
  }

  private set(at: number, cursor: Cursor): void {
    const { out } = this;
    const { columns, row } = cursor.values;
    out.point[at] = cursor.point;
    out.startMs[at] = cursor.startMs;
    out.endMs[at] = cursor.endMs;
    out.importMilliwattHours[at] = columns.importMilliwattHours[row] as number;
    out.exportMilliwattHours[at] = columns.exportMilliwattHours[row] as number;
    out.quality[at] = columns.quality[row] as number;
    this.line[at] = columns.line[row] as number;
    this.lastFile = columns.file;
  }

  private replaced(last: number, { values: { columns, row } }: Cursor): void {
    const { out } = this;
    this.hooks.onReplaced?.({
      meteringPoint: this.points[out.point[last] as number] as string,
      startMs: out.startMs[last] as number,
      endMs: out.endMs[last] as number,
      importMilliwattHours: out.importMilliwattHours[last] as number,
      exportMilliwattHours: out.exportMilliwattHours[last] as number,
      file: this.lastFile,
      line: this.line[last] as number,
      byFile: columns.file,
      byLine: columns.line[row] as number,
    });
  }

  /** Whether a batch is full; its last row stays, as it may still be replaced. */
  get full(): boolean {
    return this.out.rows > ROWS_PER_BATCH;
  }

  take(keepLast: boolean): Columns {
    const { out } = this;
    const kept = out.rows - 1;
    if (keepLast) out.rows = kept;
    const batch = out.take('merged', this.line.slice(0, out.rows));
    const taken = { ...batch, points: this.points };
    if (keepLast) {
      out.rows = 1;
      for (const each of [out.point, out.startMs, out.endMs, out.quality]) {
        each[0] = each[kept] as number;
      }
      out.importMilliwattHours[0] = out.importMilliwattHours[kept] as number;
      out.exportMilliwattHours[0] = out.exportMilliwattHours[kept] as number;
      this.line[0] = this.line[kept] as number;
    }
    return taken;
  }
}

/**
 * Merges sources in canonical order into one, batch by batch. Of rows for one interval equal ones count
 * once; `missing` never stands against energy; of different ones the later source's (in one source the
 * later row's) stands and the earlier is told to `onReplaced`. `points` of all batches is one growing
 * list.
 * @throws MeteringError `misaligned-interval` where a source is out of order.
 */
export async function* mergeBatches(
  sources: readonly (AsyncIterable<Columns> | Iterable<Columns>)[],
  hooks: MergeHooks = {},
): AsyncGenerator<Columns> {
  const merged = new Merged(hooks);
  const open: Cursor[] = [];
  for (const source of sources) {
    const cursor = new Cursor(source, merged.enter);
    if (await cursor.next()) open.push(cursor);
  }
  while (open.length > 0) {
    const first = earliest(open);
    merged.put(first);
    if (merged.full) yield merged.take(true);
    if (first.step() || (await first.next())) continue;
    open.splice(open.indexOf(first), 1);
  }
  yield merged.take(false);
}

/** The source whose row comes first; of equal ones the earlier source. */
function earliest(open: readonly Cursor[]): Cursor {
  let best = open[0] as Cursor;
  for (let at = 1; at < open.length; at++) {
    const each = open[at] as Cursor;
    const order =
      each.startMs - best.startMs ||
      (each.point === best.point ? 0 : compareIds(each.id, best.id)) ||
      each.endMs - best.endMs;
    if (order < 0) best = each;
  }
  return best;
}
