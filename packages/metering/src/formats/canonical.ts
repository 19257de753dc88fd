import { INTERVAL_QUALITIES } from '@microgrid/events';
import { CSV_HEADER } from '../csv-format.js';
import { readCsvRow, shown } from '../csv-row.js';
import { isMeteringError } from '../metering-error.js';
import type { SeriesBuilder } from './series-builder.js';
import { textLines, textOf } from './text-lines.js';

/**
 * Reads the canonical CSV row by row beside other files, or leniently. A whole file alone goes through
 * `CsvReader`, and large ones through `canonicalBatches`.
 * @throws MeteringError naming line, column, value and expectation.
 */
export function readCanonical(out: SeriesBuilder, bytes: Uint8Array): void {
  const lines = [...textLines(textOf(bytes))];
  // After the end of the last line there is no further one.
  if (lines.length > 1 && lines.at(-1)?.text === '') lines.pop();
  for (const { text, line } of lines) {
    if (line > 1) canonicalRow(out, text, line);
    else if (text !== CSV_HEADER) {
      const value = text === '' ? 'an empty line' : shown(text);
      out.refuse({ line, value, expected: `exactly ${CSV_HEADER}` }, 'bad-header');
    }
  }
}

function canonicalRow(out: SeriesBuilder, text: string, line: number): void {
  try {
    const row = readCsvRow(text, out.options.file, line);
    const wanted = out.options.meteringPoint;
    if (wanted !== undefined && wanted !== row.meteringPoint) {
      out.count(`belong to another metering point than ${wanted}`);
      return;
    }
    const energy = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
    out.add(
      {
        meteringPoint: row.meteringPoint,
        startMs: row.startMs,
        endMs: row.endMs,
        importMilliwattHours: energy(row.importMilliwattHours),
        exportMilliwattHours: energy(row.exportMilliwattHours),
        quality: INTERVAL_QUALITIES[row.quality] ?? 'missing',
        line,
      },
      text,
    );
  } catch (error) {
    if (!isMeteringError(error)) throw error;
    out.reject(error.problem, text, error.code);
  }
}
