import { INTERVAL_QUALITIES } from '@microgrid/events';
import { compareIds, formatInstant } from '@microgrid/units';
import { GrowingColumns, type Columns } from '../columns.js';
import { shown } from '../csv-row.js';
import { MeteringError, type MeteringErrorCode, type MeteringProblem } from '../metering-error.js';
import type { ImportResult, RejectedRow, SupersededRow, UntimedReading } from './import-result.js';
import type { CounterReading } from '../counter-reading.js';
import type { ImportOptions } from './import-options.js';
import type { SeriesRow } from './series-row.js';

interface Entry {
  importMilliwattHours: number | undefined;
  exportMilliwattHours: number | undefined;
  quality: number;
  line: number;
}

interface Point {
  readonly entries: Map<string, Entry>;
  hasImport: boolean;
  hasExport: boolean;
}

const MISSING = INTERVAL_QUALITIES.indexOf('missing');
const MINUTE_MS = 60_000;
/** Interval lengths of the house. */
const LENGTHS_MS = [1, 5, 10, 15, 30, 60].map((minutes) => minutes * MINUTE_MS);
/** What is longer is no interval but the total of a period. */
const LONGEST_MS = 60 * MINUTE_MS;

/** Collects what the rows of a file say into one series for each metering point. */
export class SeriesBuilder {
  private readonly points = new Map<string, Point>();
  private readonly superseded: SupersededRow[] = [];
  private readonly rejected: RejectedRow[] = [];
  private readonly totals: SeriesRow[] = [];
  private readonly partial: SeriesRow[] = [];
  private readonly notes: string[] = [];
  private readonly counted = new Map<string, number>();
  readonly readings: CounterReading[] = [];
  readonly untimed: UntimedReading[] = [];

  constructor(
    readonly format: string,
    readonly options: ImportOptions,
  ) {}

  /** Refuses a row: throws, or lists it where reading is lenient. */
  reject(
    problem: Omit<MeteringProblem, 'file'>,
    text: string,
    code: MeteringErrorCode = 'malformed-row',
  ): void {
    const { file, lenient } = this.options;
    if (lenient !== true) throw new MeteringError(code, { file, ...problem });
    this.rejected.push({ file, ...problem, text: shown(text) });
  }

  /** Refuses the whole file, lenient or not. @throws MeteringError always. */
  refuse(problem: Omit<MeteringProblem, 'file'>, code: MeteringErrorCode = 'malformed-row'): never {
    throw new MeteringError(code, { file: this.options.file, ...problem });
  }

  /** Says something of the whole import. */
  note(text: string): void {
    this.notes.push(text);
  }

  /** Counts one of many rows of a kind; the sum becomes a note: `12 rows …`. */
  count(what: string): void {
    this.counted.set(what, (this.counted.get(what) ?? 0) + 1);
  }

  /** Adds what one row says; rows that contradict an earlier one replace it. */
  add(row: SeriesRow, text: string): void {
    const lengthMs = row.endMs - row.startMs;
    if (lengthMs > LONGEST_MS) {
      this.totals.push(row);
      return;
    }
    if (!LENGTHS_MS.includes(lengthMs) || row.startMs % lengthMs !== 0) {
      const value = `${formatInstant(row.startMs)} to ${formatInstant(row.endMs)}`;
      const expected = 'an interval of 1, 5, 10, 15, 30 or 60 minutes on a multiple of its length';
      this.reject({ line: row.line, value, expected }, text, 'wrong-resolution');
      return;
    }
    for (const direction of ['importMilliwattHours', 'exportMilliwattHours'] as const) {
      const energy = row[direction];
      if (energy === undefined || energy >= 0) continue;
      const expected = 'energy of 0 or more; import and export are gross, so none is negative';
      const column = direction === 'importMilliwattHours' ? 'import' : 'export';
      const value = `${energy / 1e6} kWh`;
      this.reject({ line: row.line, column, value, expected }, text, 'negative-energy');
      return;
    }
    this.enter(row);
  }

  private enter(row: SeriesRow): void {
    const point = this.pointOf(row.meteringPoint);
    point.hasImport ||= row.importMilliwattHours !== undefined;
    point.hasExport ||= row.exportMilliwattHours !== undefined;
    const key = `${row.startMs}/${row.endMs}`;
    const entry = point.entries.get(key);
    const quality = INTERVAL_QUALITIES.indexOf(row.quality);
    if (entry === undefined) {
      const { importMilliwattHours, exportMilliwattHours, line } = row;
      point.entries.set(key, { importMilliwattHours, exportMilliwattHours, quality, line });
      return;
    }
    const relation = compare(entry, row, quality);
    if (relation === 'same') {
      this.count('repeat an earlier row with equal values and count once');
      return;
    }
    if (relation === 'different') this.supersede(row, entry);
    entry.importMilliwattHours = row.importMilliwattHours ?? entry.importMilliwattHours;
    entry.exportMilliwattHours = row.exportMilliwattHours ?? entry.exportMilliwattHours;
    // Channels of one interval: the worse one speaks for both. A new version speaks for itself.
    entry.quality = relation === 'different' ? quality : Math.max(entry.quality, quality);
    entry.line = row.line;
  }

  private supersede(row: SeriesRow, entry: Entry): void {
    this.superseded.push({
      meteringPoint: row.meteringPoint,
      startMs: row.startMs,
      endMs: row.endMs,
      importMilliwattHours: entry.importMilliwattHours,
      exportMilliwattHours: entry.exportMilliwattHours,
      line: entry.line,
      byLine: row.line,
    });
  }

