import { parseRatio, type Pico } from '@microgrid/units';
import { TariffError } from '../tariff-error.js';

/**
 * An exact rational number, in lowest terms with a positive denominator. Composed prices, prorated
 * fees and percentages stay fractions until the contract's named rounding point.
 */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Zero as a fraction. */
export const ZERO: Fraction = { numerator: 0n, denominator: 1n };
/** One as a fraction. */
export const ONE: Fraction = { numerator: 1n, denominator: 1n };

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The fraction numerator / denominator in lowest terms. @throws TariffError `bad-number` for a denominator of 0. */
export function fraction(numerator: bigint | number, denominator: bigint | number = 1n): Fraction {
  const [n, d] = [BigInt(numerator), BigInt(denominator)];
  if (d === 0n) throw new TariffError('bad-number', 'fraction: the denominator is 0');
  const divisor = greatestCommonDivisor(n, d) * (d < 0n ? -1n : 1n);
  return { numerator: n / divisor, denominator: d / divisor };
}

/**
 * Reads a plain decimal of at most 12 decimals exactly.
 * @throws UnitsError `not-a-number` or `too-fine`; TariffError `bad-number` for what is no text: a number
 *   may have lost digits before it came here.
 */
export function parseFraction(text: string): Fraction {
  if (typeof text !== 'string') {
    throw new TariffError(
      'bad-number',
      `number: got ${String(text)} (${typeof text}), expected a decimal as text, such as "6.9"`,
    );
  }
  const { numerator, scale } = parseRatio(text);
  return fraction(numerator, 10n ** BigInt(scale));
}

/** The exact sum. */
export function addFractions(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === b.denominator) return fraction(a.numerator + b.numerator, a.denominator);
  return fraction(
    a.numerator * b.denominator + b.numerator * a.denominator,
    a.denominator * b.denominator,
  );
}

/** The exact difference a - b. */
export function subtractFractions(a: Fraction, b: Fraction): Fraction {
  return addFractions(a, { numerator: -b.numerator, denominator: b.denominator });
}

/** The exact product. */
export function multiplyFractions(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** The exact quotient a / b. @throws TariffError `bad-number` where b is 0. */
export function divideFractions(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** Below 0, 0 or above 0 as a is less than, equal to or greater than b. */
export function compareFractions(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The exact sum of a list, 0 for none. */
export function sumFractions(values: Iterable<Fraction>): Fraction {
  let sum = ZERO;
  for (const value of values) sum = addFractions(sum, value);
  return sum;
}

/**
 * An amount in currency units as 10^-12 units, which it must be exactly.
 * @throws TariffError `bad-number` for an amount that was not rounded to 12 decimals or fewer.
 */
export function picoOf(amount: Fraction): Pico {
  const scaled = amount.numerator * 1_000_000_000_000n;
  if (scaled % amount.denominator === 0n) return scaled / amount.denominator;
  throw new TariffError(
    'bad-number',
    `amount ${amount.numerator}/${amount.denominator}: finer than 12 decimals; round it first`,
  );
}
