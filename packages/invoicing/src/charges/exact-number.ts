import { formatFraction, fraction, parseFraction, sumFractions } from '@microgrid/tariff';
import type { Fraction } from '@microgrid/tariff';

/**
 * An exact number as text: a decimal where there is one, else `numerator/denominator` in lowest terms,
 * as shares of a VAT block are.
 */
export function exactNumber({ numerator, denominator }: Fraction): string {
  let rest = denominator;
  let decimals = 0;
  for (; rest % 10n === 0n; decimals++) rest /= 10n;
  const prime = rest % 2n === 0n ? 2n : 5n;
  for (; rest % prime === 0n; decimals++) rest /= prime;
  if (rest !== 1n) return `${numerator}/${denominator}`;
  return formatFraction({ numerator, denominator }, decimals);
}

/** The number that {@link exactNumber} wrote. @throws TariffError for another text. */
export function readExactNumber(text: string): Fraction {
  const [numerator = '', denominator] = text.split('/');
  if (denominator === undefined) return parseFraction(numerator);
  return fraction(BigInt(numerator), BigInt(denominator));
}

/** The sum of numbers that {@link exactNumber} wrote, in the same way. */
export function sumExactNumbers(texts: readonly string[]): string {
  return exactNumber(sumFractions(texts.map(readExactNumber)));
}
