import { formatInstant, formatKilowattHours } from '@microgrid/units';
import type { MeteringProblem } from '@microgrid/metering';

/** A row that was not used; what a reject file has of it. */
export interface Rejected extends MeteringProblem {
  /** The row as the file has it; what is longer than 65,536 characters is cut. */
  readonly text: string;
}

/** A row of which only an account is given. */
export interface ListedRow {
  readonly meteringPoint: string;
  readonly start: string;
  /** Absent for a register, which has one instant, or none. */
  readonly end?: string;
  readonly importKwh?: string;
  readonly exportKwh?: string;
  /** Where it stands, or what replaced it. */
  readonly where: string;
}

/** What reading the inputs came to; nothing that was read is in none of its lists. */
export interface ImportReport {
  readonly inputs: readonly { readonly file: string; readonly format: string }[];
  /** Rows written or judged. */
  rows: number;
  readonly points: Set<string>;
  readonly notes: string[];
  readonly superseded: ListedRow[];
  readonly partial: ListedRow[];
  readonly totals: ListedRow[];
  readonly untimed: ListedRow[];
  readonly rejected: Rejected[];
}

/** A report of nothing yet. */
export function emptyReport(): ImportReport & { inputs: { file: string; format: string }[] } {
  return {
    inputs: [],
    rows: 0,
    points: new Set(),
    notes: [],
    superseded: [],
    partial: [],
    totals: [],
    untimed: [],
    rejected: [],
  };
}

interface RowLike {
  readonly meteringPoint: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly importMilliwattHours?: number | undefined;
  readonly exportMilliwattHours?: number | undefined;
}

/** A row for the lists of a report. */
export function listed(row: RowLike, where: string): ListedRow {
  const { meteringPoint, startMs, endMs, importMilliwattHours, exportMilliwattHours } = row;
  const energy = (key: string, value: number | undefined): Record<string, string> =>
    value === undefined || Number.isNaN(value) ? {} : { [key]: formatKilowattHours(value) };
  return {
    meteringPoint,
    start: startMs === undefined ? '' : formatInstant(startMs),
    ...(endMs === undefined ? {} : { end: formatInstant(endMs) }),
    ...energy('importKwh', importMilliwattHours),
    ...energy('exportKwh', exportMilliwattHours),
    where,
  };
}

const SHOWN = 5;

function* list(title: string, lines: readonly string[]): Generator<string> {
  if (lines.length === 0) return;
  yield `${title}: ${lines.length}`;
  for (const line of lines.slice(0, SHOWN)) yield `  ${line}`;
  if (lines.length > SHOWN) yield `  and ${lines.length - SHOWN} more (--json lists all)`;
}

function rowText({ meteringPoint, start, end, importKwh, exportKwh, where }: ListedRow): string {
  const span = end === undefined ? start : `${start} to ${end}`;
  const energies = [
    importKwh === undefined ? '' : `import ${importKwh} kWh`,
    exportKwh === undefined ? '' : `export ${exportKwh} kWh`,
  ].filter((part) => part !== '');
  return `${[meteringPoint, span, ...energies].filter((part) => part !== '').join(' ')} (${where})`;
}

/** The report for people, line by line. */
export function* reportLines(report: ImportReport): Generator<string> {
  for (const { file, format } of report.inputs) yield `read ${file} (${format})`;
  yield `${report.rows} intervals of ${report.points.size} metering points`;
  yield* report.notes.map((note) => `note: ${note}`);
  yield* list('replaced by a later row', report.superseded.map(rowText));
  yield* list('one direction only, marked missing', report.partial.map(rowText));
  yield* list('totals of longer periods, not intervals', report.totals.map(rowText));
  yield* list('readings of unknown time, no interval', report.untimed.map(rowText));
  yield* list(
    'rejected',
    report.rejected.map(({ file, line, column, value, expected }) => {
      const where = [file, line, column].filter((part) => part !== undefined).join(':');
      return `${where}: got ${value}, expected ${expected}`;
    }),
  );
}

/** The report for programs. */
export function reportJson({ points, ...report }: ImportReport): Record<string, unknown> {
  return { ...report, points: [...points] };
}
