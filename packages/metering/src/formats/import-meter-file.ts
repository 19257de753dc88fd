import { gunzipSync } from 'fflate';
import { shown } from '../csv-row.js';
import { MeteringError } from '../metering-error.js';
import type { ImportResult } from './import-result.js';
import { METER_FORMATS, type MeterFileOptions, type MeterFormat } from './meter-formats.js';

const HEAD_BYTES = 4096;

/** The format a file seems to have, by its beginning; undefined when none fits. */
export function detectFormat(bytes: Uint8Array): MeterFormat | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
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

/**
 * Reads a file of meter data, plain or gzip, of any known format.
 * @param format id of the format; default by the beginning of the file.
 * @throws (as a rejection) MeteringError `bad-header` for a file of no known format, `bad-option` for an
 *   unknown format, else what the format's reader throws.
 */
export async function importMeterFile(
  bytes: Uint8Array,
  options: MeterFileOptions,
  format?: string,
): Promise<ImportResult> {
  const content = unpacked(bytes, options.file);
  const known = METER_FORMATS.map(({ id }) => id).join(', ');
  if (format !== undefined) {
    const chosen = METER_FORMATS.find(({ id }) => id === format);
    if (chosen !== undefined) return chosen.read(content, options);
    const { file } = options;
    throw new MeteringError('bad-option', { file, value: `format ${format}`, expected: known });
  }
  const found = detectFormat(content);
  if (found !== undefined) return found.read(content, options);
  const value =
    content.length === 0 ? 'an empty file' : `a file that begins with ${shown(beginning(content))}`;
  throw new MeteringError('bad-header', {
    file: options.file,
    line: 1,
    value,
    expected: `a file of one of the formats ${known}`,
  });
}

function beginning(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes.subarray(0, 60)).split(/[\r\n]/)[0] ?? '';
}
