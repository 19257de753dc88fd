import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, formatKilowattHours } from '@microgrid/units';
import { GrowingColumns, type Columns } from './columns.js';
import {
  CR,
  CSV_COLUMNS,
  CSV_HEADER,
  KILOWATT_HOUR_DECIMALS,
  LF,
  LONGEST_LINE_BYTES,
} from './csv-format.js';
import { readCsvRow, shown, type CsvRow } from './csv-row.js';
import { CsvScanner } from './csv-scanner.js';
import { isMeteringError, MeteringError, type MeteringProblem } from './metering-error.js';

/** How to read a canonical readings file. */
export interface CsvOptions {
  /** Name of the file for messages. */
  readonly file: string;
  /** About how many bytes are to come, so that columns are made large enough at once. */
  readonly expectedBytes?: number;
  /**
   * Hears of rows that are wrong, with their text, and reading goes on; without it the first wrong row
   * is thrown. A wrong header is always thrown.
   */
  readonly onRejected?: (problem: MeteringProblem, text: string) => void;
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
  /** Whether every line that the scanner did not take is as in canonical form. */
  private canonicalLines = true;
  private headerSeen = false;
  /** Line of the next row. */
  private nextLine = 1;
  /** Lines of the rows in `columns`, as spans without a rejected line between: row and line they begin at. */
  private spans: { readonly row: number; readonly line: number }[] = [];
  private rowsTaken = 0;
  /** Inside a line too long to be kept: nothing counts before its end. */
  private overlong = false;

  constructor(private readonly options: CsvOptions) {
    const rows = Math.ceil((options.expectedBytes ?? 0) / TYPICAL_ROW_BYTES);
    this.columns = new GrowingColumns(Math.max(rows, 1024));
    this.scanner = new CsvScanner(this.columns);
  }

  /** Rows read so far. */
  get rows(): number {
    return this.rowsTaken + this.columns.rows;
  }

  /** Rows read since the last {@link take}. */
  get waiting(): number {
    return this.columns.rows;
  }

  /** The rows read since the last call, so that a file of any size needs the memory of a batch only. */
  take(): Columns {
    const line = this.linesOfRows();
    this.rowsTaken += this.columns.rows;
    this.spans = [];
    return this.columns.take(this.options.file, line);
  }

