import {
  parseProfile,
  pointSize,
  type Profile,
  type ProfileEncoding,
  type RegisterPoint,
} from '@microgrid/devices';
import fc from 'fast-check';
import { decode, encodePoints, profileDecoder } from './index.js';
import { compilePoint } from './point-decoder.js';
import { encodePoint } from './point-encoder.js';
import { TwinBench } from './twin-bench.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const register = (changes: Partial<RegisterPoint>): RegisterPoint => ({
  id: 'power',
  table: 'holding',
  address: 0,
  encoding: 'u16',
  unit: 'W',
  sign: 1,
  rate: 'high',
  ...changes,
});

const encodings = [
  'u16',
  's16',
  'u32',
  's32',
  'u64',
  's64',
  'f32',
  'f64',
  'bcd16',
  'bcd32',
] as const satisfies ProfileEncoding[];

const words = fc.integer({ min: 0, max: 0xffff });

describe.each(
  encodings.flatMap((encoding) =>
    (['big', 'little'] as const).map((order) => [encoding, order] as const),
  ),
)('%s, %s word first', (encoding, wordOrder) => {
  it('registers that hold a value are what the value is encoded into, bit by bit', () => {
    let held = 0;
    const point = register({ encoding, wordOrder });
    const decodeOne = compilePoint(point, 0);
    const count = pointSize(point);
    const digits = fc.integer({ min: 0, max: 9999 }).map((n) => parseInt(String(n), 16));
    const cell = encoding.startsWith('bcd') ? fc.oneof(digits, digits, words) : words;
    // Half of the 64-bit ones are small enough for a number to hold them exactly.
    const cells = fc.array(cell, { minLength: count, maxLength: count }).map((all) => {
      const wide = encoding === 'u64' || encoding === 's64';
      if (!wide || (all[0] ?? 0) % 2 === 0) return all;
      const top = wordOrder === 'big' ? 0 : count - 1;
      return all.map((one, index) => (index === top ? one % 32 : one));
    });
    fc.assert(
      fc.property(cells, (registers) => {
        const value = decodeOne(registers, undefined);
        // NaN, infinities, digits above 9 and what a number cannot hold exactly.
        if (value === undefined) return;
        held += 1;
        const again = [...Array.from(encodePoint(point, value))];
        // Minus zero is zero.
        if (value === 0) expect(decodeOne(again, undefined)).toBe(0);
        else expect(again).toEqual(registers);
      }),
      { numRuns: 200 * scale },
    );
    expect(held).toBeGreaterThan(30);
  });

  it('scaled, shifted, turned and by a power of ten, a value comes back within one step', () => {
    const exponents = fc.integer({ min: -4, max: 4 });
    const scales = fc.constantFrom(1, 0.1, 0.01, 0.001, 10, 0.5, 1.7);
    const raws =
      encoding.startsWith('bcd') || encoding.startsWith('u')
        ? fc.nat(9999)
        : fc.integer({ min: -9999, max: 9999 });
    fc.assert(
      fc.property(
        raws,
        exponents,
        scales,
        fc.constantFrom(1 as const, -1 as const),
        fc.integer({ min: -50, max: 50 }),
        (raw, exponent, factor, sign, offset) => {
          const point = register({
            encoding,
            wordOrder,
            scale: factor,
            sign,
            offset,
            scaleFrom: 'sf',
          });
          const decodeOne = compilePoint(point, 0);
          const value = decodeOne(encodePoint(register({ encoding, wordOrder }), raw), exponent);
          const again = decodeOne(encodePoint(point, value, exponent), exponent);
          const step = encoding.startsWith('f')
            ? Math.abs(value ?? 0) * 2 ** -20 + 1e-6
            : 1e-6 * (1 + Math.abs(value ?? 0));
          expect(Math.abs((again ?? NaN) - (value ?? NaN))).toBeLessThanOrEqual(step);
        },
      ),
      { numRuns: 60 * scale },
    );
  });
});

