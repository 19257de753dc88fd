import { idField, INTERVAL_QUALITIES } from '@microgrid/events';
import { compareIds, formatInstant, RESOLUTION_MINUTES } from '@microgrid/units';
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
  /** Of each direction, for channels of one interval have their own; `missing` where there is none. */
  importQuality: number;
  exportQuality: number;
  file: string;
  line: number;
}

interface Point {
  readonly entries: Map<string, Entry>;
  hasImport: boolean;
  hasExport: boolean;
}

const REPEATED = 'repeat an earlier row with equal values and count once';
const MISSING = INTERVAL_QUALITIES.indexOf('missing');
const FIRST_MS = Date.UTC(1000, 0, 1);
const LAST_MS = Date.UTC(10_000, 0, 1) - 1;
const MINUTE_MS = 60_000;
/** A rejected row is kept as it stands; only what can be no row is cut. */
const LONGEST_TEXT = 65_536;
/** Interval lengths of the house. */
const LENGTHS_MS: readonly number[] = RESOLUTION_MINUTES.map((minutes) => minutes * MINUTE_MS);
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

  private readonly files: string[] = [];
  private readonly formats: string[] = [];
  private current: ImportOptions = { file: '' };

  /** Of the file being read. */
  get options(): ImportOptions {
    return this.current;
  }

  /** Begins a file, or goes back to one; what comes next stands in it. */
  begin(format: string, options: ImportOptions): void {
    if (!this.files.includes(options.file)) this.files.push(options.file);
    if (!this.formats.includes(format)) this.formats.push(format);
    this.current = options;
  }

  /** Refuses a row: throws, or lists it where reading is lenient. */
  reject(
    problem: Omit<MeteringProblem, 'file'>,
    text: string,
    code: MeteringErrorCode = 'malformed-row',
  ): void {
    const { file, lenient } = this.options;
    if (lenient !== true) throw new MeteringError(code, { file, ...problem });
    this.rejected.push({ file, ...problem, text: text.slice(0, LONGEST_TEXT) });
  }

  /** Refuses the whole file, lenient or not. @throws MeteringError always. */
  refuse(problem: Omit<MeteringProblem, 'file'>, code: MeteringErrorCode = 'malformed-row'): never {
    throw new MeteringError(code, { file: this.options.file, ...problem });
  }

  /** Says something of the whole import. */
  note(text: string): void {
    this.notes.push(`${this.current.file}: ${text}`);
  }

  /** Counts one of many rows of a kind; the sum becomes a note: `12 rows …`. */
  count(what: string): void {
    const key = JSON.stringify([this.current.file, what]);
    this.counted.set(key, (this.counted.get(key) ?? 0) + 1);
  }

  /** Adds what one row says; rows that contradict an earlier one replace it. */
  add(row: SeriesRow, text: string): void {
    if (!this.usable(row, text)) return;
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

  /** Ids, instants and energies that every output can carry. */
  private usable(
    { meteringPoint, startMs, endMs, line, ...row }: SeriesRow,
    text: string,
  ): boolean {
    if (!idField.safeParse(meteringPoint).success) {
      const expected = 'an id: a letter or digit, then up to 63 of A-Z a-z 0-9 . _ : -';
      this.reject({ line, column: 'metering point', value: shown(meteringPoint), expected }, text);
    } else if (!(startMs >= FIRST_MS && endMs <= LAST_MS && endMs > startMs)) {
      const value = `${startMs} to ${endMs} ms`;
      this.reject({ line, value, expected: 'a time in the years 1000 to 9999' }, text);
    } else if (![row.importMilliwattHours, row.exportMilliwattHours].every(isEnergy)) {
      const expected = 'an energy below 2^53 mWh (9 billion kWh)';
      this.reject({ line, value: shown(text), expected }, text);
    } else return true;
    return false;
  }

  private enter(row: SeriesRow): void {
    const point = this.pointOf(row.meteringPoint);
    point.hasImport ||= row.importMilliwattHours !== undefined;
    point.hasExport ||= row.exportMilliwattHours !== undefined;
    const key = `${row.startMs}/${row.endMs}`;
    const entry = point.entries.get(key);
    if (entry === undefined) {
      point.entries.set(key, this.entryOf(row));
      return;
    }
    if (!saysEnergy(entry)) {
      if (saysEnergy(row)) point.entries.set(key, this.entryOf(row));
      else this.count(REPEATED);
      return;
    }
    if (!saysEnergy(row)) {
      this.count('say `missing` where another row has the energy: the energy stands');
      return;
    }
    const next = this.entryOf(row);
    const relation = compare(entry, next);
    if (relation === 'same') {
      this.count(REPEATED);
      return;
    }
    if (relation === 'different') this.supersede(row, entry);
    if (next.importMilliwattHours !== undefined) {
      entry.importMilliwattHours = next.importMilliwattHours;
      entry.importQuality = next.importQuality;
    }
    if (next.exportMilliwattHours !== undefined) {
      entry.exportMilliwattHours = next.exportMilliwattHours;
      entry.exportQuality = next.exportQuality;
    }
    entry.file = next.file;
    entry.line = next.line;
  }

  private entryOf({ importMilliwattHours, exportMilliwattHours, quality, line }: SeriesRow): Entry {
    const { file } = this.current;
    const index = INTERVAL_QUALITIES.indexOf(quality);
    return {
      importMilliwattHours,
      exportMilliwattHours,
      importQuality: importMilliwattHours === undefined ? MISSING : index,
      exportQuality: exportMilliwattHours === undefined ? MISSING : index,
      file,
      line,
    };
  }

  private supersede(row: SeriesRow, entry: Entry): void {
    this.superseded.push({
      meteringPoint: row.meteringPoint,
      startMs: row.startMs,
      endMs: row.endMs,
      importMilliwattHours: entry.importMilliwattHours,
      exportMilliwattHours: entry.exportMilliwattHours,
      file: entry.file,
      line: entry.line,
      byFile: this.current.file,
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
    for (const [key, rows] of this.counted) {
      const [file, what] = JSON.parse(key) as [string, string];
      this.notes.push(`${file}: ${rows} rows ${what}`);
    }
    this.current = { ...this.current, file: this.files.join(' + ') };
    if (this.untimed.length > 0) {
      this.note(
        `${this.untimed.length} readings have no known time: kept, but no interval uses them`,
      );
    }
    if (this.superseded.length > 0) {
      this.note(`${this.superseded.length} rows replace an earlier one with other values`);
    }
    return {
      format: this.formats.join(' + '),
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
        if (![...point.entries.values()].some((entry) => qualityOf(entry) !== MISSING)) continue;
        if ((this.options.absentDirection ?? 'refuse') === 'refuse') {
          const expected = `${direction} of every interval; say that the point has no ${direction} register (absent direction: zero) if that is so`;
          this.refuse({ value: `no ${direction} for ${id}`, expected }, 'missing-interval');
        }
        this.note(`${id}: the file has no ${direction}; it was taken as 0 kWh throughout`);
        for (const entry of point.entries.values()) {
          if (direction === 'import') {
            entry.importMilliwattHours = 0;
            entry.importQuality = entry.exportQuality;
          } else {
            entry.exportMilliwattHours = 0;
            entry.exportQuality = entry.importQuality;
          }
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
      const quality = qualityOf(entry);
      if (!known && quality !== MISSING) {
        this.partial.push(partialRow(id, startMs, endMs, entry));
      }
      const missing = !known || quality === MISSING;
      columns.point[at] = index.get(id) as number;
      columns.startMs[at] = startMs;
      columns.endMs[at] = endMs;
      columns.importMilliwattHours[at] = missing ? NaN : (entry.importMilliwattHours as number);
      columns.exportMilliwattHours[at] = missing ? NaN : (entry.exportMilliwattHours as number);
      columns.quality[at] = missing ? MISSING : quality;
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

const isEnergy = (energy: number | undefined): boolean =>
  energy === undefined || Number.isSafeInteger(energy);

function partialRow(
  meteringPoint: string,
  startMs: number,
  endMs: number,
  entry: Entry,
): SeriesRow {
  const { importMilliwattHours, exportMilliwattHours, line } = entry;
  const quality = INTERVAL_QUALITIES[qualityOf(entry)] ?? 'missing';
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

/** Whether a row gives energy of a direction; `missing` gives none. */
function saysEnergy(
  row: Pick<SeriesRow, 'importMilliwattHours' | 'exportMilliwattHours'>,
): boolean {
  return row.importMilliwattHours !== undefined || row.exportMilliwattHours !== undefined;
}

/** Whether a later row says the same, more, or something else of an interval. */
function compare(entry: Entry, row: Entry): 'same' | 'adds' | 'different' {
  let adds = false;
  for (const [energy, quality] of [
    ['importMilliwattHours', 'importQuality'],
    ['exportMilliwattHours', 'exportQuality'],
  ] as const) {
    if (row[energy] === undefined) continue;
    if (entry[energy] === undefined) adds = true;
    else if (entry[energy] !== row[energy] || entry[quality] !== row[quality]) return 'different';
  }
  return adds ? 'adds' : 'same';
}

/** The worse channel speaks for both; a direction that is not there says nothing. */
function qualityOf({ importQuality, exportQuality }: Entry): number {
  if (importQuality === MISSING || exportQuality === MISSING) {
    return Math.min(importQuality, exportQuality);
  }
  return Math.max(importQuality, exportQuality);
}
