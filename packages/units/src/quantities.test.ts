import fc from 'fast-check';
import {
  energyCost,
  formatKilowattHours,
  formatMoney,
  formatPrice,
  formatRatio,
  milliwattHours,
  numeratorAt,
  parseKilowattHours,
  parseMoney,
  parsePrice,
  parseRatio,
  PICO_PER_CENT,
  roundToCents,
  wattHours,
} from './index.js';

const safe = fc.maxSafeInteger();

describe('energy, price, money and ratio', () => {
  it('print and read back exactly', () => {
    fc.assert(
      fc.property(safe, (value) => {
        expect(parseKilowattHours(formatKilowattHours(value))).toBe(value === 0 ? 0 : value);
        expect(parsePrice(formatPrice(value))).toBe(value === 0 ? 0 : value);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (amount) => {
        expect(parseMoney(formatMoney(amount))).toBe(amount);
      }),
    );
  });

  it('prints in the field’s usual form', () => {
    expect(formatKilowattHours(2_276_000)).toBe('2.276');
    expect(formatKilowattHours(250)).toBe('0.00025');
    expect(formatKilowattHours(-5)).toBe('-0.000005');
    expect(formatKilowattHours(10n ** 20n)).toBe('100000000000000.000');
    expect(formatPrice(250_000)).toBe('0.250000');
    expect(formatPrice(-1)).toBe('-0.000001');
    expect(formatMoney(12_345_678_900_000n)).toBe('12.3456789');
    expect(formatRatio(parseRatio('0.2500'))).toBe('0.25');
    expect(wattHours(3)).toBe(3000);
  });

  it('multiplies energy and price without rounding', () => {
    fc.assert(
      fc.property(safe, safe, (energy, price) => {
        expect(energyCost(energy, price)).toBe(BigInt(energy) * BigInt(price));
      }),
    );
    expect(formatMoney(energyCost(parseKilowattHours('1'), parsePrice('0.25')))).toBe('0.25');
  });

  it('refuses what is finer than the unit unless a rounding is named', () => {
    expect(() => parseKilowattHours('0.0000005')).toThrow(/more than 6 decimals/);
    expect(parseKilowattHours('0.0000005', 'half-even')).toBe(0);
    expect(parseKilowattHours('0.0000015', 'half-even')).toBe(2);
    expect(parseKilowattHours('-0.0000005', 'half-away')).toBe(-1);
    expect(parseKilowattHours('0.0000019', 'down')).toBe(1);
    expect(() => parsePrice('0.1234567')).toThrow(/more than 6 decimals/);
    expect(() => parseRatio('0.1234567890123')).toThrow(/more than 12 decimals/);
    expect(parseKilowattHours('1.2000000')).toBe(1_200_000);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '1,5',
    '1e3',
    '+1',
    '.5',
    '5.',
    '01',
    '0x10',
    'NaN',
    'Infinity',
    '--1',
    '１',
  ])('refuses %p as a number, naming it', (text) => {
    expect(() => parseKilowattHours(text)).toThrow(JSON.stringify(text));
  });

  it('refuses energies and prices that are not safe whole numbers', () => {
    expect(() => parseKilowattHours('9007199254.740993')).toThrow(/2\^53/);
    expect(() => milliwattHours(0.5)).toThrow(/whole number of mWh/);
    expect(() => parsePrice('9007199254.740993')).toThrow(/too large/);
    expect(() => energyCost(0.5, 1)).toThrow(/whole mWh/);
    expect(() => energyCost(1, 0.5)).toThrow(/whole number of micro/);
    expect(() => formatPrice(0.5)).toThrow(/whole number of micro/);
  });

  it('rounds to the cent half away from zero, within half a cent and odd-symmetric', () => {
    expect(roundToCents(5_000_000_000n)).toBe(PICO_PER_CENT);
    expect(roundToCents(-5_000_000_000n)).toBe(-PICO_PER_CENT);
    expect(roundToCents(4_999_999_999n)).toBe(0n);
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), (amount) => {
        const rounded = roundToCents(amount);
        const difference = rounded - amount;
        expect(rounded % PICO_PER_CENT).toBe(0n);
        expect((difference < 0n ? -difference : difference) * 2n <= PICO_PER_CENT).toBe(true);
        expect(roundToCents(-amount)).toBe(-rounded);
      }),
    );
  });

  it('aligns ratios on a common denominator', () => {
    expect(numeratorAt(parseRatio('0.25'), 6)).toBe(250_000n);
    expect(parseRatio('1')).toEqual({ numerator: 1n, scale: 0 });
  });
});
