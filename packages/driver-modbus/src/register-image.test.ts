import { catalog, findProfile, modbusRelay, sunspecHybrid } from '@microgrid/catalog';
import { isRegisterPoint, pointDefinition, type Profile } from '@microgrid/devices';
import { ModbusException } from '@microgrid/modbus';
import fc from 'fast-check';
import { controlWrites, decode, encodePoints, interpretControls } from './index.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const read = (profile: Profile, image: ReturnType<typeof encodePoints>) =>
  decode(profile, (table, address, count) => {
    if (!image.has(table, address, count)) return undefined;
    const registers = image.read(table, address, count);
    return table === 'coil' ? Array.from(registers, Boolean) : registers;
  });

/** Values a device of this kind can show, by unit of the point. */
const plausible: Record<string, fc.Arbitrary<number>> = {
  W: fc.integer({ min: -9000, max: 9000 }),
  VA: fc.integer({ min: 0, max: 9000 }),
  var: fc.integer({ min: -3000, max: 3000 }),
  V: fc.integer({ min: 0, max: 2600 }).map((value) => value / 10),
  A: fc.integer({ min: 0, max: 32_000 }).map((value) => value / 1000),
  Hz: fc.integer({ min: 4500, max: 5500 }).map((value) => value / 100),
  '%': fc.integer({ min: 0, max: 10_000 }).map((value) => value / 100),
  // Whole Wh from 1: zero is "not implemented" in SunSpec accumulators.
  mWh: fc.integer({ min: 1, max: 16_000 }).map((value) => value * 1000),
  '°C': fc.integer({ min: -200, max: 900 }).map((value) => value / 10),
  ratio: fc.integer({ min: -100, max: 100 }).map((value) => value / 100),
  bool: fc.integer({ min: 0, max: 1 }),
};

/** How far a value may be off after a round trip through the registers of this catalogue. */
const tolerance: Record<string, number> = { A: 0.006, V: 0.51, mWh: 1000, W: 1 };

describe.each(catalog.map((profile) => [profile.id, profile] as const))('%s', (_id, profile) => {
  const points = profile.points.filter(isRegisterPoint).filter(({ internal }) => internal !== true);
  const arbitrary = fc.record(
    Object.fromEntries(
      points.map(({ id }) => {
        const unit = pointDefinition(id)?.unit ?? 'W';
        const positive = profile.id === 'keba-p30' && unit === 'W';
        const value = plausible[unit] ?? fc.constant(0);
        return [id, positive ? value.map(Math.abs) : value];
      }),
    ),
  );

  it('decoding what was encoded gives the same values', () => {
    fc.assert(
      fc.property(arbitrary, (values) => {
        const decoded = read(profile, encodePoints(profile, values));
        for (const [id, value] of Object.entries(values)) {
          const unit = pointDefinition(id)?.unit ?? 'W';
          const off = Math.abs((decoded[id] ?? NaN) - value);
          expect([id, value, off <= (tolerance[unit] ?? 0.001)]).toEqual([id, value, true]);
        }
      }),
      { numRuns: 30 * scale },
    );
  });

  it('a control reads back what was commanded', () => {
    const ratings = { ratedPower: 5000, maximumPower: 5000, chargeRating: 4600 };
    const own = Object.fromEntries(
      Object.entries(ratings).filter(([id]) => profile.points.some((point) => point.id === id)),
    );
    for (const control of profile.controls) {
      const commands = control.unit === 'A' ? [0, 6, 10.5, 16] : [0, 1, 250, 2500, 4600];
      const all = control.id === 'batteryPower' ? [...commands, -1, -777, -4600] : commands;
      for (const wanted of control.unit === 'bool' ? [0, 1] : all) {
        const image = encodePoints(profile, own);
        const lookup = (id: string) => read(profile, image)[id];
        const plan = controlWrites(control.steps, wanted, lookup);
        if (!plan.ok) throw new Error(plan.reason);
        for (const { table, address, values } of plan.writes) image.write(table, address, values);
        const found = Number(interpretControls(profile, image)[control.id]);
        expect([control.id, wanted, Math.abs(found - wanted) <= 0.5]).toEqual([
          control.id,
          wanted,
          true,
        ]);
      }
    }
  });
});

it('shows nothing as the sentinel of its type, and identity, texts and scale factors from the start', () => {
  const image = encodePoints(sunspecHybrid, {
    power: undefined,
    manufacturer: 'Acme',
    model: 'X1',
  });
  const decoded = read(sunspecHybrid, image);
  expect(decoded['power']).toBeUndefined();
  expect(decoded['exportEnergy']).toBeUndefined();
  expect([...image.read('holding', 40_000, 4)]).toEqual([0x5375, 0x6e53, 1, 65]);
  expect([...image.read('holding', 40_004, 2)]).toEqual([0x4163, 0x6d65]);
  expect([...image.read('holding', 40_343, 2)]).toEqual([124, 24]);
  expect([...image.read('holding', 40_369, 2)]).toEqual([0xffff, 0]);
  expect(decoded['storageRateSf']).toBe(-2);
});

it('a changed scale factor re-encodes the values shown with it', () => {
  const image = encodePoints(sunspecHybrid, { power: -40_000, powerSf: 1 });
  expect(read(sunspecHybrid, image)['power']).toBe(-40_000);
  image.set({ powerSf: 2 });
  expect(read(sunspecHybrid, image)['power']).toBe(-40_000);
  expect([...image.read('holding', 40_083, 2)]).toEqual([400, 2]);
});

it('out of range shows the nearest value, never a sentinel', () => {
  const image = encodePoints(sunspecHybrid, { power: 99_999 });
  expect(read(sunspecHybrid, image)['power']).toBe(32_767);
});

it('a second string that is not fitted is left out of the sum', () => {
  const shown = { string1Power: 2500, chargingPower: 0, dischargingPower: 300 };
  const one = encodePoints(sunspecHybrid, { ...shown, string2Power: undefined });
  expect(read(sunspecHybrid, one)).toMatchObject({ pvPower: -2500, batteryPower: -300 });
  const none = encodePoints(sunspecHybrid, { ...shown, string1Power: undefined });
  expect(read(sunspecHybrid, none)['pvPower']).toBeUndefined();
});

it('registers outside the device are refused with exception 2', () => {
  const image = encodePoints(modbusRelay, { switchState: 1 });
  expect([...image.read('coil', 0, 1)]).toEqual([1]);
  for (const touch of [
    () => image.read('coil', 0, 2),
    () => image.read('holding', 0, 1),
    () => {
      image.write('coil', 7, [true]);
    },
  ]) {
    expect(touch).toThrow(ModbusException);
  }
});

it('refuses names and kinds that have no registers', () => {
  const keba = findProfile('keba-p30');
  if (keba === undefined) throw new Error('no profile');
  expect(() => encodePoints(keba, { pvPower: 1 })).toThrow(/pvPower: expected a point/);
  expect(() => encodePoints(keba, { power: 'x' })).toThrow(/got "x", expected a number/);
  expect(() => encodePoints(sunspecHybrid, { batteryPower: 1 })).toThrow(/batteryPower/);
  expect(() => encodePoints(sunspecHybrid, { serial: 5 })).toThrow(/expected a text/);
});
