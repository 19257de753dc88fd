import type { IntervalQuality } from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';
import { shown } from '../csv-row.js';
import { readEnergy } from './energy-text.js';
import { existingDate, LocalClock, RowOrder } from './local-clock.js';
import type { SeriesBuilder } from './series-builder.js';
import { splitFields, textLines, textOf } from './text-lines.js';

const HOUR_MS = 3_600_000;

/** Columns by the names that Datadis and the distributors' own exports use; capitals, accents and underscores aside. */
const COLUMNS = {
  cups: ['cups'],
  date: ['fecha', 'date'],
  hour: ['hora', 'time'],
  import: ['consumo_kwh', 'consumo', 'ae_kwh', 'consumptionkwh'],
  export: ['energiavertida_kwh', 'as_kwh', 'surplusenergykwh', 'excedente_kwh'],
  method: ['metodoobtencion', 'real/estimado', 'obtainmethod'],
} as const;

/** A column's name without capitals, accents, blanks and underscores: exports differ in them. */
const plainName = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f\s_]/g, '');

type ColumnName = keyof typeof COLUMNS;

const QUALITIES: Readonly<Record<string, IntervalQuality>> = {
  real: 'measured',
  r: 'measured',
  estimada: 'estimated',
  estimado: 'estimated',
  e: 'estimated',
};

interface HourRow {
  readonly line: number;
  readonly text: string;
  readonly cups: string;
  readonly date: string;
  /** Label 1 to 25: the END of the hour. */
  readonly hour: number;
  readonly fields: readonly string[];
}

class DatadisReader {
  private readonly clock: LocalClock;
  private index = new Map<ColumnName, number>();
  private readonly orders = new Map<string, RowOrder>();

  constructor(private readonly out: SeriesBuilder) {
    this.clock = new LocalClock(out.options.timeZone ?? 'Europe/Madrid');
  }

  read(text: string): void {
    let separator = ';';
    const days = new Map<string, HourRow[]>();
    for (const { text: row, line } of textLines(text)) {
      if (row.trim() === '') continue;
      if (this.index.size === 0) {
        separator = row.includes(';') ? ';' : ',';
        this.header(splitFields(row, separator), line);
        continue;
      }
      const hour = this.hourRow(splitFields(row, separator), row, line);
      if (hour === undefined) continue;
      const key = `${hour.cups}/${hour.date}`;
      days.set(key, [...(days.get(key) ?? []), hour]);
    }
    if (this.index.size === 0) this.header([], 1);
    if (days.size === 0) {
      const expected = 'rows after the header';
      this.out.refuse({ line: 1, value: 'no row', expected }, 'outside-data');
    }
    for (const rows of days.values()) this.day(rows);
  }

  private header(fields: readonly string[], line: number): void {
    const names = fields.map(plainName);
    for (const [name, spellings] of Object.entries(COLUMNS)) {
      const at = names.findIndex((each) =>
        spellings.some((spelling) => plainName(spelling) === each),
      );
      if (at >= 0) this.index.set(name as ColumnName, at);
    }
    const needed = ['cups', 'date', 'hour', 'import'] as const;
    const missing = needed.filter((name) => !this.index.has(name));
    if (missing.length === 0) return;
    const value = fields.length === 0 ? 'an empty file' : shown(fields.join(';'));
    const expected = `a header with cups;fecha;hora;consumo_kWh (lacking: ${missing.map((name) => COLUMNS[name][0]).join(', ')})`;
    this.out.refuse({ line, value, expected }, 'bad-header');
  }

