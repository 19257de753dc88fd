import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { batchesCsvChunks, type Columns } from '@microgrid/metering';
import { jsonLines, parquetFile, xlsxWorkbook } from '@microgrid/metering/formats';
import { CommandError, isSystemError } from '../command-error.js';
import { joined } from './interval-columns.js';
import type { IntervalDetails } from './interval-details.js';

/** What intervals are written as. */
export const OUTPUT_FORMATS = ['csv', 'xlsx', 'ndjson', 'parquet'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The format a file's name says. @throws CommandError where it says none. */
export function outputFormat(file: string, format: OutputFormat | undefined): OutputFormat {
  if (format !== undefined) return format;
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase();
  const found = extension === 'jsonl' ? 'ndjson' : OUTPUT_FORMATS.find((id) => id === extension);
  if (found !== undefined) return found;
  throw new CommandError(
    'usage',
    `${file}: its name says no format: expected .csv, .csv.gz, .ndjson, .xlsx or .parquet, or --format`,
  );
}

async function* ndjsonPieces(
  batches: AsyncIterable<Columns>,
  details: IntervalDetails,
): AsyncGenerator<string> {
  const detailOf = details.of.bind(details);
  for await (const batch of batches) {
    let piece = '';
    for (const line of jsonLines(batch, { source: 'import', detailOf })) {
      piece += line;
      if (piece.length < 1 << 16) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  }
}

async function* pieces(
  batches: AsyncIterable<Columns>,
  format: OutputFormat,
  details: IntervalDetails,
): AsyncGenerator<Uint8Array | string> {
  if (format === 'csv') yield* batchesCsvChunks(batches);
  else if (format === 'ndjson') yield* ndjsonPieces(batches, details);
  else {
    const all = await joined(batches, 'output');
    yield format === 'xlsx' ? await xlsxWorkbook(all) : parquetFile(all);
  }
}

/** Whether a name is a device or a pipe: those are written into, never replaced. */
async function isStream(file: string): Promise<boolean> {
  try {
    const found = await stat(file);
    return !found.isFile() && !found.isDirectory();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/**
 * Writes a file whole or not at all: it appears under its name when everything is written. A name that
 * ends in `.gz` is packed; a device or a pipe is written as it comes.
 * @throws CommandError where it cannot be written.
 */
export async function writeWhole(
  file: string,
  content: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<void> {
  const stream = await isStream(file);
  const part = stream ? file : `${file}.part`;
  try {
    const source = Readable.from(content, { objectMode: false });
    const target = createWriteStream(part);
    if (file.endsWith('.gz')) await pipeline(source, createGzip(), target);
    else await pipeline(source, target);
    if (!stream) await rename(part, file);
  } catch (error) {
    if (!stream) await rm(part, { force: true });
    if (!isSystemError(error)) throw error;
    throw new CommandError('file', `${file}: cannot be written: ${error.message}`);
  }
}

/** Writes intervals in canonical order; JSON lines say what is known beside the rows. */
export async function writeIntervals(
  file: string,
  format: OutputFormat,
  batches: AsyncIterable<Columns>,
  details: IntervalDetails,
): Promise<void> {
  await writeWhole(file, pieces(batches, format, details));
}

/** Writes lists as JSON lines beside an output; an empty list leaves no file, not an older one either. */
export async function writeBeside(file: string, rows: readonly unknown[]): Promise<boolean> {
  if (rows.length === 0) {
    await rm(file, { force: true });
    return false;
  }
  function* lines(): Generator<string> {
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
  }
  await writeWhole(file, lines());
  return true;
}
