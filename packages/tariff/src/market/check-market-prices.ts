import { formatInstant } from '@microgrid/units';
import { TariffError } from '../tariff-error.js';
import type { MarketDay } from './market-day.js';
import type { MarketPriceRow } from './parse-market-prices.js';

const UNITS_MS: readonly number[] = [900_000, 1_800_000, 3_600_000];

/**
 * The unit of rows in order of time, once no unit is there twice and none is off the clock.
 */
export function checkSteps(
  rows: readonly MarketPriceRow[],
  given: number | undefined,
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
  }
  return unitMs;
}

/** No unit between the first and the last is without a price. */
export function checkGaps(rows: readonly MarketPriceRow[], unitMs: number, label: string): void {
  for (const [index, row] of rows.entries()) {
    const before = rows[index - 1];
    const missing = before === undefined ? 0 : (row.startMs - before.startMs) / unitMs - 1;
    if (before === undefined || missing === 0) continue;
    throw refusal(
      `${label}: got ${missing} units without a price before line ${row.line}, expected a price from ${formatInstant(before.startMs + unitMs)} on; a gap is no price of 0`,
    );
  }
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

/**
 * Every market day that rows are in is there from its first unit to its last: 23, 24 or 25 hours.
 * @param days all days of the file, each by its date.
 */
export function checkMarketDays(
  rows: readonly MarketPriceRow[],
  unitMs: number,
  days: ReadonlyMap<string, MarketDay>,
  label: string,
): void {
  const order = [...days.values()].sort((a, b) => a.startMs - b.startMs);
  let row = 0;
  for (const { date, startMs, endMs, hours } of order) {
    const first = row;
    while ((rows[row]?.startMs ?? Infinity) < endMs) row++;
    const count = row - first;
    const wanted = (endMs - startMs) / unitMs;
    if (count === 0 || count === wanted) continue;
    throw refusal(
      `${label}: market day ${date}: got ${count} prices, expected ${wanted}: the day has ${hours} hours`,
    );
  }
}

function refusal(message: string): TariffError {
  return new TariffError('invalid-market-prices', message);
}
