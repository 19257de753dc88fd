import fc from 'fast-check';
import { isModbusError } from './modbus-error.js';
import { decode, encode, registersOf, type Encoding, type WordOrder } from './register-codec.js';

const order = fc.constantFrom<WordOrder>('big', 'little');
const whole = (encoding: Encoding, least: bigint, most: bigint, wide: boolean) =>
  fc.record({
    encoding: fc.constant(encoding),
    value: fc.bigInt(least, most).map((value) => (wide ? value : Number(value))),
  });
const value: fc.Arbitrary<{ encoding: Encoding; value: number | bigint | string }> = fc.oneof(
  whole('u16', 0n, 0xffffn, false),
  whole('s16', -0x8000n, 0x7fffn, false),
  whole('u32', 0n, 0xffff_ffffn, false),
  whole('s32', -0x8000_0000n, 0x7fff_ffffn, false),
  whole('u64', 0n, (1n << 64n) - 1n, true),
  whole('s64', -(1n << 63n), (1n << 63n) - 1n, true),
  fc.record({ encoding: fc.constant<Encoding>('f32'), value: fc.float() }),
  fc.record({ encoding: fc.constant<Encoding>('f64'), value: fc.double() }),
  fc.record({
    encoding: fc.constant<Encoding>('string'),
    value: fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0')),
  }),
);

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isModbusError(error)) return error.code;
  }
  return 'no ModbusError';
};

describe('register codec', () => {
  it('decodes what it encoded, in either word order and at any offset', () => {
    fc.assert(
      fc.property(value, order, fc.nat({ max: 5 }), (sample, wordOrder, offset) => {
        const registers = encode(sample.encoding, sample.value, wordOrder);
        const placed = new Uint16Array(offset + registers.length).fill(0xaaaa);
        placed.set(registers, offset);
        expect(decode(sample.encoding, placed, wordOrder, offset)).toEqual(sample.value);
      }),
      { numRuns: 2000 },
    );
  });

  it('reverses only the words in little order', () => {
    fc.assert(
      fc.property(value, (sample) => {
        fc.pre(sample.encoding !== 'string');
        const big = encode(sample.encoding, sample.value, 'big');
        expect([...encode(sample.encoding, sample.value, 'little')]).toEqual([...big].reverse());
      }),
    );
  });

  it('agrees with known bytes', () => {
    expect([...encode('f32', 230.5)]).toEqual([0x4366, 0x8000]);
    expect([...encode('s32', -2)]).toEqual([0xffff, 0xfffe]);
    expect([...encode('u32', 0x12345678, 'little')]).toEqual([0x5678, 0x1234]);
    expect([...encode('string', 'abc', 'big', 3)]).toEqual([0x6162, 0x6300, 0]);
    expect(decode('s16', [0xffff])).toBe(-1);
    expect(decode('u64', [0, 0, 1, 0])).toBe(65536n);
    expect(decode('f32', [0x7fc0, 0])).toBeNaN();
    expect(decode('string', [0x6162, 0x0063])).toBe('ab');
    expect(registersOf.f64).toBe(4);
  });

  it('refuses values that do not fit, instead of wrapping them', () => {
    const refused: [Encoding, number | bigint | string, number?][] = [
      ['u16', 65536],
      ['u16', -1],
      ['u16', 1.5],
      ['s16', 32768],
      ['u32', 2 ** 32],
      ['s32', NaN],
      ['u64', -1n],
      ['u64', 2 ** 60],
      ['s64', 1n << 63n],
      ['f32', 1e39],
      ['f64', '1'],
      ['string', 'toolong', 2],
      ['string', 'a\0b'],
      ['string', 7],
    ];
    for (const [encoding, unfit, count] of refused) {
      expect([encoding, codeOf(() => encode(encoding, unfit, 'big', count))]).toEqual([
        encoding,
        'bad-value',
      ]);
    }
    expect(codeOf(() => decode('u32', [1]))).toBe('bad-value');
  });
});
