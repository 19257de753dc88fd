import { catalog } from './index.js';
import { identifies, registersOf } from './identity.test-data.js';

const identified = catalog.filter(({ identity }) => (identity?.match.length ?? 0) > 0);

/** A generic profile fits devices of other makers, by intention. */
const GENERIC = new Set(['SunSpec', 'generic']);

it.each(identified.map((profile) => [profile.id, profile] as const))(
  '%s is taken for itself and for no other device that has an identity',
  (_id, profile) => {
    for (const least of [true, false]) {
      const registers = registersOf(profile, least);
      expect(identifies(profile, registers)).toBe(true);
      const mistaken = identified
        .filter(
          (other) =>
            other.id !== profile.id &&
            !GENERIC.has(other.manufacturer) &&
            other.sameDeviceAs?.includes(profile.id) !== true &&
            identifies(other, registers),
        )
        .map(({ id }) => id);
      expect([profile.id, mistaken]).toEqual([profile.id, []]);
    }
  },
);

it('no device with an identity is recognised in one that shows nothing', () => {
  for (const profile of identified)
    expect([profile.id, identifies(profile, new Map())]).toEqual([profile.id, false]);
});

it('the same unit in another role is said on both sides, and exists', () => {
  for (const { id, sameDeviceAs = [] } of catalog) {
    for (const other of sameDeviceAs) {
      const found = catalog.find((candidate) => candidate.id === other);
      expect([id, other, found?.sameDeviceAs?.includes(id)]).toEqual([id, other, true]);
      expect(found?.transport.unit).toBe(catalog.find((one) => one.id === id)?.transport.unit);
    }
  }
});

it('a grid meter behind an inverter is never commanded, and measures power', () => {
  const meters = catalog.filter(({ roles }) => roles.includes('gridMeter'));
  expect(meters.length).toBeGreaterThan(15);
  for (const { id, controls, points } of meters) {
    expect([id, controls]).toEqual([id, []]);
    expect([id, points.some((point) => point.id === 'power')]).toEqual([id, true]);
  }
});

it('every inverter tells the power of its AC port, every hybrid PV and battery apart', () => {
  for (const { id, roles, points } of catalog) {
    const has = (name: string): boolean => points.some((point) => point.id === name);
    if (roles.some((role) => role.endsWith('Inverter'))) {
      expect([id, has('power')]).toEqual([id, true]);
    }
    if (roles.includes('hybridInverter')) {
      const dc = ['pvPower', 'batteryPower', 'stateOfCharge'].map(has);
      expect([id, ...dc]).toEqual([id, true, true, true]);
    }
  }
});

it('only profiles without registers of their own kind cannot be recognised', () => {
  const unrecognised = catalog
    .filter(({ identity }) => (identity?.match.length ?? 0) === 0)
    .map(({ id }) => id);
  expect(unrecognised).toEqual([
    'abb-terra-ac',
    'alfen-eve',
    'byd-battery-box',
    'eastron-sdm120',
    'eastron-sdm630',
    'fox-ess-h3',
    'fox-ess-h3-meter',
    'goodwe-et',
    'goodwe-et-meter',
    'growatt-hybrid',
    'growatt-hybrid-meter',
    'janitza-b23',
    'modbus-relay',
    'schneider-iem3155',
    'sg-ready-relay',
    'sma-hybrid',
    'sma-hybrid-meter',
    'solax-x1-x3',
    'solax-x1-x3-meter',
    'solis-hybrid',
    'solis-hybrid-meter',
    'victron-grid-meter',
    'victron-gx',
    'victron-gx-pv',
  ]);
});
