import { COMMA, KILOWATT_HOUR_DECIMALS, POINT, ZERO } from './csv-format.js';

/** More digits before the point may leave the safe integers: the careful reader decides. */
const MOST_WHOLE_DIGITS = 9;
const MWH_PER_WATT_HOUR = 1000;
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

  /**
   * Whole mWh of a kWh text that ends with a comma. -1: unusual, and `at` stays where it was.
   * @param view of the same bytes.
   */
  read(bytes: Uint8Array, view: DataView, from: number, to: number): number {
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
      const wattHours = at + 5 <= to ? threeDigitsAndComma(view.getUint32(at + 1)) : -1;
      if (wattHours >= 0) {
        this.at = at + 5;
        return (value * 1000 + wattHours) * MWH_PER_WATT_HOUR;
      }
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
    if (
      decimals !== 3 &&
      !(decimals === KILOWATT_HOUR_DECIMALS && value % MWH_PER_WATT_HOUR !== 0)
    ) {
      this.canonical = false;
    }
    return value * (SCALES[decimals] as number);
  }
}

/**
 * The number that four bytes spell as three digits and a comma, which is how nearly every energy ends;
 * -1: they do not.
 */
function threeDigitsAndComma(word: number): number {
  const digits = (word >>> 8) ^ 0x303030;
  // Adding 0x76 sets the highest bit of whatever is above 9.
  const isOther = ((digits + 0x767676) | digits) & 0x808080;
  if ((word & 0xff) !== COMMA || isOther !== 0) return -1;
  return (digits >>> 16) * 100 + ((digits >>> 8) & 0xf) * 10 + (digits & 0xf);
}
