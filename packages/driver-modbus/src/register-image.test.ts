import { catalog, findProfile, modbusRelay, sunspecHybrid } from '@microgrid/catalog';
import {
  isRegisterPoint,
  pointSize,
  type Profile,
  type ProfileControl,
  type ProfileEncoding,
  type RegisterPoint,
} from '@microgrid/devices';
import { ModbusException } from '@microgrid/modbus';
import fc from 'fast-check';
import {
  controlWrites,
  decode,
  encodePoints,
  interpretControls,
  profileDecoder,
  wantedPoints,
  type ReadRegisters,
  type RegisterImage,
} from './index.js';
import { encodeRaw } from './point-encoder.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const registersOf =
  (image: RegisterImage): ReadRegisters =>
  (table, address, count) => {
    if (!image.has(table, address, count)) return undefined;
    const registers = image.read(table, address, count);
    return table === 'coil' || table === 'discrete' ? Array.from(registers, Boolean) : registers;
  };
const read = (profile: Profile, image: RegisterImage) => decode(profile, registersOf(image));

/** Raw numbers an encoding can hold, small and large ones alike. */
const raws: Record<Exclude<ProfileEncoding, 'string'>, fc.Arbitrary<number>> = {
  u16: fc.integer({ min: 0, max: 0xffff }),
  s16: fc.integer({ min: -0x8000, max: 0x7fff }),
  u32: fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 0xffff_ffff })),
  s32: fc.oneof(
    fc.integer({ min: -50_000, max: 50_000 }),
    fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  ),
  u64: fc.oneof(fc.integer({ min: 0, max: 1e7 }), fc.maxSafeNat()),
  s64: fc.oneof(fc.integer({ min: -1e7, max: 1e7 }), fc.maxSafeInteger()),
  f32: fc.oneof(
    fc.integer({ min: -5000, max: 5000 }).map((n) => n / 8),
    fc.float({ noNaN: true }),
  ),
  f64: fc.oneof(
    fc.integer({ min: -5000, max: 5000 }).map((n) => n / 8),
    fc.double({ noNaN: true }),
  ),
  bcd16: fc.integer({ min: 0, max: 9999 }),
  bcd32: fc.integer({ min: 0, max: 99_999_999 }),
  bit: fc.integer({ min: 0, max: 1 }),
};

/** Published points whose registers no other point has a part in. */
function pointsOfTheirOwn(profile: Profile): RegisterPoint[] {
  const all = profile.points.filter(isRegisterPoint);
  const directions = new Set(all.map(({ signFrom }) => signFrom?.point));
  return all.filter(
    (point) =>
      point.internal !== true &&
      point.encoding !== 'string' &&
      !directions.has(point.id) &&
      all.every(
        (other) =>
          other === point ||
          other.table !== point.table ||
          other.address + pointSize(other) <= point.address ||
          point.address + pointSize(point) <= other.address,
      ),
  );
}

let checked = 0;

describe.each(catalog.map((profile) => [profile.id, profile] as const))('%s', (_id, profile) => {
  const decodeAll = profileDecoder(profile);
  const readAll = (image: RegisterImage) => decodeAll(registersOf(image));
  const points = pointsOfTheirOwn(profile);
  const arbitrary = fc.record(
    Object.fromEntries(points.map(({ id, encoding }) => [id, raws[encoding as keyof typeof raws]])),
  );

  it('what registers decode to is encoded into registers that decode to the same', () => {
    let found = 0;
    fc.assert(
      fc.property(arbitrary, (shown) => {
        const device = encodePoints(profile, {});
        for (const { id, table, address, encoding, wordOrder } of points) {
          device.write(table, address, encodeRaw(encoding, shown[id] ?? 0, wordOrder));
        }
        const before = readAll(device);
        const twin = encodePoints(
          profile,
          Object.fromEntries(points.map(({ id }) => [id, before.get(id)?.value])),
        );
        const after = readAll(twin);
        for (const { id, encoding, unit, absolute } of points) {
          const [value, again] = [before.get(id)?.value, after.get(id)?.value];
          // What a sentinel or a bound took away has no value to give back.
          if (value === undefined) continue;
          // Its magnitude may be that of a sentinel, which is shown as the step beside it.
          if (absolute === true && after.get(id)?.value !== value) continue;
          found += 1;
          const float = encoding === 'f32' || encoding === 'f64';
          const relative = float ? 2 ** -22 : 1e-12;
          const rounding = unit === 'kWh' || unit === 'Wh' || unit === 'mWh' ? 1 : 1e-9;
          const off = Math.abs((again ?? NaN) - value);
          expect([id, value, off <= Math.abs(value) * relative + rounding]).toEqual([
            id,
            value,
            true,
          ]);
        }
      }),
      { numRuns: 12 * scale },
    );
    if (points.length > 0) expect(found).toBeGreaterThan(0);
    checked += found;
  });
});

it('the round trips above were tried on enough values', () => {
  expect(checked).toBeGreaterThan(catalog.length * 20);
});

const controls = catalog.flatMap((profile) =>
  profile.controls.map((control) => [profile.id, control.id, profile, control] as const),
);

it.each(controls)(
  '%s: %s reads back what was commanded',
  (_profile, _control, profile, control) => {
    const decodeAll = profileDecoder(profile);
    const readAll = (image: RegisterImage) => decodeAll(registersOf(image));
    const fresh = () => {
      const image = encodePoints(profile, {});
      const known = readAll(image);
      const missing = profile.points
        .filter(isRegisterPoint)
        .filter(({ id, encoding }) => wanted.has(id) && encoding !== 'string')
        .filter(({ id }) => (known.get(id)?.value ?? 0) === 0)
        .filter(({ unit }) => unit === 'W' || unit === 'A' || unit === 'VA');
      image.set(Object.fromEntries(missing.map(({ id, unit }) => [id, unit === 'A' ? 16 : 5000])));
      return image;
    };
    const wanted = wantedPoints(profile, profile.phases);
    let tried = 0;
    for (const command of commandsOf(control)) {
      const image = fresh();
      const known = readAll(image);
      const lookup = (id: string) => known.get(id)?.value;
      const plan = controlWrites(control.steps, command, lookup);
      if (!plan.ok) throw new Error(`${control.id} ${command}: ${plan.reason}`);
      for (const { table, address, values } of plan.writes) image.write(table, address, values);
      const found = Number(interpretControls(profile, image)[control.id]);
      const exact = control.unit === 'state' || control.unit === 'bool';
      const near = Math.abs(found - command) <= (exact ? 0 : Math.abs(command) * 0.01 + 1);
      expect([command, found, near]).toEqual([command, found, true]);
      const again = controlWrites(control.steps, found, lookup);
      expect(again).toEqual(plan);
      tried += 1;
    }
    expect(tried).toBeGreaterThan(1);
  },
);

function commandsOf({ unit, states, minimum }: ProfileControl): number[] {
  if (unit === 'state') return (states ?? []).map(({ value }) => value);
  if (unit === 'bool') return [0, 1];
  if (unit === 'A') return [6, 10, 16];
  const negative = typeof minimum === 'object' ? (minimum.factor ?? 1) < 0 : (minimum ?? 0) < 0;
  return [0, 100, 2500, 4600, ...(negative ? [-100, -700, -4600] : [])];
}

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
