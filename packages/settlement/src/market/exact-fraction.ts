import { SettlementError } from '../settlement-error.js';

/** A ratio of whole numbers, the lower one above 0. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const FORM = /^(?:(\d{1,15})\/(\d{1,15})|(\d{1,3})(?:\.(\d{1,12}))?)$/;

/** Reads `"1/3"` or `"0.5"`. @throws SettlementError `bad-parameter` unless from 0 to 1. */
export function unitFraction(text: string, what: string): Fraction {
  const [, above, below, whole, decimals = ''] = FORM.exec(text) ?? [];
  const fraction =
    whole === undefined
      ? { numerator: BigInt(above ?? 1), denominator: BigInt(below ?? 0) }
      : { numerator: BigInt(whole + decimals), denominator: 10n ** BigInt(decimals.length) };
  if (fraction.denominator === 0n || fraction.numerator > fraction.denominator) {
    throw new SettlementError(
      'bad-parameter',
      `${what}: got ${JSON.stringify(text)}, expected a decimal or a fraction from 0 to 1, such as "0.5" or "1/3"`,
    );
  }
  return fraction;
}

/** The whole number nearest to a quotient, ties to the even one; the divisor is not 0. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const below = divisor < 0n ? -divisor : divisor;
  const above = divisor < 0n ? -dividend : dividend;
  let floor = above / below;
  if (floor * below > above) floor -= 1n;
  const twice = 2n * (above - floor * below);
  if (twice > below || (twice === below && floor % 2n !== 0n)) return floor + 1n;
  return floor;
}
