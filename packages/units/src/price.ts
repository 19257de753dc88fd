import { formatScaled, parseScaled } from './decimal.js';
import { UnitsError } from './error.js';

/** A price as a whole number of millionths of a currency unit per kilowatt-hour: 0.25 EUR/kWh = 250,000. */
export type MicroPerKilowattHour = number;

/**
 * Reads a listed price, at most 6 decimals; it may be negative (day-ahead markets are, at times).
 * @throws UnitsError `not-a-number`, `too-fine` or `out-of-range`.
 */
export function parsePrice(text: string): MicroPerKilowattHour {
  const value = Number(parseScaled(text, 6, 'price per kWh'));
  if (Number.isSafeInteger(value)) return value;
  throw new UnitsError('out-of-range', `price per kWh: ${text} is too large to be exact`);
}

/** Prints a price with all its 6 decimals, as in `0.250000`. */
export function formatPrice(price: MicroPerKilowattHour): string {
  if (!Number.isSafeInteger(price)) {
    throw new UnitsError('out-of-range', `price: got ${price}, expected a whole number of micro`);
  }
  return formatScaled(BigInt(price), 6, 6);
}