  /** Takes the next bytes of the file. @throws MeteringError naming line, column, value, expectation. */
  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.overlong) {
      const end = chunk.indexOf(LF);
      if (end < 0) return;
      this.overlong = false;
      bytes = chunk.subarray(end + 1);
    }
    if (this.carry.length > 0) {
      // Only the line that was cut is put together: the rest is read where it lies.
      const end = bytes.indexOf(LF) + 1 || bytes.length;
      const joined = new Uint8Array(this.carry.length + end);
      joined.set(this.carry);
      joined.set(bytes.subarray(0, end), this.carry.length);
      if (this.readLines(joined)) return;
      bytes = bytes.subarray(end);
    }
    this.readLines(bytes);
  }

  /** Reads the lines that end in these bytes, and keeps the rest; whether the last line goes on. */
  private readLines(bytes: Uint8Array): boolean {
    const complete = bytes.lastIndexOf(LF) + 1;
    this.lines(bytes, complete);
    this.carry = bytes.slice(complete, complete + LONGEST_LINE_BYTES + 1);
    if (this.carry.length <= LONGEST_LINE_BYTES) return this.carry.length > 0;
    this.line(this.carry);
    this.carry = new Uint8Array(0);
    this.overlong = true;
    return true;
  }

  /** Takes a last line that lacks its line feed and gives the columns. @throws MeteringError as push. */
  end(): Columns {
    if (this.carry.length > 0 || !this.headerSeen) this.line(this.carry);
    const canonical = this.carry.length === 0 && this.canonicalLines && this.scanner.canonical;
    this.carry = new Uint8Array(0);
    const columns = this.columns.finish(this.options.file, this.linesOfRows());
    return canonical && this.rowsTaken === 0 ? { ...columns, canonical } : columns;
  }

  /** Rows were read: which lines they stand on. */
  private entered(rowsBefore: number): void {
    const rows = this.columns.rows - rowsBefore;
    const last = this.spans.at(-1);
    if (rows > 0 && (last === undefined || last.line - last.row !== this.nextLine - rowsBefore)) {
      this.spans.push({ row: rowsBefore, line: this.nextLine });
    }
    this.nextLine += rows;
  }

  private linesOfRows(): Int32Array {
    const lines = new Int32Array(this.columns.rows);
    for (const [at, { row, line }] of this.spans.entries()) {
      const to = this.spans[at + 1]?.row ?? lines.length;
      for (let each = row; each < to; each++) lines[each] = line + each - row;
    }
    return lines;
  }

  private lines(bytes: Uint8Array, to: number): void {
    let at = 0;
    while (at < to) {
      if (this.headerSeen) {
        const { rows } = this.columns;
        at = this.scanner.scan(bytes, at, to);
        this.entered(rows);
      }
      if (at >= to) return;
      const end = bytes.indexOf(LF, at);
      const cut = bytes[end - 1] === CR && end > at;
      if (cut) this.canonicalLines = false;
      this.line(bytes.subarray(at, cut ? end - 1 : end));
      at = end + 1;
    }
  }

  /** Reads one line, without its end, in the careful way. */
  private line(bytes: Uint8Array): void {
    const text = decoder.decode(bytes.subarray(0, LONGEST_LINE_BYTES + 1));
    try {
      this.careful(bytes, text);
    } catch (error) {
      if (!this.headerSeen || !this.options.onRejected || !isMeteringError(error)) throw error;
      this.canonicalLines = false;
      this.options.onRejected(error.problem, text);
      this.nextLine += 1;
    }
  }

  private careful(bytes: Uint8Array, text: string): void {
    const { file } = this.options;
    const line = this.nextLine;
    if (bytes.length > LONGEST_LINE_BYTES) {
      const problem = { file, line, value: shown(text), expected: LONGEST };
      throw new MeteringError('malformed-row', problem);
    }
    if (!this.headerSeen) {
      checkHeader(text, file);
      if (text !== withoutMark(text)) this.canonicalLines = false;
      this.headerSeen = true;
      this.nextLine = 2;
      return;
    }
    const row = readCsvRow(text, file, line);
    this.canonicalLines &&= text === canonicalText(row);
    const { columns } = this;
    columns.reserve(columns.rows + 1);
    const at = columns.rows++;
    columns.point[at] = this.scanner.dictionary.enter(row.meteringPoint);
    columns.startMs[at] = row.startMs;
    columns.endMs[at] = row.endMs;
    columns.importMilliwattHours[at] = row.importMilliwattHours;
    columns.exportMilliwattHours[at] = row.exportMilliwattHours;
    columns.quality[at] = row.quality;
    this.entered(at);
  }
}

/** A row as the canonical writer spells it; undefined for one without energies. */
function canonicalText(row: CsvRow): string | undefined {
  const { meteringPoint, startMs, endMs, importMilliwattHours, exportMilliwattHours } = row;
  if (Number.isNaN(importMilliwattHours) || Number.isNaN(exportMilliwattHours)) return undefined;
  const energies = [importMilliwattHours, exportMilliwattHours].map((energy) =>
    formatKilowattHours(energy, energy % 1000 === 0 ? 3 : KILOWATT_HOUR_DECIMALS),
  );
  const quality = INTERVAL_QUALITIES[row.quality];
  const instants = [formatInstant(startMs), formatInstant(endMs)];
  return [meteringPoint, ...instants, ...energies, quality].join(',');
}

function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function checkHeader(text: string, file: string): void {
  const header = withoutMark(text);
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

/** How {@link canonicalBatches} reads. */
export interface BatchOptions extends Omit<CsvOptions, 'expectedBytes'> {
  /** Rows after which a batch is given; it may hold a piece's rows more. Default 250,000 (11 MB). */
  readonly rowsPerBatch?: number;
}

/**
 * Reads a canonical readings file of any size in batches of rows, in the file's order: memory holds one
 * batch and one piece. `points` of a batch begins with that of the batch before.
 * @throws MeteringError as {@link readCanonicalCsv}.
 */
export async function* canonicalBatches(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { rowsPerBatch = 250_000, ...options }: BatchOptions,
): AsyncGenerator<Columns> {
  const reader = new CsvReader(options);
  for await (const piece of pieces) {
    reader.push(piece);
    if (reader.waiting >= rowsPerBatch) yield reader.take();
  }
  const rest = reader.end();
  if (rest.rows > 0) yield rest;
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
