import { GrowingColumns, type Columns } from './columns.js';
import { CR, CSV_COLUMNS, CSV_HEADER, LF, LONGEST_LINE_BYTES } from './csv-format.js';
import { readCsvRow, shown } from './csv-row.js';
import { CsvScanner } from './csv-scanner.js';
import { isMeteringError, MeteringError } from './metering-error.js';

/** How to read a canonical readings file. */
export interface CsvOptions {
  /** Name of the file for messages. */
  readonly file: string;
  /** About how many bytes are to come, so that columns are made large enough at once. */
  readonly expectedBytes?: number;
}

/** A typical row is 70 bytes: a little less makes room for all. */
const TYPICAL_ROW_BYTES = 64;
const BYTE_ORDER_MARK = '\ufeff';
const LONGEST = `a line of at most ${LONGEST_LINE_BYTES} bytes`;

// The mark is stripped by hand, in the header only; a bad byte becomes U+FFFD, which no field allows.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads the canonical readings form from pieces of any size: a gigabyte needs no more memory than
 * its columns. The header is exact (a UTF-8 byte order mark before it is allowed); lines end with LF
 * or CR LF; there are no blank lines and no quotes. The first wrong row ends the reading.
 */
export class CsvReader {
  private readonly columns: GrowingColumns;
  private readonly scanner: CsvScanner;
  private carry = new Uint8Array(0);
  private headerSeen = false;

  constructor(private readonly options: CsvOptions) {
    const rows = Math.ceil((options.expectedBytes ?? 0) / TYPICAL_ROW_BYTES);
    this.columns = new GrowingColumns(Math.max(rows, 1024));
    this.scanner = new CsvScanner(this.columns);
  }

  /** Rows read so far. */
  get rows(): number {
    return this.columns.rows;
  }

  /** Takes the next bytes of the file. @throws MeteringError naming line, column, value, expectation. */
  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.carry.length > 0) {
      bytes = new Uint8Array(this.carry.length + chunk.length);
      bytes.set(this.carry);
      bytes.set(chunk, this.carry.length);
    }
    const complete = bytes.lastIndexOf(LF) + 1;
    this.lines(bytes, complete);
    this.carry = bytes.slice(complete, complete + LONGEST_LINE_BYTES + 1);
    if (this.carry.length > LONGEST_LINE_BYTES) this.line(this.carry);
  }

  /** Takes a last line that lacks its line feed and gives the columns. @throws MeteringError as push. */
  end(): Columns {
    if (this.carry.length > 0 || !this.headerSeen) this.line(this.carry);
    return this.columns.finish(this.options.file);
  }

  private lines(bytes: Uint8Array, to: number): void {
    let at = 0;
    while (at < to) {
      if (this.headerSeen) at = this.scanner.scan(bytes, at, to);
      if (at >= to) return;
      const end = bytes.indexOf(LF, at);
      this.line(bytes.subarray(at, bytes[end - 1] === CR && end > at ? end - 1 : end));
      at = end + 1;
    }
  }

  /** Reads one line, without its end, in the careful way. */
  private line(bytes: Uint8Array): void {
    const { file } = this.options;
    const line = this.headerSeen ? this.columns.rows + 2 : 1;
    const text = decoder.decode(bytes.subarray(0, LONGEST_LINE_BYTES + 1));
    if (bytes.length > LONGEST_LINE_BYTES) {
      throw new MeteringError('malformed-row', {
        file,
        line,
        value: shown(text),
        expected: LONGEST,
      });
    }
    if (!this.headerSeen) {
      checkHeader(text, file);
      this.headerSeen = true;
      return;
    }
    const row = readCsvRow(text, file, line);
    const { columns } = this;
    columns.reserve(columns.rows + 1);
    const at = columns.rows++;
    columns.point[at] = this.scanner.dictionary.enter(row.meteringPoint);
    columns.startMs[at] = row.startMs;
    columns.endMs[at] = row.endMs;
    columns.importMilliwattHours[at] = row.importMilliwattHours;
    columns.exportMilliwattHours[at] = row.exportMilliwattHours;
    columns.quality[at] = row.quality;
  }
}

function checkHeader(text: string, file: string): void {
  const header = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  if (header === CSV_HEADER) return;
  const fields = header.split(',');
  const wrong = CSV_COLUMNS.findIndex((name, index) => fields[index] !== name);
  throw new MeteringError('bad-header', {
    file,
    line: 1,
    column: `column ${wrong < 0 ? CSV_COLUMNS.length + 1 : wrong + 1}`,
    value: header === '' ? 'an empty line' : shown(header),
    expected: `exactly ${CSV_HEADER}`,
  });
}

/**
 * Reads a whole canonical readings file.
 * @throws MeteringError `bad-header`, `malformed-row`, `negative-energy` or `wrong-resolution` with
 *   file, line, column, value and expectation.
 */
export function readCanonicalCsv(bytes: Uint8Array, options: CsvOptions): Columns {
  const reader = new CsvReader({ expectedBytes: bytes.length, ...options });
  reader.push(bytes);
  return reader.end();
}

/** The outcome of reading what may be wrong. */
export type SafeMeteringResult<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: MeteringError };

/** {@link readCanonicalCsv} that returns its error. */
export function safeReadCanonicalCsv(
  bytes: Uint8Array,
  options: CsvOptions,
): SafeMeteringResult<Columns> {
  try {
    return { success: true, data: readCanonicalCsv(bytes, options) };
  } catch (error) {
    if (isMeteringError(error)) return { success: false, error };
    throw error;
  }
}