describe('sentinels', () => {
  it('by point in hexadecimal, by type for the whole profile; a point may declare that it has none', () => {
    const profile = profileOf(
      [
        register({ id: 'power', address: 0, encoding: 's16' }),
        register({ id: 'powerL1', address: 1, encoding: 's16', absent: [] }),
        register({ id: 'powerL2', address: 2, encoding: 'f32', absent: ['7F7FFFFF'] }),
        register({
          id: 'powerL3',
          address: 4,
          encoding: 'f32',
          wordOrder: 'little',
          absent: ['FFFFFF7F'],
        }),
      ],
      { sentinels: { s16: [-32768, 'FFFF'] } },
    );
    const read = (registers: number[]) =>
      decode(profile, (_table, address, count) => registers.slice(address, address + count));
    expect(read([0x8000, 0x8000, 0x7f7f, 0xffff, 0xffff, 0xff7f])).toEqual({ powerL1: -32_768 });
    expect(read([0xffff, 0xffff, 0, 0, 0, 0])).toEqual({ powerL1: -1, powerL2: 0, powerL3: 0 });
    expect([...encodePoints(profile, {}).read('holding', 0, 6)]).toEqual([
      0x8000, 0, 0x7f7f, 0xffff, 0xffff, 0xff7f,
    ]);
  });

  it('-1, 32768 and 2^31 - 1 are values where nothing else was declared', () => {
    const profile = profileOf([
      register({ id: 'power', address: 0, encoding: 's16' }),
      register({ id: 'powerL1', address: 1, encoding: 'u16' }),
      register({ id: 'powerL2', address: 2, encoding: 's32' }),
    ]);
    expect(decode(profile, () => [0xffff, 0x8000, 0x7fff, 0xffff])).toEqual({
      power: -1,
      powerL1: 32_768,
      powerL2: 2_147_483_647,
    });
  });
});

function profileOf(points: Profile['points'], changes: Partial<Profile> = {}): Profile {
  return parseProfile({
    schema: 'microgrid/profile/1',
    id: 'made',
    manufacturer: 'Made',
    models: ['M'],
    roles: ['meter'],
    phases: 3,
    transport: { kinds: ['tcp'], unit: 1 },
    points,
    controls: [],
    sources: [{ title: 'made up' }],
    confidence: 'verified',
    vectors: [],
    ...changes,
  });
}

describe('points in words', () => {
  const profile = profileOf(
    [
      register({
        id: 'state',
        internal: true,
        unit: 'count',
        enum: { '3': 'charging', '4': 'fault' },
      }),
      register({
        id: 'flags',
        internal: true,
        unit: 'count',
        address: 1,
        encoding: 'u32',
        bits: { '0': 'earth fault', '31': 'over-temperature' },
      }),
      register({
        id: 'mode',
        internal: true,
        unit: 'count',
        address: 3,
        bitMask: 0x0f00,
        enum: { '2': 'eco' },
      }),
      register({
        id: 'serial',
        internal: true,
        unit: 'text',
        address: 4,
        encoding: 'string',
        count: 3,
      }),
      register({ id: 'power', address: 7 }),
    ],
    { identity: { match: [], serial: 'serial' } },
  );
  // Internal points are decoded where something wants them.
  const wanting = profileOf(
    [
      ...profile.points.map((point) => ({ ...point })),
      { id: 'dcPower', unit: 'W', sum: ['state', 'flags', 'mode'].map((point) => ({ point })) },
    ],
    { identity: { match: [], serial: 'serial' } },
  );

  it('names a state, every bit that is set, and a text without its padding', () => {
    const read = profileDecoder(wanting);
    const found = read(() => [3, 0x8000, 0x0003, 0x0200, 0x4142, 0x4320, 0x0000, 5]);
    expect(found.get('state')).toEqual({ value: 3, text: 'charging', raw: [3] });
    expect(found.get('flags')?.text).toBe('earth fault, bit 1, over-temperature');
    expect(found.get('mode')).toEqual({ value: 2, text: 'eco', raw: [0x200] });
    expect(found.get('serial')?.text).toBe('ABC');
    expect(read(() => [9, 0, 0, 0, 0, 0, 0, 5]).get('state')?.text).toBe('unknown (9)');
  });
});

describe('a direction kept apart from its amount', () => {
  const profile = profileOf(
    [
      register({
        id: 'batteryPower',
        encoding: 'u16',
        signFrom: { point: 'direction', minus: [1] },
      }),
      register({ id: 'direction', internal: true, unit: 'count', address: 1, absent: [0xffff] }),
    ],
    { blocks: [{ table: 'holding', address: 0, count: 2, rate: 'high' }] },
  );

  it('turns the sign, and without a direction there is no value', () => {
    const value = (registers: number[]) => decode(profile, () => registers)['batteryPower'];
    expect(value([500, 0])).toBe(500);
    expect(value([500, 1])).toBe(-500);
    expect(value([500, 0xffff])).toBeUndefined();
  });

  it('a twin shows both', () => {
    for (const shown of [700, -700, 0]) {
      const image = encodePoints(profile, { batteryPower: shown });
      expect(
        decode(profile, (table, address, count) => image.read(table, address, count))[
          'batteryPower'
        ],
      ).toBe(shown);
    }
  });
});

