import type { RegisterPoint } from '@microgrid/devices';
import { encode } from '@microgrid/modbus';
import fc from 'fast-check';
import { compilePoint } from './point-decoder.js';

const point = (changes: Partial<RegisterPoint>): RegisterPoint => ({
  id: 'power',
  table: 'holding',
  address: 0,
  encoding: 'u16',
  unit: 'W',
  rate: 'high',
  ...changes,
});

const read = (changes: Partial<RegisterPoint>, registers: ArrayLike<number>, exponent?: number) =>
  compilePoint(point(changes), 0)(registers, exponent);

describe('point decoder', () => {
  it('only declared sentinels are absent: -1, 32768 and 2^31 - 1 are values', () => {
    expect(read({ encoding: 's16' }, [0xffff])).toBe(-1);
    expect(read({ encoding: 'u16' }, [0x8000])).toBe(32_768);
    expect(read({ encoding: 'u16' }, [0xffff])).toBe(65_535);
    expect(read({ encoding: 's32' }, [0x7fff, 0xffff])).toBe(2_147_483_647);
    expect(read({ encoding: 's16', absent: [-32_768] }, [0x8000])).toBeUndefined();
    expect(read({ encoding: 'u32', absent: [0] }, [0, 0])).toBeUndefined();
  });

  it('NaN and infinities are absent, zero is zero and never minus zero', () => {
    expect(read({ encoding: 'f32' }, encode('f32', NaN))).toBeUndefined();
    expect(read({ encoding: 'f32' }, encode('f32', Infinity))).toBeUndefined();
    expect(Object.is(read({ sign: -1 }, [0]), 0)).toBe(true);
  });

  it('scales by the power of ten of its scale factor, and has no value without one', () => {
    expect(read({ scaleFrom: 'sf' }, [2301], -1)).toBe(230.1);
    expect(read({ scaleFrom: 'sf' }, [2301], 2)).toBe(230_100);
    expect(read({ scaleFrom: 'sf' }, [2301], undefined)).toBeUndefined();
  });

  it('a scale factor beyond ±10 is none', () => {
    const factor = { encoding: 's16', unit: 'exponent' } as const;
    expect(read(factor, encode('s16', -10))).toBe(-10);
    expect(read(factor, encode('s16', 11))).toBeUndefined();
  });

  it('masks, lists, offsets and signs in the stated order', () => {
    expect(read({ unit: 'bool', bitMask: 0b0110 }, [0b1101])).toBe(2);
    expect(read({ unit: 'bool', oneOf: [3, 4] }, [4])).toBe(1);
    expect(read({ unit: 'bool', oneOf: [3, 4] }, [5])).toBe(0);
    expect(read({ scale: 0.1, offset: -40, sign: -1 }, [500])).toBe(-10);
  });

  it('every 32-bit count of 0.1 Wh is its exact mWh', () => {
    const tenths = { encoding: 'u32', unit: 'Wh', scale: 0.1 } as const;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (raw) => {
        expect(read(tenths, encode('u32', raw))).toBe(raw * 100);
      }),
    );
  });

  it('a float counter grows whenever its registers do, and is a whole number of mWh', () => {
    const kilowattHours = { encoding: 'f32', unit: 'kWh' } as const;
    fc.assert(
      fc.property(
        fc.float({ min: 0, max: 1_000_000, noNaN: true }),
        fc.float({ min: 0, max: 1_000_000, noNaN: true }),
        (a, b) => {
          const low = read(kilowattHours, encode('f32', Math.min(a, b))) ?? NaN;
          const high = read(kilowattHours, encode('f32', Math.max(a, b))) ?? NaN;
          expect(Number.isSafeInteger(low) && low <= high).toBe(true);
          expect(Math.abs(high - Math.max(a, b) * 1e6)).toBeLessThanOrEqual(0.5);
        },
      ),
    );
  });

  it('a 64-bit counter that a number cannot hold exactly is absent, not rounded', () => {
    const wide = { encoding: 'u64', unit: 'mWh' } as const;
    expect(read(wide, encode('u64', 2n ** 53n - 1n))).toBe(Number.MAX_SAFE_INTEGER);
    expect(read(wide, encode('u64', 2n ** 53n))).toBeUndefined();
    expect(read({ ...wide, unit: 'kWh' }, encode('u64', 2n ** 52n))).toBeUndefined();
  });

  it('the low word first where the profile says so', () => {
    expect(read({ encoding: 'u32', wordOrder: 'little' }, [1, 2])).toBe(0x0002_0001);
  });
});
