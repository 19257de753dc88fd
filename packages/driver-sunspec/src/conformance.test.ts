import { describeDriver, driverChecks, type KitOptions, type KitRule } from '@microgrid/driver-kit';
import { driver } from './sunspec-driver.js';
import { VECTORS } from './vectors.test-data.js';

jest.setTimeout(60_000);

// The twin it ships: an inverter of IEEE 1547 with a battery, on every wire and under every fault.
describeDriver(driver);

/** What depends on the models of a device, and not on the wire. */
const BY_MODEL: readonly KitRule[] = [
  'manifest',
  'safety-table',
  'vectors',
  'round-trip',
  'absent',
  'no-write-at-start',
];
const OF_CONTROLS: readonly KitRule[] = [
  'commands',
  'read-back',
  'bounds',
  'refresh',
  'expiry',
  'release',
];

/** An accumulator of 0 is "not accumulated", so a counter begins above. */
const counters = ['importEnergy', 'exportEnergy', 'pvEnergy'].flatMap((name) =>
  ['', 'L1', 'L2', 'L3'].map((line) => [`${name}${line}`, [1_000_000, 60_000_000_000]] as const),
);
const ranges: KitOptions['ranges'] = {
  ...Object.fromEntries(counters),
  batteryChargeEnergy: [1_000_000, 60_000_000_000],
  batteryDischargeEnergy: [1_000_000, 60_000_000_000],
};

const of = (models: readonly number[]) => ({ twin: { models } });

const CONTROLLED: readonly (readonly [name: string, options: KitOptions])[] = [
  ['PV inverter', { config: of([1, 103, 120, 121, 123]), ranges, vectors: VECTORS }],
  ['PV inverter with strings', { config: { role: 'pvInverter' }, ranges }],
  ['battery inverter by model 704', { config: { role: 'batteryInverter' }, ranges }],
  ['hybrid by model 124', { config: of([1, 103, 120, 121, 122, 123, 160, 124]), ranges }],
  ['floating-point inverter', { config: of([1, 113, 120, 121, 123, 160]), ranges }],
  ['single-phase inverter', { config: of([1, 101, 120, 121, 123]), ranges }],
];

const READ_ONLY: readonly (readonly [name: string, options: KitOptions])[] = [
  ['single-phase DER', { config: { ...of([1, 701, 702]), phases: 1 }, ranges }],
  ['grid meter', { config: { role: 'gridMeter' }, ranges }],
  ['floating-point meter', { config: { role: 'meter', ...of([1, 213]) }, ranges }],
  ['battery', { config: of([1, 802, 803]), ranges }],
];

function check(options: KitOptions, rules: readonly KitRule[]): void {
  for (const { rule, name, skipped, run } of driverChecks(driver, options)) {
    if (rules.includes(rule) && skipped === undefined) it(`${rule}: ${name}`, run);
  }
}

describe.each(CONTROLLED)('driver sunspec, %s', (_, options) => {
  check(options, [...BY_MODEL, ...OF_CONTROLS]);
});

describe.each(READ_ONLY)('driver sunspec, %s', (_, options) => {
  check(options, BY_MODEL);
});
