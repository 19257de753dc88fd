import type { IntervalQuality } from '@microgrid/events';
import { isUnitsError, type EpochMs } from '@microgrid/units';
import { readSheet } from 'read-excel-file/universal';
import { shown } from '../csv-row.js';
import { readMeanKilowatts } from './energy-text.js';
import {
  cellText,
  dateOf,
  findDeliveryPoint,
  findLayout,
  minuteOf,
  type Cell,
  type Layout,
  type ValueColumn,
} from './eredes-layout.js';
import type { ImportOptions } from './import-options.js';
import { LocalClock, RowOrder } from './local-clock.js';
import type { SeriesBuilder } from './series-builder.js';

const QUARTER_MS = 900_000;
const QUARTER_MINUTES = 15;

/** What {@link readEredesXlsx} can be told beside the file. */
export interface EredesOptions extends ImportOptions {
  /**
   * What `Hora` marks. Default `end`; a file that runs from 00:00 to 23:45 contradicts that and is
   * refused unless `start` or `end` is said outright.
   */
  readonly label?: 'start' | 'end';
  /**
   * Which columns are read: `meter` is what was measured at the installation, `booked` what the
   * operator books after sharing, for comparing with its books. Default `meter`.
   */
  readonly columns?: 'meter' | 'booked';
}

const QUALITIES: Readonly<Record<string, IntervalQuality>> = {
  real: 'measured',
  estimado: 'estimated',
};

type Rows = readonly (readonly Cell[])[];

async function sheetOf(bytes: Uint8Array, out: SeriesBuilder): Promise<Rows> {
  try {
    const copy = bytes.slice().buffer;
    // Numbers stay the text they are written as: no digit goes through floating point.
    const rows = await readSheet<string>(copy, 1, { parseNumber: (text) => text });
    return rows as unknown as Rows;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return out.refuse({ value: shown(message), expected: 'an .xlsx workbook' }, 'bad-header');
  }
}

/** The columns to read, one for each direction. */
function chosenColumns(
  { columns }: Layout,
  out: SeriesBuilder,
  options: EredesOptions,
): ValueColumn[] {
  const wanted = options.columns ?? 'meter';
  const chosen: ValueColumn[] = [];
  for (const direction of ['import', 'export'] as const) {
    const both = columns.filter((column) => column.direction === direction);
    const column = both.find(({ kind }) => kind === wanted) ?? both[0];
    if (column === undefined) continue;
    if (column.kind !== wanted) {
      out.note(
        wanted === 'meter'
          ? `${direction}: only "${column.title}" is there, what the operator books; it was taken for the meter's`
          : `${direction}: only "${column.title}" is there, what the meter measured`,
      );
    }
    chosen.push(column);
    for (const other of both) {
      if (other !== column) out.note(`column "${other.title}" was not read`);
    }
  }
  return chosen;
}

class EredesReader {
  private readonly clock: LocalClock;
  private readonly order = new RowOrder(QUARTER_MS);

  constructor(
    private readonly out: SeriesBuilder,
    private readonly layout: Layout,
    private readonly columns: readonly ValueColumn[],
    private readonly meteringPoint: string,
    private readonly label: 'start' | 'end',
  ) {
    this.clock = new LocalClock(out.options.timeZone ?? 'Europe/Lisbon');
  }

  row(row: readonly Cell[], line: number): void {
    const text = row.map(cellText).join(';');
    const date = dateOf(row[this.layout.dateAt]);
    const minute = minuteOf(row[this.layout.timeAt]);
    const reject = (column: 'Data' | 'Hora', cell: Cell | undefined, expected: string): void => {
      const value = shown(cellText(cell));
      this.out.reject(
        { line, column: `${letter(column, this.layout)}${line}`, value, expected },
        text,
      );
    };
    if (date === undefined) {
      reject('Data', row[this.layout.dateAt], 'a date as 2026/06/21');
      return;
    }
    if (minute === undefined || minute % QUARTER_MINUTES !== 0) {
      reject('Hora', row[this.layout.timeAt], 'a quarter-hour as 00:15');
      return;
    }
    const endMs = this.endOf(date, minute);
    if (endMs === undefined) {
      reject(
        'Hora',
        row[this.layout.timeAt],
        `a time that exists on ${date} in ${this.clock.timeZone}`,
      );
      return;
    }
    for (const column of this.columns) this.value(row, column, endMs, line, text);
  }

