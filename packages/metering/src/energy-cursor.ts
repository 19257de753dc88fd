import { COMMA, KILOWATT_HOUR_DECIMALS, POINT, ZERO } from './csv-format.js';

/** More digits before the point may leave the safe integers: the careful reader decides. */
const MOST_WHOLE_DIGITS = 9;
const SCALES = Array.from(
  { length: KILOWATT_HOUR_DECIMALS + 1 },
  (_, decimals) => 10 ** (KILOWATT_HOUR_DECIMALS - decimals),
);

/** Reads energies where they stand in a row's bytes, one after the other. */
export class EnergyCursor {
  /** Behind the comma of the energy read last. */
  at = 0;
  /** Whether every energy read so far is spelled as the canonical writer spells it. */
  canonical = true;

  /** Whole mWh of a kWh text that ends with a comma. -1: unusual, and `at` stays where it was. */
  read(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    let value = 0;
    let digit = at < to ? (bytes[at] as number) - ZERO : -1;
    const leadingZero = digit === 0;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      at++;
      digit = at < to ? (bytes[at] as number) - ZERO : -1;
    }
    const whole = at - from;
    if (whole === 0 || whole > MOST_WHOLE_DIGITS || (leadingZero && whole > 1)) return -1;
    let decimals = 0;
    if (digit === POINT - ZERO) {
      const point = at++;
      digit = at < to ? (bytes[at] as number) - ZERO : -1;
      while (digit >= 0 && digit <= 9 && at - point <= KILOWATT_HOUR_DECIMALS) {
        value = value * 10 + digit;
        at++;
        digit = at < to ? (bytes[at] as number) - ZERO : -1;
      }
      decimals = at - point - 1;
      if (decimals === 0) return -1;
    }
    if (digit !== COMMA - ZERO) return -1;
    this.at = at + 1;
    // Three decimals, or six where the energy is no whole watt-hour.
    if (decimals !== 3 && !(decimals === KILOWATT_HOUR_DECIMALS && value % 1000 !== 0)) {
      this.canonical = false;
    }
    return value * (SCALES[decimals] as number);
  }
}
