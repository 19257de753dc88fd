import { CsvReader } from '../csv-reader.js';
import { CSV_HEADER } from '../csv-format.js';
import { readCsvRow } from '../csv-row.js';
import { isMeteringError } from '../metering-error.js';
import { INTERVAL_QUALITIES } from '@microgrid/events';
import type { ImportOptions } from './import-options.js';
import type { ImportResult } from './import-result.js';
import { SeriesBuilder } from './series-builder.js';
import { textLines, textOf } from './text-lines.js';

/** Reads the canonical CSV; lenient reading goes line by line, strict reading through the fast scanner. */
export function readCanonical(bytes: Uint8Array, options: ImportOptions): ImportResult {
  const { file } = options;
  const out = new SeriesBuilder('canonical-csv', options);
  if (options.lenient !== true && options.meteringPoint === undefined) {
    const reader = new CsvReader({ file, expectedBytes: bytes.length });
    reader.push(bytes);
    return { ...out.finish(), columns: reader.end() };
  }
  let headerSeen = false;
  for (const { text, line } of textLines(textOf(bytes))) {
    if (!headerSeen) {
      if (text !== CSV_HEADER) {
        out.refuse(
          { line, value: JSON.stringify(text.slice(0, 80)), expected: `exactly ${CSV_HEADER}` },
          'bad-header',
        );
      }
      headerSeen = true;
      continue;
    }
    if (text === '') continue;
    lenientRow(out, text, line);
  }
  return out.finish();
}

function lenientRow(out: SeriesBuilder, text: string, line: number): void {
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
