import { parsePrice, type EpochMs, type MicroPerKilowattHour } from '@microgrid/units';
import type { Fraction } from '../number/fraction.js';
import { roundQuotient } from '../number/rounding.js';
import type { Tariff } from '../tariff.js';
import { TariffError } from '../tariff-error.js';
import type { PriceContext } from './price-table.js';
import { tariffTable } from './tariff-table.js';

const MINUTE_MS = 60_000;

/**
 * The price in force at an instant, in micro-currency per kWh. A composed price is rounded half-even
 * to 6 decimals (the named rounding point `price`).
 * @throws TariffError as {@link priceSeries}.
 */
export function priceAt(
  tariff: Tariff,
  timeZone: string,
  ms: EpochMs,
  context: PriceContext = {},
): MicroPerKilowattHour {
  const startMs = Math.floor(ms / MINUTE_MS) * MINUTE_MS;
  const endMs = startMs + MINUTE_MS;
  return priceSeries(tariff, timeZone, startMs, endMs, MINUTE_MS, context)[0] as number;
}

/**
 * The price of every interval of [startMs, endMs), in micro-currency per kWh; a composed price is
 * rounded half-even to 6 decimals (the named rounding point `price`).
 * On a day the clock changes, the wall clock still decides: a skipped hour's price is not used and a
 * repeated hour has its price twice.
 * @param context day-ahead prices and voltage level, for tariffs that need them.
 * @throws TariffError `bad-span`; `unaligned-period` when the price changes inside an interval;
 *   `missing-price` where a market price, a voltage level or a version is missing.
 */
export function priceSeries(
  tariff: Tariff,
  timeZone: string,
  startMs: EpochMs,
  endMs: EpochMs,
  resolutionMs: number,
  context: PriceContext = {},
): Float64Array {
  const { entries, index } = tariffTable(
    tariff,
    { startMs, endMs, resolutionMs, timeZone },
    context,
  );
  if (tariff.type === 'flat') return new Float64Array(index.length).fill(parsePrice(tariff.price));
  const micro = entries.map(({ price }) => microOf(price));
  return Float64Array.from(index, (entry) => micro[entry] as number);
}

/** A price in currency per kWh as micro-currency, half-even. */
function microOf({ numerator, denominator }: Fraction): MicroPerKilowattHour {
  const micro = Number(roundQuotient(numerator * 1_000_000n, denominator, 'half-even'));
  if (Number.isSafeInteger(micro)) return micro;
  throw new TariffError('bad-number', `price ${micro / 1e6} per kWh is too large to be exact`);
}
