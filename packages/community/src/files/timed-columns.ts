import { compareIds, formatInstant, type EpochMs } from '@microgrid/units';
import type { FileProblems } from './file-problem.js';

/** Values of points over spans of time, as columns. */
export interface TimedColumns {
  /** In code-unit order. */
  readonly ids: readonly string[];
  /** First instant of each span, ascending; spans do not overlap. */
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  /** `[span * ids.length + position]`; NaN where a point has no value in a span. */
  readonly values: Float64Array;
}

/** Gathers the rows of a file and puts them into columns. */
export class TimedRows {
  private readonly places = new Map<string, number>();
  private readonly names: string[] = [];
  private readonly spans = new Map<EpochMs, { endMs: EpochMs; index: number }>();
  private readonly rowPlace: number[] = [];
  private readonly rowSpan: number[] = [];
  private readonly rowValue: number[] = [];
  private readonly rowLine: number[] = [];

  constructor(
    private readonly problems: FileProblems,
    private readonly what: string,
  ) {}

  add(line: number, id: string, startMs: EpochMs, endMs: EpochMs, value: number): void {
    const span = this.spans.get(startMs);
    if (span !== undefined && span.endMs !== endMs) {
      const expected = `the end ${timeText(span.endMs)}, as on the line before with this start`;
      this.problems.error(line, 'end', timeText(endMs), expected);
      return;
    }
    if (endMs <= startMs) {
      this.problems.error(line, 'end', timeText(endMs), `a time after ${timeText(startMs)}`);
      return;
    }
    const index = span?.index ?? this.spans.size;
    if (span === undefined) this.spans.set(startMs, { endMs, index });
    let place = this.places.get(id);
    if (place === undefined) {
      place = this.names.length;
      this.places.set(id, place);
      this.names.push(id);
    }
    this.rowPlace.push(place);
    this.rowSpan.push(index);
    this.rowValue.push(value);
    this.rowLine.push(line);
  }

  /** @param complete whether every point must have a value in every span. */
  columns(complete: boolean): TimedColumns {
    const ids = [...this.names].sort(compareIds);
    const placeOf = this.orderOf(ids);
    const spans = [...this.spans].sort(([a], [b]) => a - b);
    const spanOf = new Int32Array(spans.length);
    spans.forEach(([, { index }], position) => (spanOf[index] = position));
    const values = new Float64Array(spans.length * ids.length).fill(NaN);
    const line = new Int32Array(spans.length);
    this.rowValue.forEach((value, row) => {
      const span = spanOf[this.rowSpan[row] ?? 0] ?? 0;
      const at = span * ids.length + (placeOf[this.rowPlace[row] ?? 0] ?? 0);
      if (!Number.isNaN(values[at])) {
        const found = `${this.names[this.rowPlace[row] ?? 0] ?? ''} ${timeText(spans[span]?.[0] ?? 0)}`;
        this.problems.error(
          this.rowLine[row],
          this.what,
          found,
          `each ${this.what} once in a span`,
        );
      }
      values[at] = value;
      line[span] = this.rowLine[row] ?? 0;
    });
    const columns = {
      ids,
      startMs: Float64Array.from(spans, ([start]) => start),
      endMs: Float64Array.from(spans, ([, { endMs }]) => endMs),
      values,
    };
    this.checkOrder(columns, line);
    if (complete) this.checkComplete(columns, line);
    return columns;
  }

  private orderOf(ids: readonly string[]): Int32Array {
    const order = new Int32Array(ids.length);
    ids.forEach((id, position) => (order[this.places.get(id) ?? 0] = position));
    return order;
  }

  private checkOrder({ startMs, endMs }: TimedColumns, line: Int32Array): void {
    for (let span = 1; span < startMs.length; span++) {
      const before = endMs[span - 1] as number;
      if ((startMs[span] as number) >= before) continue;
      const expected = `a start at or after ${timeText(before)}, the end of the span before`;
      this.problems.error(line[span], 'start', timeText(startMs[span] as number), expected);
    }
  }

  private checkComplete({ ids, startMs, values }: TimedColumns, line: Int32Array): void {
    for (let span = 0; span < startMs.length; span++) {
      const part = values.subarray(span * ids.length, (span + 1) * ids.length);
      const gap = part.findIndex(Number.isNaN);
      if (gap === -1) continue;
      const found = `no line for ${ids[gap] ?? ''}`;
      const expected = `every ${this.what} of the file in the span from ${timeText(startMs[span] as number)}`;
      this.problems.error(line[span], this.what, found, expected);
    }
  }
}

function timeText(ms: EpochMs): string {
  return Number.isFinite(ms) ? formatInstant(ms) : 'no bound';
}

/** Index of the span that an interval lies in as a whole, or -1. */
export function spanAt({ startMs, endMs }: TimedColumns, fromMs: EpochMs, toMs: EpochMs): number {
  let low = 0;
  let high = startMs.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((startMs[middle] as number) > fromMs) high = middle - 1;
    else low = middle + 1;
  }
  return high >= 0 && toMs <= (endMs[high] as number) ? high : -1;
}