  private hourRow(fields: string[], text: string, line: number): HourRow | undefined {
    const field = (name: ColumnName): string => fields[this.index.get(name) ?? -1] ?? '';
    const cups = field('cups');
    const wanted = this.out.options.meteringPoint;
    if (wanted !== undefined && wanted !== cups) {
      this.out.count(`belong to another metering point than ${wanted}`);
      return undefined;
    }
    const date = isoDate(field('date'));
    const hour = /^(\d{1,2})(?::00)?$/.exec(field('hour'))?.[1];
    const reject = (column: string, value: string, expected: string): void => {
      this.out.reject({ line, column, value: shown(value), expected }, text);
    };
    if (!/^[A-Za-z0-9]{1,64}$/.test(cups)) reject('cups', cups, 'a CUPS code');
    else if (date === undefined) {
      reject('fecha', field('date'), 'a date as 2026/06/21 or 21/06/2026');
    } else if (hour === undefined || Number(hour) < 1 || Number(hour) > 25) {
      reject('hora', field('hour'), 'the end of an hour, 01:00 to 24:00 (25 in October)');
    } else return { line, text, cups, date, hour: Number(hour), fields };
    return undefined;
  }

  /** One day of one point: its labels count the hours, or follow the clock and skip or repeat one. */
  private day(rows: readonly HourRow[]): void {
    const [first] = rows as readonly [HourRow];
    const hours = this.clock.lengthMinutes(first.date) / 60;
    const labels = new Set(rows.map(({ hour }) => hour));
    // 1..23 or 1..25 without hole or repetition on a day of that length: counted, not read off a clock.
    const counted =
      hours !== 24 &&
      labels.size === hours &&
      Math.max(...labels) === hours &&
      rows.length >= hours;
    const order = this.orders.get(first.cups) ?? new RowOrder(HOUR_MS);
    this.orders.set(first.cups, order);
    for (const row of rows) {
      const candidates = counted
        ? [this.clock.startOf(row.date) + row.hour * HOUR_MS]
        : row.hour > 24
          ? []
          : this.clock.endInstants(row.date, row.hour * 60);
      const endMs = order.choose(candidates, `${row.date} ${row.hour}`);
      if (endMs === undefined) {
        const value = `${row.date} ${row.hour}:00`;
        const expected = `an hour that this day of ${hours} hours has`;
        this.out.reject({ line: row.line, column: 'hora', value, expected }, row.text);
      } else this.emit(row, endMs);
    }
  }

  private emit(row: HourRow, endMs: EpochMs): void {
    const { line, text, fields } = row;
    const energy = (name: 'import' | 'export'): number | undefined | 'wrong' => {
      const at = this.index.get(name);
      const value = at === undefined ? '' : (fields[at] ?? '');
      if (value === '') return undefined;
      const read = readEnergy(value.replace(',', '.'), 'kwh');
      if (read?.rounded === true) this.out.count('are finer than 1 mWh: rounded');
      if (read !== undefined) return read.milliwattHours;
      const column = COLUMNS[name][0];
      this.out.reject({ line, column, value: shown(value), expected: 'kWh as a decimal' }, text);
      return 'wrong';
    };
    const imported = energy('import');
    const exported = imported === 'wrong' ? undefined : energy('export');
    if (imported === 'wrong' || exported === 'wrong') return;
    const method = (fields[this.index.get('method') ?? -1] ?? '').toLowerCase();
    const quality = QUALITIES[method];
    if (quality === undefined) {
      this.out.count(`have the unknown method ${JSON.stringify(method)}: estimated`);
    }
    this.out.add(
      {
        meteringPoint: row.cups,
        startMs: endMs - HOUR_MS,
        endMs,
        importMilliwattHours: imported,
        exportMilliwattHours: exported,
        quality:
          imported === undefined && exported === undefined ? 'missing' : (quality ?? 'estimated'),
        line,
      },
      text,
    );
  }
}

function isoDate(text: string): string | undefined {
  const year = /^(\d{4})[/-](\d{2})[/-](\d{2})$/.exec(text);
  const day = /^(\d{2})[/-](\d{2})[/-](\d{4})$/.exec(text);
  const parts = year?.slice(1) ?? day?.slice(1).reverse();
  return parts && existingDate(parts.join('-'));
}

/**
 * Reads the hourly consumption CSV of Datadis and of the Spanish distributors: the label 01:00..24:00
 * is the END of the hour, on the clock of Madrid unless another zone is given.
 * @throws MeteringError naming line, column, value and expectation.
 */
export function readDatadis(out: SeriesBuilder, bytes: Uint8Array): void {
  new DatadisReader(out).read(textOf(bytes));
}
