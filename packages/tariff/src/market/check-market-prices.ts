import { formatInstant } from '@microgrid/units';
import { TariffError } from '../tariff-error.js';
import { marketDay, marketPeriod } from './market-day.js';
import type { MarketPriceRow } from './parse-market-prices.js';

const UNITS_MS: readonly number[] = [900_000, 1_800_000, 3_600_000];

/**
 * The unit of rows in order of time, once no unit is there twice, none is off the clock and none is
 * missing (unless gaps are kept).
 */
export function checkSteps(
  rows: readonly MarketPriceRow[],
  given: number | undefined,
  keepGaps: boolean,
  label: string,
): number {
  const unitMs = given ?? smallestStep(rows);
  if (!UNITS_MS.includes(unitMs)) {
    throw refusal(
      `${label}: got steps of ${unitMs / 60_000} minutes, expected 15, 30 or 60; name the resolution`,
    );
  }
  for (const [index, row] of rows.entries()) {
    if (row.startMs % unitMs !== 0) {
      throw refusal(
        `${label}: line ${row.line}: got ${formatInstant(row.startMs)}, expected the start of a unit of ${unitMs / 60_000} minutes`,
      );
    }
    const before = rows[index - 1];
    if (before === undefined) continue;
    if (before.startMs === row.startMs) {
      throw refusal(
        `${label}: lines ${before.line} and ${row.line}: got ${formatInstant(row.startMs)} twice, expected each unit once; local times repeat in the autumn hour, so give UTC`,
      );
    }
    const missing = (row.startMs - before.startMs) / unitMs - 1;
    if (missing === 0 || keepGaps) continue;
    throw refusal(
      `${label}: got ${missing} units without a price before line ${row.line}, expected a price from ${formatInstant(before.startMs + unitMs)} on; a gap is no price of 0`,
    );
  }
  return unitMs;
}

function smallestStep(rows: readonly MarketPriceRow[]): number {
  let smallest = 3_600_000;
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    const step = before === undefined ? 0 : row.startMs - before.startMs;
    if (step > 0 && step < smallest) smallest = step;
  }
  return smallest;
}

/** Every market day is there from its first unit to its last, 23, 24 or 25 hours. */
export function checkMarketDays(
  rows: readonly MarketPriceRow[],
  unitMs: number,
  timeZone: string,
  label: string,
): void {
  const units = new Map<string, number>();
  for (const { startMs } of rows) {
    const { date } = marketPeriod(startMs, unitMs, timeZone);
    units.set(date, (units.get(date) ?? 0) + 1);
  }
  for (const [date, count] of units) {
    const { startMs, endMs, hours } = marketDay(date, timeZone);
    const wanted = (endMs - startMs) / unitMs;
    if (count === wanted) continue;
    throw refusal(
      `${label}: market day ${date}: got ${count} prices, expected ${wanted}: the day has ${hours} hours`,
    );
  }
}

function refusal(message: string): TariffError {
  return new TariffError('invalid-market-prices', message);
}
