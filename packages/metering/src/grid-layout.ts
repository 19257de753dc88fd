import { INTERVAL_QUALITIES } from '@microgrid/events';
import { compareIds, formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import type { Columns } from './columns.js';
import type { GridPoint, GridSpan } from './grid-span.js';
import { MeteringError } from './metering-error.js';
import { SlotTable } from './slot-table.js';

/** Index of the quality `missing`. */
export const MISSING = INTERVAL_QUALITIES.indexOf('missing');

/** A file being laid out: what the checks need to know. */
export interface Layout {
  readonly columns: Columns;
  readonly span: GridSpan;
  readonly points: readonly GridPoint[];
  readonly resolution: string;
  /** Column index of each of the file's points. */
  readonly position: Int32Array;
  readonly firstMs: EpochMs;
  readonly lastEndMs: EpochMs;
  readonly table: SlotTable;
}

/** Prepares the table rows are entered in. @throws MeteringError `outside-data` for a file without rows. */
export function layOut(columns: Columns, span: GridSpan): Layout {
  const points = span.points
    .map((point) => (typeof point === 'string' ? { id: point } : point))
    .sort((a, b) => compareIds(a.id, b.id));
  const positions = new Map(points.map(({ id }, index) => [id, index]));
  const { rows, file } = columns;
  if (rows === 0) {
    throw new MeteringError('outside-data', {
      file,
      line: 1,
      value: 'no row after the header',
      expected: periodText(span),
    });
  }
  let firstMs = Number.POSITIVE_INFINITY;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    const startMs = columns.startMs[row] as number;
    const endMs = columns.endMs[row] as number;
    if (startMs < firstMs) firstMs = startMs;
    if (endMs > lastEndMs) lastEndMs = endMs;
  }
  const slots = Math.ceil((lastEndMs - firstMs) / span.resolutionMs) + 1;
  return {
    columns,
    span,
    points,
    resolution: formatResolution(span.resolutionMs),
    position: Int32Array.from(columns.points, (id) => positions.get(id) ?? -1),
    firstMs: firstMs - mod(firstMs, span.resolutionMs),
    lastEndMs,
    table: new SlotTable(slots, points.length, rows),
  };
}

function mod(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function periodText({ startMs, endMs }: GridSpan): string {
  return `readings from ${formatInstant(startMs)} to ${formatInstant(endMs)}`;
}

/** An interval as messages show it. */
export function intervalText(startMs: EpochMs, endMs: EpochMs): string {
  return `${formatInstant(startMs)} to ${formatInstant(endMs)}`;
}
