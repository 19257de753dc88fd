import { divideFractions, fraction, type Fraction } from '@microgrid/tariff';
import { NotUnderstood } from './case-error.js';
import type { Json } from './json.js';

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * An exact number from a decimal, with or without exponent, from a fraction or a percentage; else
 * nothing. Of a JSON number the 15 digits count that every binary fraction keeps, so that
 * 0.30000000000000004 is 0.3.
 */
export function exactNumber(value: Json | undefined): Fraction | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const isBinary = typeof value === 'number' && !Number.isInteger(value);
  const text = isBinary ? value.toPrecision(15) : String(value).trim();
  if (text.endsWith('%')) {
    const percent = exactNumber(text.slice(0, -1));
    return percent && divideFractions(percent, fraction(100));
  }
  const [above, below, ...more] = text.split('/');
  if (below !== undefined && above !== undefined && more.length === 0) {
    const [upper, lower] = [exactNumber(above), exactNumber(below)];
    const whole = upper !== undefined && lower !== undefined && lower.numerator !== 0n;
    return whole ? divideFractions(upper, lower) : undefined;
  }
  const [, sign, digits = '', decimals = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (digits + decimals === '') return undefined;
  const size = fraction(BigInt(digits + decimals), 10n ** BigInt(decimals.length));
  const power = 10n ** BigInt(Math.abs(Number(exponent)));
  const scaled =
    Number(exponent) < 0
      ? fraction(size.numerator, size.denominator * power)
      : fraction(size.numerator * power, size.denominator);
  return sign === '-' ? fraction(-scaled.numerator, scaled.denominator) : scaled;
}

/** As {@link exactNumber}. @throws NotUnderstood for anything else. */
export function numberOf(value: Json | undefined, what: string): Fraction {
  const found = exactNumber(value);
  if (found !== undefined) return found;
  throw new NotUnderstood(`${what}: ${JSON.stringify(value)} is no number`);
}

/** A number times 10^6 as a safe integer: mWh of kWh, micro of a price. @throws NotUnderstood when finer. */
export function millionths(value: Json | Fraction | undefined, what: string): number {
  const exact = isFraction(value) ? value : numberOf(value, what);
  const scaled = exact.numerator * 1_000_000n;
  const whole = Number(scaled / exact.denominator);
  if (scaled % exact.denominator === 0n && Number.isSafeInteger(whole)) return whole;
  throw new NotUnderstood(`${what}: ${decimalText(exact)} is no safe number of millionths`);
}

/** Millionths back as a number: kWh of mWh. */
export function ofMillionths(value: number | bigint): Fraction {
  return fraction(BigInt(value), 1_000_000n);
}

/** Whether a value is an exact number. */
export function isFraction(value: unknown): value is Fraction {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { numerator?: unknown }).numerator === 'bigint'
  );
}

/** A number as a decimal where it has one of at most 30 decimals, else as a fraction. */
export function decimalText({ numerator, denominator }: Fraction): string {
  for (let decimals = 0; decimals <= 30; decimals++) {
    const scaled = numerator * 10n ** BigInt(decimals);
    if (scaled % denominator !== 0n) continue;
    const size = scaled / denominator;
    const digits = (size < 0n ? -size : size).toString().padStart(decimals + 1, '0');
    const whole = digits.slice(0, digits.length - decimals);
    const rest = digits.slice(digits.length - decimals);
    return `${size < 0n ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
  }
  return `${numerator}/${denominator}`;
}