  private pointOf(id: string): Point {
    const known = this.points.get(id);
    if (known !== undefined) return known;
    const point = { entries: new Map<string, Entry>(), hasImport: false, hasExport: false };
    this.points.set(id, point);
    return point;
  }

  /** Everything that was read. @throws MeteringError `missing-interval` for a direction nobody gave. */
  finish(): ImportResult {
    this.completeDirections();
    if (this.untimed.length > 0) {
      this.note(
        `${this.untimed.length} readings have no known time: kept, but no interval uses them`,
      );
    }
    for (const [what, rows] of this.counted) this.note(`${rows} rows ${what}`);
    if (this.superseded.length > 0) {
      this.note(`${this.superseded.length} rows replace an earlier one with other values`);
    }
    return {
      format: this.format,
      columns: this.columns(),
      partial: this.partial,
      readings: [...this.readings].sort((a, b) => a.atMs - b.atMs),
      untimed: this.untimed,
      totals: this.periodTotals(),
      superseded: this.superseded,
      rejected: this.rejected,
      notes: this.notes,
    };
  }

  /** Equal totals of a period count once; they are sums to check by, so no version replaces another. */
  private periodTotals(): SeriesRow[] {
    const seen = new Set<string>();
    const kept = this.totals.filter((total) => {
      const { line: _line, ...content } = total;
      const key = JSON.stringify(content);
      return seen.has(key) ? false : seen.add(key);
    });
    if (kept.length > 0) {
      this.note(`${kept.length} rows are totals of more than an hour: to check by, not to settle`);
    }
    return kept.sort(
      (a, b) => a.startMs - b.startMs || compareIds(a.meteringPoint, b.meteringPoint),
    );
  }

  private completeDirections(): void {
    for (const [id, point] of this.points) {
      for (const direction of ['import', 'export'] as const) {
        if (direction === 'import' ? point.hasImport : point.hasExport) continue;
        if (![...point.entries.values()].some(({ quality }) => quality !== MISSING)) continue;
        if ((this.options.absentDirection ?? 'refuse') === 'refuse') {
          const expected = `${direction} of every interval; say that the point has no ${direction} register (absent direction: zero) if that is so`;
          this.refuse({ value: `no ${direction} for ${id}`, expected }, 'missing-interval');
        }
        this.note(`${id}: the file has no ${direction}; it was taken as 0 kWh throughout`);
        for (const entry of point.entries.values()) {
          if (direction === 'import') entry.importMilliwattHours = 0;
          else entry.exportMilliwattHours = 0;
        }
      }
    }
  }

  private columns(): Columns {
    const rows: { id: string; startMs: number; endMs: number; entry: Entry }[] = [];
    for (const [id, { entries }] of this.points) {
      for (const [key, entry] of entries) {
        const [startMs, endMs] = key.split('/').map(Number) as [number, number];
        rows.push({ id, startMs, endMs, entry });
      }
    }
    rows.sort((a, b) => a.startMs - b.startMs || compareIds(a.id, b.id) || a.endMs - b.endMs);
    const columns = new GrowingColumns(Math.max(1, rows.length));
    const index = new Map<string, number>();
    const line = new Int32Array(rows.length);
    for (const [at, { id, startMs, endMs, entry }] of rows.entries()) {
      if (!index.has(id)) index.set(id, columns.points.push(id) - 1);
      const known =
        entry.importMilliwattHours !== undefined && entry.exportMilliwattHours !== undefined;
      if (!known && entry.quality !== MISSING) {
        this.partial.push(partialRow(id, startMs, endMs, entry));
      }
      const missing = !known || entry.quality === MISSING;
      columns.point[at] = index.get(id) as number;
      columns.startMs[at] = startMs;
      columns.endMs[at] = endMs;
      columns.importMilliwattHours[at] = missing ? NaN : (entry.importMilliwattHours as number);
      columns.exportMilliwattHours[at] = missing ? NaN : (entry.exportMilliwattHours as number);
      columns.quality[at] = missing ? MISSING : entry.quality;
      line[at] = entry.line;
    }
    columns.rows = rows.length;
    if (this.partial.length > 0) {
      this.note(
        `${this.partial.length} intervals have one direction only where their point has both: marked missing`,
      );
    }
    return { ...columns.finish(this.options.file), line };
  }
}

function partialRow(
  meteringPoint: string,
  startMs: number,
  endMs: number,
  entry: Entry,
): SeriesRow {
  const { importMilliwattHours, exportMilliwattHours, line } = entry;
  const quality = INTERVAL_QUALITIES[entry.quality] ?? 'missing';
  return {
    meteringPoint,
    startMs,
    endMs,
    importMilliwattHours,
    exportMilliwattHours,
    quality,
    line,
  };
}

function compare(entry: Entry, row: SeriesRow, quality: number): 'same' | 'adds' | 'different' {
  let adds = false;
  for (const direction of ['importMilliwattHours', 'exportMilliwattHours'] as const) {
    const value = row[direction];
    if (value === undefined) continue;
    if (entry[direction] === undefined) adds = true;
    else if (entry[direction] !== value) return 'different';
  }
  if (adds) return 'adds';
  return entry.quality === quality ? 'same' : 'different';
}