describe('several points in one register', () => {
  it('each keeps its own bits', () => {
    const profile = profileOf([
      register({ id: 'connected', unit: 'bool', bitMask: 0x4 }),
      register({ id: 'charging', unit: 'bool', bitMask: 0x8000 }),
    ]);
    const image = encodePoints(profile, { connected: 1, charging: 1 });
    expect([...image.read('holding', 0, 1)]).toEqual([0x8004]);
    image.set({ connected: 0 });
    expect([...image.read('holding', 0, 1)]).toEqual([0x8000]);
  });
});

describe('bounds', () => {
  const profile = profileOf([
    register({ id: 'power', encoding: 's32', nameplate: { point: 'rated', factor: 1.5 } }),
    register({ id: 'rated', internal: true, address: 2, rate: 'once' }),
    register({ id: 'frequency', unit: 'Hz', scale: 0.01, address: 3, minimum: 45, maximum: 65 }),
    register({ id: 'powerL1', address: 4, encoding: 's16' }),
    { id: 'dcPower', unit: 'W', sum: [{ point: 'power' }, { point: 'powerL1', optional: true }] },
  ]);

  it('beyond its nameplate or range a value is none, with the cause, and so are sums made of it', async () => {
    const bench = new TwinBench(profile);
    bench.twin.image.set({ power: 70_000, rated: 5000, frequency: 50, powerL1: 1 });
    const device = await bench.start();
    const cause = async (id: string) => (await device.read()).find(({ point }) => point === id);
    expect(await cause('power')).toMatchObject({
      quality: 'bad',
      cause: "70000 is beyond the nameplate's 7500",
    });
    expect(await cause('power')).not.toHaveProperty('value');
    expect(await cause('dcPower')).toMatchObject({ quality: 'bad' });
    bench.twin.image.set({ power: -7500, frequency: 12 });
    expect(await cause('power')).toMatchObject({ value: -7500, quality: 'good' });
    expect(await cause('frequency')).toMatchObject({ quality: 'bad', cause: '12 is below 45' });
  });

  it('while the rating is not known there is no bound', () => {
    expect(
      decode(profile, (_table, address, count) =>
        address === 0 ? [1, 0x1170, 0, 5000, 0].slice(0, count) : undefined,
      )['power'],
    ).toBe(70_000);
  });
});

describe('a counter that the device tears', () => {
  const profile = profileOf([
    register({ id: 'importEnergy', encoding: 'u32', unit: 'Wh', agreement: true }),
  ]);

  /** Shows the counter torn at every n-th read. */
  const tearing = (every: number) => {
    const bench = new TwinBench(profile);
    let reads = 0;
    let counter = 0x1_fff0;
    const { handler } = bench.twin;
    const plain = handler.read.bind(handler);
    handler.read = (table, address, count) => {
      reads += 1;
      counter += 3;
      const [high, low] = [counter >>> 16, counter & 0xffff];
      bench.twin.image.write(
        'holding',
        0,
        reads % every === 0 ? [(counter - 40) >>> 16, low] : [high, low],
      );
      return plain(table, address, count);
    };
    return { bench, now: () => counter };
  };

  it('is never published torn, and only grows', async () => {
    for (const every of [2, 3, 5]) {
      const { bench, now } = tearing(every);
      const device = await bench.start();
      let last = 0;
      let found = 0;
      for (let poll = 0; poll < 60; poll += 1) {
        const [reading] = await device.read();
        if (reading?.value === undefined) {
          expect(reading?.cause).toMatch(/torn/);
          continue;
        }
        found += 1;
        expect(reading.value).toBeGreaterThanOrEqual(last);
        expect(reading.value).toBeLessThanOrEqual(now() * 1000);
        last = reading.value;
      }
      expect(found).toBeGreaterThan(30);
    }
  });

  it('costs one more read where two agree', async () => {
    const bench = new TwinBench(profile);
    bench.twin.image.set({ importEnergy: 5_000_000 });
    const device = await bench.start();
    bench.reads.length = 0;
    await device.read();
    expect(bench.reads).toHaveLength(2);
  });
});
