import { formatScaled, parseScaled } from './decimal.js';
import type { MilliwattHours } from './energy.js';
import { UnitsError } from './error.js';
import type { MicroPerKilowattHour } from './price.js';

/**
 * Money as a whole number of 10^-12 currency units. It is the exact product of milliwatt-hours and
 * micro-currency per kilowatt-hour, so no price times energy is ever rounded before a statement line.
 */
export type Pico = bigint;

/** Pico in one cent. */
export const PICO_PER_CENT = 10_000_000_000n;

/** What an energy costs at a price, exactly. Positive energy at a positive price is positive. */
export function energyCost(energy: MilliwattHours | bigint, price: MicroPerKilowattHour): Pico {
  if (typeof energy === 'number' && !Number.isSafeInteger(energy)) {
    throw new UnitsError('out-of-range', `energy: got ${energy}, expected whole mWh`);
  }
  if (!Number.isSafeInteger(price)) {
    throw new UnitsError('out-of-range', `price: got ${price}, expected a whole number of micro`);
  }
  return BigInt(energy) * BigInt(price);
}

/** Rounds to a whole cent, half away from zero; the result is a multiple of {@link PICO_PER_CENT}. */
export function roundToCents(amount: Pico): Pico {
  const half = PICO_PER_CENT / 2n;
  const magnitude = amount < 0n ? -amount : amount;
  const cents = (magnitude + half) / PICO_PER_CENT;
  return (amount < 0n ? -cents : cents) * PICO_PER_CENT;
}

/** Prints an amount exactly, with at least `minimumDecimals` (default 2) decimals. */
export function formatMoney(amount: Pico, minimumDecimals = 2): string {
  return formatScaled(amount, 12, minimumDecimals);
}

/** Reads an amount of at most 12 decimals. @throws UnitsError `not-a-number` or `too-fine`. */
export function parseMoney(text: string): Pico {
  return parseScaled(text, 12, 'amount of money');
}
