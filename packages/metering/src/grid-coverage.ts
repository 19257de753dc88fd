import { intervalText, MISSING, type Layout } from './grid-layout.js';
import { isNeeded, type GridPoint } from './grid-span.js';
import { MeteringError } from './metering-error.js';

/** Checks that the period lies within the data and has no hole. */
export function checkCoverage(layout: Layout): void {
  const { columns, span, points, firstMs, lastEndMs, resolution } = layout;
  const neededFromMs = Math.min(...points.map(({ fromMs }) => fromMs ?? span.startMs));
  const neededToMs = Math.max(...points.map(({ toMs }) => toMs ?? span.endMs));
  const early = Math.max(span.startMs, neededFromMs) < firstMs;
  const late = Math.min(span.endMs, neededToMs) > lastEndMs;
  if (!early && !late) {
    refuseHoles(layout);
    return;
  }
  // The row the data begin or end with, whichever side the period leaves.
  const edge = (early ? columns.startMs : columns.endMs).indexOf(early ? firstMs : lastEndMs);
  throw new MeteringError('outside-data', {
    file: columns.file,
    line: columns.line[edge] as number,
    column: 'period',
    value: intervalText(span.startMs, span.endMs),
    expected: `a period within the data, which ${early ? 'begin' : 'end'} at this line: ${resolution} intervals from ${intervalText(firstMs, lastEndMs)}`,
  });
}

/** Finds the first needed interval, in time then point order, that has no energy. */
function refuseHoles(layout: Layout): void {
  const { columns, span, points, table, firstMs } = layout;
  const first = (span.startMs - firstMs) / span.resolutionMs;
  const intervals = (span.endMs - span.startMs) / span.resolutionMs;
  let holes = 0;
  let hole: { slot: number; point: number } | undefined;
  for (let interval = 0; interval < intervals; interval++) {
    const startMs = span.startMs + interval * span.resolutionMs;
    for (const [point, described] of points.entries()) {
      const row = table.row(first + interval, point);
      if (row >= 0 && columns.quality[row] !== MISSING) continue;
      if (!isNeeded(described, startMs)) continue;
      holes++;
      hole ??= { slot: first + interval, point };
    }
  }
  if (hole) refuseHole(layout, hole.slot, hole.point, holes);
}

function refuseHole(layout: Layout, slot: number, point: number, holes: number): never {
  const { columns, span, points, table, firstMs, resolution } = layout;
  const startMs = firstMs + slot * span.resolutionMs;
  const text = intervalText(startMs, startMs + span.resolutionMs);
  const { id } = points[point] as GridPoint;
  const more = holes > 1 ? ` (and ${holes - 1} more missing)` : '';
  const expected = `a reading of every metering point for every ${resolution} from ${intervalText(span.startMs, span.endMs)}${more}; add it or settle another period`;
  const { file } = columns;
  const row = table.row(slot, point);
  if (row >= 0) {
    throw new MeteringError('missing-interval', {
      file,
      line: columns.line[row] as number,
      column: 'quality',
      value: `${id} ${text} marked missing`,
      expected,
    });
  }
  let before = slot - 1;
  while (before >= 0 && table.row(before, point) < 0) before--;
  const neighbour = table.row(before, point);
  throw new MeteringError('missing-interval', {
    file,
    line: neighbour < 0 ? 1 : (columns.line[neighbour] as number),
    column: 'start',
    value: `no interval ${text} of ${id}${neighbour < 0 ? '' : ' after this line'}`,
    expected,
  });
}
