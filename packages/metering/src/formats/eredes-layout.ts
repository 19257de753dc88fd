import { existingDate } from './local-clock.js';

/** One column of values with the status column to its right. */
export interface ValueColumn {
  readonly title: string;
  readonly at: number;
  /** Column of its `Estado`; absent where the sheet has none. */
  readonly stateAt: number | undefined;
  readonly direction: 'import' | 'export';
  /** `meter` is what the meter measured at the installation, `booked` what the operator books after sharing. */
  readonly kind: 'meter' | 'booked';
}

/** Where things stand in the sheet. */
export interface Layout {
  readonly headerRow: number;
  readonly dateAt: number;
  readonly timeAt: number;
  readonly columns: readonly ValueColumn[];
  /** Titles of further columns, which are not read. */
  readonly ignored: readonly string[];
}

/** A cell as the sheet has it: numbers as their text. */
export type Cell = string | boolean | Date | null;

/** A cell as text, without blanks around it. */
export const cellText = (cell: Cell | undefined): string =>
  typeof cell === 'string' ? cell.trim() : cell instanceof Date ? cell.toISOString() : '';

/** Lower case without accents, for titles that come in both spellings. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

function valueColumn(
  title: string,
  at: number,
  stateAt: number | undefined,
): ValueColumn | undefined {
  const name = plain(title);
  if (/kvar|reativ/.test(name)) return undefined;
  const exported = /inje|export|produ|geracao/.test(name);
  if (!exported && !/consum|import|potencia|energia|ativa/.test(name)) return undefined;
  return {
    title,
    at,
    stateAt,
    direction: exported ? 'export' : 'import',
    kind: /registad/.test(name) ? 'booked' : 'meter',
  };
}

/** Finds the header: the row that holds both `Data` and `Hora`. */
export function findLayout(rows: readonly (readonly Cell[])[]): Layout | undefined {
  for (const [headerRow, row] of rows.entries()) {
    const titles = row.map((cell) => plain(cellText(cell)));
    const dateAt = titles.indexOf('data');
    const timeAt = titles.indexOf('hora');
    if (dateAt < 0 || timeAt < 0) continue;
    const columns: ValueColumn[] = [];
    const ignored: string[] = [];
    for (const [at, title] of titles.entries()) {
      if (at === dateAt || at === timeAt || title === '' || title === 'estado') continue;
      const stateAt = titles[at + 1] === 'estado' ? at + 1 : undefined;
      const column = valueColumn(cellText(row[at]), at, stateAt);
      if (column === undefined) ignored.push(cellText(row[at]));
      else columns.push(column);
    }
    return { headerRow, dateAt, timeAt, columns, ignored };
  }
  return undefined;
}

/** The delivery point's code (CPE) that stands above the header, if it does. */
export function findDeliveryPoint(rows: readonly (readonly Cell[])[]): string | undefined {
  for (const row of rows) {
    for (const cell of row) {
      const match = /PT\d{16}[A-Z]{2}/.exec(cellText(cell).replaceAll(/\s/g, '').toUpperCase());
      if (match !== null) return match[0];
    }
  }
  return undefined;
}

/** A date cell as `YYYY-MM-DD`: a text `2026/06/21`, or a date of the spreadsheet. */
export function dateOf(cell: Cell | undefined): string | undefined {
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  const text = cellText(cell);
  const year = /^(\d{4})[/-](\d{2})[/-](\d{2})$/.exec(text);
  const day = /^(\d{2})[/-](\d{2})[/-](\d{4})$/.exec(text);
  const parts = year?.slice(1) ?? day?.slice(1).reverse();
  return parts && existingDate(parts.join('-'));
}

/** A time cell as minutes after midnight, 0 to 1440: a text `HH:MM`, or a time of the spreadsheet. */
export function minuteOf(cell: Cell | undefined): number | undefined {
  if (cell instanceof Date) return cell.getUTCHours() * 60 + cell.getUTCMinutes();
  const text = cellText(cell);
  const match = /^(\d{1,2}):(\d{2})(?::00)?$/.exec(text);
  if (match !== null) {
    const minute = Number(match[1]) * 60 + Number(match[2]);
    return Number(match[2]) < 60 && minute <= 1440 ? minute : undefined;
  }
  // A time without a date format is a fraction of the day.
  if (!/^0?\.\d+$|^0$|^[01]$/.test(text)) return undefined;
  const minute = Number(text) * 1440;
  return Math.abs(minute - Math.round(minute)) < 1e-3 ? Math.round(minute) : undefined;
}