  private endOf(date: string, minute: number): EpochMs | undefined {
    try {
      const label = `${date} ${minute}`;
      if (this.label === 'end') {
        return this.order.choose(this.clock.endInstants(date, minute), label);
      }
      const startMs = this.order.choose(this.clock.instants(date, minute), label);
      return startMs === undefined ? undefined : startMs + QUARTER_MS;
    } catch (error) {
      if (isUnitsError(error)) return undefined;
      throw error;
    }
  }

  private value(
    row: readonly Cell[],
    column: ValueColumn,
    endMs: EpochMs,
    line: number,
    text: string,
  ): void {
    const { out } = this;
    const value = cellText(row[column.at]);
    const state = column.stateAt === undefined ? '' : cellText(row[column.stateAt]);
    const energy = readMeanKilowatts(value.replace(',', '.'), QUARTER_MINUTES);
    if (energy === undefined && value !== '') {
      const expected = 'the mean power of the quarter-hour in kW';
      const cell = `${columnLetter(column.at)}${line}`;
      out.reject({ line, column: cell, value: shown(value), expected }, text);
      return;
    }
    if (energy?.rounded === true) out.count('are finer than 1 mWh: rounded');
    const known = column.stateAt === undefined ? 'measured' : QUALITIES[state.toLowerCase()];
    if (energy !== undefined && known === undefined) {
      out.count(`have the unknown status ${JSON.stringify(state)}: estimated`);
    }
    const key = column.direction === 'import' ? 'importMilliwattHours' : 'exportMilliwattHours';
    out.add(
      {
        meteringPoint: this.meteringPoint,
        startMs: endMs - QUARTER_MS,
        endMs,
        [key]: energy?.milliwattHours,
        quality: energy === undefined ? 'missing' : (known ?? 'estimated'),
        line,
      },
      text,
    );
  }
}

function letter(title: 'Data' | 'Hora', { dateAt, timeAt }: Layout): string {
  return columnLetter(title === 'Data' ? dateAt : timeAt);
}

/** A, B, … Z, AA, … as spreadsheets name columns. */
function columnLetter(index: number): string {
  const rest = Math.floor(index / 26);
  return (rest > 0 ? columnLetter(rest - 1) : '') + String.fromCharCode(65 + (index % 26));
}

/** Labels that run from 00:00 to 23:45 mark starts, whatever the format says. */
function contradictsEnds(rows: Rows, { timeAt, headerRow }: Layout): boolean {
  const minutes = rows
    .slice(headerRow + 1)
    .filter((row) => row.some((cell) => cellText(cell) !== ''))
    .map((row) => minuteOf(row[timeAt]));
  return minutes.length > 1 && minutes[0] === 0 && minutes.at(-1) === 1425;
}

/**
 * Reads the consumption export of E-REDES: quarter-hours of mean power in kW on the clock of Lisbon,
 * `Hora` being the END; the repeated hour of autumn goes by the order of rows.
 * @throws (as a rejection) MeteringError naming row, cell, value and expectation.
 */
export async function readEredesXlsx(
  out: SeriesBuilder,
  bytes: Uint8Array,
  options: EredesOptions,
): Promise<void> {
  const rows = await sheetOf(bytes, out);
  const layout = findLayout(rows);
  if (layout === undefined) {
    const expected = 'a row with the titles Data and Hora on the first sheet';
    return out.refuse({ value: 'no such row', expected }, 'bad-header');
  }
  const { headerRow, ignored } = layout;
  const columns = chosenColumns(layout, out, options);
  if (columns.length === 0) {
    const value = shown(rows[headerRow]?.map(cellText).join(';') ?? '');
    const expected = 'a column of consumption or injection in kW';
    return out.refuse({ line: headerRow + 1, value, expected }, 'bad-header');
  }
  for (const title of ignored) out.note(`column "${title}" was not read`);
  const meteringPoint = options.meteringPoint ?? findDeliveryPoint(rows.slice(0, headerRow));
  if (meteringPoint === undefined) {
    const expected =
      'the code of the delivery point (CPE), or a metering point given for the import';
    return out.refuse({ value: 'no PT… code above the header', expected }, 'unknown-point');
  }
  if (options.label === undefined && contradictsEnds(rows, layout)) {
    const expected =
      'times that mark the END of quarter-hours (00:15 to 00:00); say which they mark (label: start or end)';
    return out.refuse({ value: 'a file from 00:00 to 23:45', expected }, 'misaligned-interval');
  }
  const reader = new EredesReader(out, layout, columns, meteringPoint, options.label ?? 'end');
  for (const [at, row] of rows.entries()) {
    if (at <= headerRow || row.every((cell) => cellText(cell) === '')) continue;
    reader.row(row, at + 1);
  }
}
