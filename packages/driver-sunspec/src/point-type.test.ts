import fc from 'fast-check';
import {
  absentRegisters,
  decodeRaw,
  encodeRaw,
  isPointType,
  POINT_REGISTERS,
} from './point-type.js';
import type { PointType, RawValue } from './point-type.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const TYPES: readonly [PointType, number][] = [
  ...Object.entries(POINT_REGISTERS).map(([type, size]): [PointType, number] => [
    type as PointType,
    size,
  ]),
  ['string', 8],
];

/** Values that a device can show besides the type's sentinel. */
const VALUES: Partial<Record<PointType, fc.Arbitrary<RawValue>>> = {
  int16: fc.integer({ min: -0x7fff, max: 0x7fff }),
  sunssf: fc.integer({ min: -10, max: 10 }),
  uint16: fc.integer({ min: 0, max: 0xfffe }),
  count: fc.integer({ min: 0, max: 0xfffe }),
  enum16: fc.integer({ min: 0, max: 0xfffe }),
  acc16: fc.integer({ min: 1, max: 0xffff }),
  bitfield16: fc.integer({ min: 0, max: 0x7fff }),
  int32: fc.integer({ min: -0x7fff_ffff, max: 0x7fff_ffff }),
  uint32: fc.integer({ min: 0, max: 0xffff_fffe }),
  enum32: fc.integer({ min: 0, max: 0xffff_fffe }),
  acc32: fc.integer({ min: 1, max: 0xffff_ffff }),
  bitfield32: fc.integer({ min: 0, max: 0x7fff_ffff }),
  int64: fc.bigInt({ min: -(1n << 63n) + 1n, max: (1n << 63n) - 1n }),
  uint64: fc.bigInt({ min: 0n, max: (1n << 64n) - 2n }),
  acc64: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }),
  bitfield64: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
  float32: fc.float({ noNaN: true, noDefaultInfinity: true }),
  float64: fc.double({ noNaN: true, noDefaultInfinity: true }),
  ipaddr: fc.ipV4().filter((address) => address !== '0.0.0.0'),
  string: fc.stringMatching(/^[!-~]{1,16}$/),
};

describe('point types', () => {
  it.each(TYPES)('%s: what is not implemented is never a value', (type, size) => {
    expect(decodeRaw(type, absentRegisters(type, size), 0, size)).toBeUndefined();
    expect(absentRegisters(type, size)).toHaveLength(size);
  });

  it.each(Object.keys(VALUES) as PointType[])('%s: every other value survives', (type) => {
    const size = type === 'string' ? 8 : POINT_REGISTERS[type];
    const values = VALUES[type] ?? fc.constant(0);
    fc.assert(
      fc.property(values, (value) => {
        const registers = encodeRaw(type, value, size);
        expect(registers).toHaveLength(size);
        expect(decodeRaw(type, registers, 0, size)).toEqual(value);
      }),
      { numRuns: 200 * scale },
    );
  });

  it.each(TYPES)('%s: any registers give a value of the right kind or none', (type, size) => {
    fc.assert(
      fc.property(fc.uint16Array({ minLength: size, maxLength: size }), (registers) => {
        const value = decodeRaw(type, registers, 0, size);
        if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        if (typeof value === 'string') expect(value).not.toBe('');
      }),
      { numRuns: 200 * scale },
    );
  });

  it('knows the sentinels of the specification', () => {
    const absent: readonly [PointType, number[]][] = [
      ['int16', [0x8000]],
      ['uint16', [0xffff]],
      ['acc16', [0]],
      ['enum16', [0xffff]],
      ['bitfield16', [0xffff]],
      ['int32', [0x8000, 0]],
      ['uint32', [0xffff, 0xffff]],
      ['acc32', [0, 0]],
      ['enum32', [0xffff, 0xffff]],
      ['bitfield32', [0xffff, 0xffff]],
      ['int64', [0x8000, 0, 0, 0]],
      ['uint64', [0xffff, 0xffff, 0xffff, 0xffff]],
      ['acc64', [0, 0, 0, 0]],
      ['float32', [0x7fc0, 0]],
      ['float32', [0xffff, 0xffff]],
      ['float32', [0x7f80, 0]],
      ['float64', [0x7ff8, 0, 0, 0]],
      ['sunssf', [0x8000]],
      ['ipaddr', [0, 0]],
      ['ipv6addr', [0, 0, 0, 0, 0, 0, 0, 0]],
      ['eui48', [0, 0xffff, 0xffff, 0xffff]],
      ['string', [0, 0, 0, 0]],
      ['string', [0x2020, 0x2020]],
      ['string', [0xffff, 0xffff]],
      ['pad', [0x8000]],
    ];
    for (const [type, registers] of absent) {
      expect([type, decodeRaw(type, registers, 0, registers.length)]).toEqual([type, undefined]);
    }
  });

  it('keeps the neighbours of the sentinels', () => {
    expect(decodeRaw('int16', [0xffff], 0, 1)).toBe(-1);
    expect(decodeRaw('uint16', [0x8000], 0, 1)).toBe(32_768);
    expect(decodeRaw('int32', [0x7fff, 0xffff], 0, 2)).toBe(2 ** 31 - 1);
    expect(decodeRaw('uint64', [0, 0, 0, 0], 0, 4)).toBe(0n);
    expect(decodeRaw('uint16', [0], 0, 1)).toBe(0);
  });

  it('reads addresses as people write them', () => {
    expect(decodeRaw('eui48', [0, 0x0011, 0x2233, 0xaabb], 0, 4)).toBe('00:11:22:33:AA:BB');
    expect(encodeRaw('eui48', '00:11:22:33:AA:BB', 4)).toEqual(
      Uint16Array.of(0, 0x0011, 0x2233, 0xaabb),
    );
    expect(decodeRaw('ipv6addr', [0xfe80, 0, 0, 0, 0, 0, 0, 1], 0, 8)).toBe('fe80:0:0:0:0:0:0:1');
  });

  it('knows its own names', () => {
    expect(isPointType('acc64')).toBe(true);
    expect(isPointType('toString')).toBe(false);
  });
});
