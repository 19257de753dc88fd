import fc from 'fast-check';
import { readEnergy, readMeanKilowatts } from './energy-text.js';

test('decimals are read exactly, in every unit', () => {
  expect(readEnergy('0.001', 'kwh')).toEqual({ milliwattHours: 1000, rounded: false });
  expect(readEnergy('.5', 'wh')).toEqual({ milliwattHours: 500, rounded: false });
  expect(readEnergy('1.5e-3', 'mwh')).toEqual({ milliwattHours: 1_500_000, rounded: false });
  expect(readEnergy('9007199.254740991', 'mwh')?.milliwattHours).toBe(Number.MAX_SAFE_INTEGER - 0);
});

test('0.001 kW for a quarter-hour is 0.25 Wh', () => {
  expect(readMeanKilowatts('0.001', 15)).toEqual({ milliwattHours: 250, rounded: false });
});

test('what is finer than a milliwatt-hour is rounded half to even and says so', () => {
  expect(readEnergy('0.0000005', 'kwh')).toEqual({ milliwattHours: 0, rounded: true });
  expect(readEnergy('0.0000015', 'kwh')).toEqual({ milliwattHours: 2, rounded: true });
  expect(readEnergy('-0.0000025', 'kwh')).toEqual({ milliwattHours: -2, rounded: true });
});

test.each(['', '.', '-', 'abc', '1,5', '0x10', 'Infinity', '1e', '1 2'])(
  '%j is no number',
  (text) => {
    expect(readEnergy(text, 'kwh')).toBeUndefined();
  },
);

test('past 2^53 - 1 mWh nothing is read', () => {
  expect(readEnergy('9007199254.740992', 'kwh')).toBeUndefined();
});

test('every whole number of milliwatt-hours survives being written as kWh', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (energy) => {
      const digits = String(energy).padStart(7, '0');
      const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
      expect(readEnergy(text, 'kwh')).toEqual({ milliwattHours: energy, rounded: false });
    }),
  );
});
