import { Decimal } from 'decimal.js';
import { UnitsError } from './error.js';

/**
 * How a decimal text finer than the unit is brought onto it:
 * to the nearest with ties to even, to the nearest with ties away from zero, or towards zero.
 */
export type Rounding = 'half-even' | 'half-away' | 'down';

// Precision and rounding are settings of a constructor, so the package keeps its own clone.
const Exact = Decimal.clone({ precision: 60, toExpNeg: -40, toExpPos: 40 });

const MODES = {
  'half-even': Decimal.ROUND_HALF_EVEN,
  'half-away': Decimal.ROUND_HALF_UP,
  down: Decimal.ROUND_DOWN,
} as const;

const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** The longest text accepted, so that every number fits the working precision. */
const MAX_CHARACTERS = 50;

/**
 * Reads a plain decimal text as an integer count of 10^-decimals.
 * @throws UnitsError `not-a-number` for anything but `-?digits[.digits]`;
 *   `too-fine` when digits beyond `decimals` are not zero and no rounding is named.
 */
export function parseScaled(
  text: string,
  decimals: number,
  what: string,
  rounding?: Rounding,
): bigint {
  if (!PLAIN_DECIMAL.test(text) || text.length > MAX_CHARACTERS) {
    throw new UnitsError(
      'not-a-number',
      `${what}: got ${JSON.stringify(text)}, expected a plain decimal number such as 12.345`,
    );
  }
  const scaled = new Exact(text).times(new Exact(10).pow(decimals));
  if (scaled.isInteger()) return BigInt(scaled.toFixed(0));
  if (rounding === undefined) {
    throw new UnitsError(
      'too-fine',
      `${what}: ${text} has more than ${decimals} decimals; give at most ${decimals} or name a rounding`,
    );
  }
  return BigInt(scaled.toDecimalPlaces(0, MODES[rounding]).toFixed(0));
}

/** Prints an integer count of 10^-scale exactly, with at least `minimumDecimals` digits after the point. */
export function formatScaled(value: bigint, scale: number, minimumDecimals = 0): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits
    .slice(digits.length - scale)
    .replace(/0+$/, '')
    .padEnd(minimumDecimals, '0');
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
