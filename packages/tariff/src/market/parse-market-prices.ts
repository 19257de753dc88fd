import { isUnitsError, parseInstantLoose, parseResolution, type EpochMs } from '@microgrid/units';
import { TariffError, isTariffError } from '../tariff-error.js';
import { checkGaps, checkMarketDays, checkSteps } from './check-market-prices.js';
import { marketDay, unitOfDay, type MarketDay } from './market-day.js';
import { nanoOf, type MarketSeries } from './market-series.js';

/** How to read a file of day-ahead prices. */
export interface MarketPriceOptions {
  /** Name of the file for messages. Default `market prices`. */
  readonly source?: string;
  /** Name of the series in a file without a column `area`. Default `day-ahead`. */
  readonly name?: string;
  /**
   * Market time unit. Without it, it is the step between the rows, which then must not vary: a gap
   * cannot be told from a coarser unit.
   */
  readonly resolution?: 'PT15M' | 'PT30M' | 'PT60M';
  /** Time zone of market days, for files by `market_date` and `period`. Default {@link MARKET_TIME_ZONE}. */
  readonly timeZone?: string;
  /**
   * Names of the columns of a file in another form: the start in UTC, and one column of prices for
   * each series.
   */
  readonly columns?: { readonly start: string; readonly prices: Readonly<Record<string, string>> };
  /** `refuse` (default) a series with gaps, or `keep` them: pricing an instant in one then fails. */
  readonly gaps?: 'refuse' | 'keep';
}

/** A price of a file with the line it stands on. */
export interface MarketPriceRow {
  readonly line: number;
  readonly startMs: EpochMs;
  readonly nano: number;
}

type Cells = Readonly<Record<string, string>>;

/**
 * Reads day-ahead prices from CSV, in any order of rows. The header is either
 * `start,price_per_mwh` (start of the unit in UTC) or `market_date,period,price_per_mwh` (units of the
 * market day counted from 1), each with or without a column `area`; more columns are ignored.
 * @returns the series by name: the area, or the name given.
 * @throws TariffError `invalid-market-prices` naming file and line: a price that is no decimal, a unit
 *   twice, a unit the market day does not have, a day cut short, a gap.
 */
export function parseMarketPrices(
  text: string,
  options: MarketPriceOptions = {},
): Map<string, MarketSeries> {
  const source = options.source ?? 'market prices';
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const header = (lines[0] ?? '').split(',').map((name) => name.trim());
  const byDay = options.columns === undefined && header.includes('market_date');
  checkHeader(header, byDay, options, source);
  const rows = new Map<string, MarketPriceRow[]>();
  // A file by market day needs its unit before the first row can be placed.
  const unitMs = byDay ? dayUnit(lines, header, options, source) : undefined;
  const days = new Map<string, MarketDay>();
  const dayOf = (date: string): MarketDay => {
    const day = days.get(date) ?? marketDay(date, options.timeZone);
    days.set(date, day);
    return day;
  };
  for (const [index, lineText] of lines.entries()) {
    if (index === 0 || lineText.trim() === '') continue;
    const line = index + 1;
    inLine(source, line, () => {
      const cells = cellsOf(lineText, header);
      const startMs =
        unitMs === undefined
          ? parseInstantLoose(cells[options.columns?.start ?? 'start'] ?? '')
          : unitOfDay(dayOf(cells['market_date'] ?? ''), Number(cells['period']), unitMs);
      for (const [name, price] of pricesOf(cells, options)) {
        const list = rows.get(name) ?? [];
        rows.set(name, list);
        list.push({ line, startMs, nano: nanoOf(price) });
      }
    });
  }
  if (rows.size === 0) throw refusal(source, 'got no rows, expected prices');
  const series = new Map<string, MarketSeries>();
  for (const [name, list] of rows) {
    list.sort((a, b) => a.startMs - b.startMs);
    series.set(name, seriesOf(name, list, unitMs, days, options, source));
  }
  return series;
}

function seriesOf(
  name: string,
  rows: readonly MarketPriceRow[],
  unitMs: number | undefined,
  days: ReadonlyMap<string, MarketDay>,
  options: MarketPriceOptions,
  source: string,
): MarketSeries {
  const label = `${source}: series ${name}`;
  const given = options.resolution === undefined ? unitMs : parseResolution(options.resolution);
  const resolutionMs = checkSteps(rows, given, label);
  if (options.gaps !== 'keep') {
    if (unitMs !== undefined) checkMarketDays(rows, resolutionMs, days, label);
    checkGaps(rows, resolutionMs, label);
  }
  const startMs = rows[0]?.startMs ?? 0;
  const last = rows.at(-1)?.startMs ?? startMs;
  const nano = new Float64Array((last - startMs) / resolutionMs + 1).fill(Number.NaN);
  for (const row of rows) nano[(row.startMs - startMs) / resolutionMs] = row.nano;
  return { name, startMs, resolutionMs, nanoPerKilowattHour: nano };
}

function checkHeader(
  header: readonly string[],
  byDay: boolean,
  options: MarketPriceOptions,
  source: string,
): void {
  const wanted =
    options.columns === undefined
      ? [...(byDay ? ['market_date', 'period'] : ['start']), 'price_per_mwh']
      : [options.columns.start, ...Object.values(options.columns.prices)];
  const missing = wanted.filter((name) => !header.includes(name));
  if (missing.length === 0) return;
  throw refusal(
    `${source}:1`,
    `got columns ${header.join(', ')}, expected also ${missing.join(', ')}`,
  );
}

/** Quarter-hours where some day has more than 25 units, else hours; or what was said. */
function dayUnit(
  lines: readonly string[],
  header: readonly string[],
  options: MarketPriceOptions,
  source: string,
): number {
  if (options.resolution !== undefined) return parseResolution(options.resolution);
  const position = header.indexOf('period');
  let most = 0;
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const period = Number(line.split(',')[position]);
    if (!Number.isInteger(period)) {
      throw refusal(
        `${source}:${index + 1}`,
        `period: got ${line.split(',')[position] ?? 'none'}, expected a whole number from 1`,
      );
    }
    most = Math.max(most, period);
  }
  if (most <= 25) return 3_600_000;
  return most <= 50 ? 1_800_000 : 900_000;
}

function cellsOf(line: string, header: readonly string[]): Cells {
  const parts = line.split(',');
  if (parts.length !== header.length) {
    throw refusal('', `got ${parts.length} fields, expected ${header.length}`);
  }
  return Object.fromEntries(header.map((name, index) => [name, (parts[index] ?? '').trim()]));
}

function pricesOf(cells: Cells, options: MarketPriceOptions): [string, string][] {
  if (options.columns !== undefined) {
    return Object.entries(options.columns.prices).map(([name, column]) => [
      name,
      cells[column] ?? '',
    ]);
  }
  return [[cells['area'] ?? options.name ?? 'day-ahead', cells['price_per_mwh'] ?? '']];
}

function refusal(where: string, message: string): TariffError {
  return new TariffError('invalid-market-prices', where === '' ? message : `${where}: ${message}`);
}

/** Runs the reading of one line, whose errors then name file and line. */
function inLine(source: string, line: number, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!isTariffError(error) && !isUnitsError(error)) throw error;
    throw refusal(`${source}:${line}`, error.message);
  }
}
