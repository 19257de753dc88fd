import { formatScaled, parseScaled, type Rounding } from './decimal.js';
import { UnitsError } from './error.js';

/** Energy as a whole number of milliwatt-hours, a safe integer: 1 kWh = 1,000,000 mWh. */
export type MilliwattHours = number;

/** Milliwatt-hours in one kilowatt-hour. */
export const MILLIWATT_HOURS_PER_KILOWATT_HOUR = 1_000_000;

/** Checks that a number is a whole, safe number of milliwatt-hours (negative allowed) and returns it. */
export function milliwattHours(value: number, what = 'energy'): MilliwattHours {
  if (Number.isSafeInteger(value)) return value;
  throw new UnitsError(
    'out-of-range',
    `${what}: got ${value}, expected a whole number of mWh between -(2^53 - 1) and 2^53 - 1`,
  );
}

/**
 * Reads kilowatt-hours exactly into milliwatt-hours.
 * @param text plain decimal, at most 6 decimals unless `rounding` names how to treat finer values.
 * @throws UnitsError `not-a-number`, `too-fine` or `out-of-range`.
 */
export function parseKilowattHours(text: string, rounding?: Rounding): MilliwattHours {
  const value = Number(parseScaled(text, 6, 'energy in kWh', rounding));
  return milliwattHours(value, `energy of ${text} kWh`);
}

/** Prints milliwatt-hours as kilowatt-hours, exactly, with at least `minimumDecimals` (default 3) decimals. */
export function formatKilowattHours(energy: MilliwattHours | bigint, minimumDecimals = 3): string {
  const value = typeof energy === 'bigint' ? energy : BigInt(milliwattHours(energy));
  return formatScaled(value, 6, minimumDecimals);
}

/** Converts whole watt-hours, as most meters count, to milliwatt-hours. */
export function wattHours(value: number): MilliwattHours {
  return milliwattHours(value * 1000, `energy of ${value} Wh`);
}
