import fc from 'fast-check';
import {
  addFractions,
  compareFractions,
  divideFractions,
  fraction,
  multiplyFractions,
  parseFraction,
  picoOf,
  subtractFractions,
} from './fraction.js';
import { formatFraction, ROUNDING_MODES, roundFraction, roundingSchema } from './rounding.js';

const fractions = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 9n }))
  .map(([numerator, denominator]) => fraction(numerator, denominator));

describe('roundFraction', () => {
  test.each([
    ['0.125', '0.12', '0.13', '0.13', '0.12'],
    ['0.135', '0.14', '0.14', '0.14', '0.13'],
    ['-0.125', '-0.12', '-0.12', '-0.13', '-0.12'],
    ['-0.135', '-0.14', '-0.13', '-0.14', '-0.13'],
    ['-0.1251', '-0.13', '-0.13', '-0.13', '-0.12'],
    ['0.005', '0.00', '0.01', '0.01', '0.00'],
    ['2', '2.00', '2.00', '2.00', '2.00'],
  ])('of %s is half-even %s, half-up %s, half-away %s, down %s', (text, ...expected) => {
    const rounded = ROUNDING_MODES.map((mode) =>
      formatFraction(roundFraction(parseFraction(text), { decimals: 2, mode }), 2),
    );
    expect(rounded.map((one) => one.replace('-0.00', '0.00'))).toEqual(expected);
  });

  test('moves by at most half a unit, keeps what is round, and never changes order', () => {
    fc.assert(
      fc.property(
        fractions,
        fractions,
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom(...ROUNDING_MODES),
        (a, b, decimals, mode) => {
          const step = { decimals, mode };
          const rounded = roundFraction(a, step);
          expect(roundFraction(rounded, step)).toEqual(rounded);
          expect(() => picoOf(rounded)).not.toThrow();
          const moved = subtractFractions(rounded, a);
          const size = fraction(
            moved.numerator < 0n ? -moved.numerator : moved.numerator,
            moved.denominator,
          );
          const unit = fraction(1, 10n ** BigInt(decimals));
          const bound = mode === 'down' ? unit : multiplyFractions(unit, fraction(1, 2));
          expect(compareFractions(size, bound)).toBeLessThanOrEqual(0);
          if (compareFractions(a, b) <= 0) {
            expect(compareFractions(rounded, roundFraction(b, step))).toBeLessThanOrEqual(0);
          }
        },
      ),
    );
  });

  test('refuses VAT before the point of the net', () => {
    const rounding = { point: 'total', decimals: 2, mode: 'half-even', vat: 'line' };
    expect(roundingSchema.safeParse(rounding).success).toBe(false);
    expect(roundingSchema.safeParse({ ...rounding, point: 'line', vat: 'category' }).success).toBe(
      true,
    );
  });
});

describe('fractions', () => {
  test('are a field', () => {
    fc.assert(
      fc.property(fractions, fractions, fractions, (a, b, c) => {
        expect(addFractions(a, b)).toEqual(addFractions(b, a));
        expect(multiplyFractions(a, addFractions(b, c))).toEqual(
          addFractions(multiplyFractions(a, b), multiplyFractions(a, c)),
        );
        expect(addFractions(subtractFractions(a, b), b)).toEqual(a);
        if (b.numerator !== 0n) expect(multiplyFractions(divideFractions(a, b), b)).toEqual(a);
      }),
    );
  });

  test('refuse a denominator of 0 and an amount finer than 12 decimals', () => {
    expect(() => fraction(1, 0)).toThrow(/denominator is 0/);
    expect(() => picoOf(fraction(1, 3))).toThrow(/finer than 12 decimals/);
  });
});
