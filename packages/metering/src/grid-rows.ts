import { formatInstant, formatResolution } from '@microgrid/units';
import { rowAt, type Columns } from './columns.js';
import { intervalText, type Layout } from './grid-layout.js';
import { MeteringError } from './metering-error.js';

/** Checks and enters every row of the file, the first wrong one in file order being refused. */
export function checkRows(layout: Layout): void {
  const { columns, span, position, table, firstMs } = layout;
  const { resolutionMs } = span;
  for (let row = 0; row < columns.rows; row++) {
    const point = position[columns.point[row] as number] as number;
    const startMs = columns.startMs[row] as number;
    const regular =
      point >= 0 &&
      (columns.endMs[row] as number) - startMs === resolutionMs &&
      startMs % resolutionMs === 0;
    if (!regular) refuseRow(layout, row, point);
    const before = table.enter((startMs - firstMs) / resolutionMs, point, row);
    if (before >= 0) refuseDuplicate(layout, before, row);
  }
}

function refuseRow(layout: Layout, row: number, point: number): never {
  const { columns, span, points, resolution } = layout;
  const { file } = columns;
  const line = columns.line[row] as number;
  const { meteringPoint, startMs, endMs } = rowAt(columns, row);
  if (point < 0) {
    const some = points.slice(0, 5).map(({ id }) => id);
    const more = points.length > some.length ? `, … (${points.length} in all)` : '';
    throw new MeteringError('unknown-point', {
      file,
      line,
      column: 'metering_point',
      value: JSON.stringify(meteringPoint),
      expected: `a metering point of the community: ${some.join(', ')}${more}; add it there or remove its rows`,
    });
  }
  const value = `${meteringPoint} ${intervalText(startMs, endMs)}`;
  const other = overlappingRow(columns, row);
  if (other >= 0) {
    const there = rowAt(columns, other);
    const otherLine = columns.line[other] as number;
    throw new MeteringError('overlapping-interval', {
      file,
      line,
      otherLine,
      column: 'start',
      value,
      expected: `no overlap with line ${otherLine} (${intervalText(there.startMs, there.endMs)}): one ${resolution} interval after the other`,
    });
  }
  if (endMs - startMs !== span.resolutionMs) {
    throw new MeteringError('wrong-resolution', {
      file,
      line,
      column: 'end',
      value: `${value} (${formatResolution(endMs - startMs)})`,
      expected: `intervals of ${resolution}, so the end ${formatInstant(startMs + span.resolutionMs)}`,
    });
  }
  throw new MeteringError('misaligned-interval', {
    file,
    line,
    column: 'start',
    value,
    expected: `a start at a whole multiple of ${resolution} in UTC`,
  });
}

/** A row of the same point that shares time with a row, or -1. */
function overlappingRow(columns: Columns, row: number): number {
  const { point, startMs, endMs, rows } = columns;
  for (let other = 0; other < rows; other++) {
    if (
      other !== row &&
      point[other] === point[row] &&
      (startMs[other] as number) < (endMs[row] as number) &&
      (startMs[row] as number) < (endMs[other] as number)
    ) {
      return other;
    }
  }
  return -1;
}

function refuseDuplicate({ columns }: Layout, before: number, row: number): never {
  const { meteringPoint, startMs, endMs } = rowAt(columns, row);
  const otherLine = columns.line[before] as number;
  const equal =
    Object.is(columns.importMilliwattHours[before], columns.importMilliwattHours[row]) &&
    Object.is(columns.exportMilliwattHours[before], columns.exportMilliwattHours[row]) &&
    columns.quality[before] === columns.quality[row];
  throw new MeteringError('duplicate-interval', {
    file: columns.file,
    line: columns.line[row] as number,
    otherLine,
    column: 'start',
    value: `${meteringPoint} ${intervalText(startMs, endMs)} a second time`,
    expected: `one row for each interval: line ${otherLine} has it already, with ${equal ? 'the same' : 'other'} values; keep one`,
  });
}
