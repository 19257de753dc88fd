import type { EpochMs } from '@microgrid/units';
import type { Columns } from './columns.js';
import { checkCoverage } from './grid-coverage.js';
import { layOut, MISSING, type Layout } from './grid-layout.js';
import { checkRows } from './grid-rows.js';
import { checkPeriod, type GridSpan } from './grid-span.js';

/**
 * Readings of a period without a hole: row-major by interval, so that position
 * `interval * points.length + point` holds one metering point's interval.
 */
export interface IntervalGrid {
  /** Metering points in id order. */
  readonly points: readonly string[];
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
  /** (endMs - startMs) / resolutionMs. */
  readonly intervals: number;
  /** Whole mWh; NaN only where a point needs no reading and has none. */
  readonly importMilliwattHours: Float64Array;
  readonly exportMilliwattHours: Float64Array;
  /** Index into INTERVAL_QUALITIES. */
  readonly quality: Uint8Array;
  /** The file held exactly these intervals, spelled and ordered canonically: its bytes are the grid's. */
  readonly canonicalFile?: boolean;
}

/**
 * Lays readings out as a dense grid. Every row of the file is checked, also those outside the period:
 * known point, one resolution, aligned, no two rows for one interval (equal ones neither).
 * @throws MeteringError `unknown-point`, `wrong-resolution`, `misaligned-interval`,
 *   `overlapping-interval`, `duplicate-interval`, `missing-interval`, `outside-data`, `bad-period`
 *   or `too-large`, naming file, line, value and expectation.
 */
export function intervalGrid(columns: Columns, span: GridSpan): IntervalGrid {
  checkPeriod(span);
  const layout = layOut(columns, span);
  checkRows(layout);
  checkCoverage(layout);
  return fill(layout);
}

function fill({ columns, span, points, table, firstMs }: Layout): IntervalGrid {
  const { startMs, endMs, resolutionMs } = span;
  const intervals = (endMs - startMs) / resolutionMs;
  const cells = intervals * points.length;
  const imported = new Float64Array(cells).fill(Number.NaN);
  const exported = new Float64Array(cells).fill(Number.NaN);
  const quality = new Uint8Array(cells).fill(MISSING);
  const first = (startMs - firstMs) / resolutionMs;
  // Rows in the order of the cells, none left over: then the file is in canonical order.
  let nextRow = 0;
  for (let cell = 0, interval = 0; interval < intervals; interval++) {
    for (let point = 0; point < points.length; point++, cell++) {
      const row = table.row(first + interval, point);
      if (row < 0) continue;
      nextRow = row === nextRow ? row + 1 : NaN;
      imported[cell] = columns.importMilliwattHours[row] as number;
      exported[cell] = columns.exportMilliwattHours[row] as number;
      quality[cell] = columns.quality[row] as number;
    }
  }
  return {
    points: points.map(({ id }) => id),
    startMs,
    endMs,
    resolutionMs,
    intervals,
    importMilliwattHours: imported,
    exportMilliwattHours: exported,
    quality,
    ...(columns.canonical === true && nextRow === columns.rows && { canonicalFile: true }),
  };
}
