import * as fc from 'fast-check';
import {
  ABSENT,
  formatAmperes,
  formatDuration,
  formatEnergy,
  formatPercent,
  formatPower,
  formatPrice,
  formatSignedPower,
} from './format.js';

const plain = (text: string): string => text.replaceAll('\u202f', ' ').replaceAll('\u2212', '-');

describe('formatting for people', () => {
  test('an absent value is a dash and never a zero', () => {
    const printed = [
      formatPower(undefined),
      formatSignedPower(undefined),
      formatPercent(undefined),
      formatAmperes(undefined),
      formatEnergy(undefined),
      formatPrice(undefined, 'EUR'),
    ];
    expect(new Set(printed)).toEqual(new Set([ABSENT]));
  });

  test.each([
    [0, '0 W'],
    [-0.4, '0 W'],
    [999.4, '999 W'],
    [999.6, '1.00 kW'],
    [-1234, '1.23 kW'],
    [9994, '9.99 kW'],
    [9995, '10.0 kW'],
    [99_950, '100 kW'],
  ])('the magnitude of %d W is %s', (watts, text) => {
    expect(plain(formatPower(watts))).toBe(text);
  });

  test('power is within half of its last digit, whatever its size', () => {
    fc.assert(
      fc.property(fc.double({ min: -2e6, max: 2e6, noNaN: true }), (watts) => {
        const [number = '', unit] = plain(formatSignedPower(watts)).split(' ');
        const shown = Number(number) * (unit === 'kW' ? 1000 : 1);
        const decimals = number.split('.')[1]?.length ?? 0;
        const digit = (unit === 'kW' ? 1000 : 1) / 10 ** decimals;
        expect(Math.abs(shown - watts)).toBeLessThanOrEqual(digit / 2 + 1e-6);
        expect(number.replace(/\D/g, '').length).toBeLessThanOrEqual(4);
      }),
    );
  });

  test('a sign shows only in front of something', () => {
    expect(plain(formatSignedPower(-0.3))).toBe('0 W');
    expect(plain(formatSignedPower(-250))).toBe('-250 W');
    expect(plain(formatAmperes(-0.01))).toBe('0.0 A');
    expect(plain(formatAmperes(-6.25))).toBe('-6.3 A');
    expect(plain(formatPercent(72.6))).toBe('73 %');
  });

  test.each([
    ['0', '0.00 kWh'],
    ['4999', '0.00 kWh'],
    ['5000', '0.01 kWh'],
    ['2276000', '2.28 kWh'],
    ['-2276000', '-2.28 kWh'],
    ['99999999', '100.00 kWh'],
    ['100000000', '100.0 kWh'],
    ['90071992547409930000', '90071992547409.9 kWh'],
  ])('%s mWh is %s, beyond what a float holds too', (energy, text) => {
    expect(plain(formatEnergy(energy))).toBe(text);
  });

  test.each([
    [250_000, '0.25 EUR/kWh'],
    [184_300, '0.1843 EUR/kWh'],
    [0, '0.00 EUR/kWh'],
    [-12_345, '-0.012345 EUR/kWh'],
    [1_000_000, '1.00 EUR/kWh'],
  ])('a price of %d millionths is %s', (price, text) => {
    expect(plain(formatPrice(price, 'EUR'))).toBe(text);
  });

  test('no digit of a price is lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (price) => {
        const number = Number(plain(formatPrice(price, 'EUR')).split(' ')[0]);
        expect(Math.round(number * 1e6)).toBe(price === 0 ? 0 : price);
      }),
    );
  });

  test.each([
    [0, '0 s'],
    [-5, '0 s'],
    [59_999, '59 s'],
    [200_000, '3 min 20 s'],
    [18_420_000, '5 h 7 min'],
    [86_400_000, '1 d'],
  ])('%d ms is %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});
