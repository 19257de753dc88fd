import { gunzipSync } from 'fflate';
import { isTimeZone } from '@microgrid/units/calendar';
import { readCanonicalCsv } from '../csv-reader.js';
import { shown } from '../csv-row.js';
import { MeteringError } from '../metering-error.js';
import type { ImportResult } from './import-result.js';
import {
  METER_FORMATS,
  type MeterFileContent,
  type MeterFileOptions,
  type MeterFormat,
} from './meter-formats.js';
import { SeriesBuilder } from './series-builder.js';
import { headText, utf8Of } from './text-lines.js';

const HEAD_BYTES = 4096;

/** The format a file seems to have, by its beginning; undefined when none fits. */
export function detectFormat(bytes: Uint8Array): MeterFormat | undefined {
  const head = headText(bytes, HEAD_BYTES);
  return METER_FORMATS.find(({ fits }) => fits(head));
}

function unpacked(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    const value = error instanceof Error ? error.message : String(error);
    throw new MeteringError('malformed-row', { file, value, expected: 'a whole gzip file' });
  }
}

/** A file as it lies on a disk. */
export interface MeterFile {
  /** Name for messages. */
  readonly file: string;
  /** Plain or gzip. */
  readonly bytes: Uint8Array;
  /** Id of its format; default by its beginning. */
  readonly format?: string | undefined;
}

function formatOf(content: Uint8Array, { file, format }: MeterFile): MeterFormat {
  const known = METER_FORMATS.map(({ id }) => id).join(', ');
  if (format !== undefined) {
    const chosen = METER_FORMATS.find(({ id }) => id === format);
    if (chosen !== undefined) return chosen;
    throw new MeteringError('bad-option', { file, value: `format ${format}`, expected: known });
  }
  const found = detectFormat(content);
  if (found !== undefined) return found;
  const value =
    content.length === 0 ? 'an empty file' : `a file that begins with ${shown(beginning(content))}`;
  throw new MeteringError('bad-header', {
    file,
    line: 1,
    value,
    expected: `a file of one of the formats ${known}`,
  });
}

/**
 * Reads files of meter data together as one import: equal rows count once, of different ones for the
 * same interval the later file's stands, and what one file lacks (the other direction, the reading
 * types) another may give.
 * @throws (as a rejection) MeteringError `bad-header` for a file of no known format, `bad-option` for an
 *   unknown format or time zone, else what the format's reader throws.
 */
export async function importMeterFiles(
  files: readonly MeterFile[],
  options: Omit<MeterFileOptions, 'file'>,
): Promise<ImportResult> {
  const { timeZone } = options;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const expected = 'a time zone of the IANA database, such as Europe/Lisbon';
    throw new MeteringError('bad-option', { column: 'timeZone', value: shown(timeZone), expected });
  }
  const out = new SeriesBuilder();
  const batches: { readonly format: MeterFormat; readonly contents: MeterFileContent[] }[] = [];
  for (const file of files) {
    const bytes = unpacked(file.bytes, file.file);
    const format = formatOf(bytes, file);
    const content = { bytes, options: { ...options, file: file.file } };
    // Green Button keeps reading types in files of their own: all its files are one feed.
    const together = batches.find((batch) => batch.format === format && format.id === 'espi');
    if (together === undefined) batches.push({ format, contents: [content] });
    else together.contents.push(content);
  }
  for (const { format, contents } of batches) await format.read(out, contents);
  return out.finish();
}

/**
 * {@link importMeterFiles} of one file. A canonical CSV read strictly keeps its rows as they stand, in
 * their order and with repetitions, for the rules to judge.
 * @param format id of the format; default by the beginning of the file.
 */
export async function importMeterFile(
  bytes: Uint8Array,
  options: MeterFileOptions,
  format?: string,
): Promise<ImportResult> {
  const { file, lenient, meteringPoint } = options;
  const content = unpacked(bytes, file);
  const { id } = formatOf(content, { file, bytes, format });
  if (id !== 'canonical-csv' || lenient === true || meteringPoint !== undefined) {
    return importMeterFiles([{ file, bytes: content, format: id }], options);
  }
  const out = new SeriesBuilder();
  out.begin(id, options);
  return { ...out.finish(), columns: readCanonicalCsv(utf8Of(content), { file }) };
}

function beginning(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes.subarray(0, 60)).split(/[\r\n]/)[0] ?? '';
}
