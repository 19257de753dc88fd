import fc from 'fast-check';
import { countersAgree, readAgreed } from './counter-agreement.js';
import { absentPattern, isAbsent } from './absent-pattern.js';
import { isModbusError } from './modbus-error.js';
import { decode, encode, type WordOrder } from './register-codec.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);

describe('two reads that agree', () => {
  it('never show a value the counter did not have, though the device tears it', async () => {
    let tornSeen = 0;
    let agreed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc
          .tuple(fc.bigInt(0n, (1n << 44n) - 1n), fc.bigInt(0n, 0x7fffn))
          .map(([high, below]) => (high << 16n) + 0xffffn - below),
        fc.constantFrom<'u32' | 'u64'>('u32', 'u64'),
        fc.constantFrom<WordOrder>('big', 'little'),
        fc.array(fc.nat({ max: 0x7fff }), { minLength: 12, maxLength: 12 }),
        fc.array(fc.nat({ max: 8 }), { minLength: 12, maxLength: 12 }),
        async (start, encoding, wordOrder, steps, cuts) => {
          const width = encoding === 'u32' ? 32n : 64n;
          let value = start % (1n << (width - 2n));
          const had = new Set<bigint>([value]);
          const registers = () => encode(encoding, value, wordOrder);
          const count = registers().length;
          let number = 0;
          // Each read catches the device in the middle of an update: some registers are old.
          const read = () => {
            const old = registers();
            value += BigInt(steps[number] ?? 0);
            had.add(value);
            const now = registers();
            const cut = (cuts[number] ?? 0) % (count + 1);
            number += 1;
            const torn = Uint16Array.from(now, (word, at) => (at < cut ? (old[at] ?? 0) : word));
            if (!had.has(BigInt(decode(encoding, torn, wordOrder)))) tornSeen += 1;
            return Promise.resolve(torn);
          };
          const counter = { offset: 0, count, wordOrder };
          const request = { table: 'input', address: 0, count } as const;
          const bus = { read: read as never };
          const result = await readAgreed(bus, 1, request, [counter], { attempts: 12 });
          if (result.torn.length > 0) return;
          agreed += 1;
          expect(had).toContain(BigInt(decode(encoding, result.registers, wordOrder)));
        },
      ),
      { numRuns: 1000 * scale },
    );
    expect(tornSeen).toBeGreaterThan(50);
    expect(agreed).toBeGreaterThan(200);
  });

  it('need equal upper registers and a lowest one that does not fall', () => {
    const agree = (before: number[], after: number[], wordOrder: WordOrder = 'big') =>
      countersAgree(before, after, { offset: 1, count: 2, wordOrder });
    expect(agree([9, 1, 0xffff], [8, 1, 0xffff])).toBe(true);
    expect(agree([9, 1, 5], [9, 1, 6])).toBe(true);
    expect(agree([9, 1, 0xffff], [9, 1, 0])).toBe(false);
    expect(agree([9, 1, 0xffff], [9, 2, 0])).toBe(false);
    expect(agree([9, 0xffff, 1], [9, 0, 1], 'little')).toBe(false);
    expect(agree([9, 5, 1], [9, 6, 1], 'little')).toBe(true);
    expect(agree([9, 1], [9, 1, 0])).toBe(false);
  });

  it('are two reads at least', async () => {
    const never = { read: () => Promise.reject(new Error('not asked')) };
    const request = { table: 'input', address: 0, count: 2 } as const;
    await expect(readAgreed(never as never, 1, request, [], { attempts: 1 })).rejects.toMatchObject(
      {
        code: 'bad-request',
      },
    );
  });
});

describe('absent patterns', () => {
  it('match whole patterns only, so that -1, 32768 and 2147483647 mean themselves elsewhere', () => {
    const patterns = ['80000000', '7FFFFFFF'].map(absentPattern);
    expect(isAbsent(encode('s32', -(2 ** 31)), patterns)).toBe(true);
    expect(isAbsent(encode('s32', 2 ** 31 - 1), patterns)).toBe(true);
    expect(isAbsent(encode('s32', 2 ** 31 - 1), [absentPattern('80000000')])).toBe(false);
    expect(isAbsent(encode('s32', -1), patterns)).toBe(false);
    expect(isAbsent([0x8000], patterns)).toBe(false);
    expect(isAbsent([0x8000, 1], patterns)).toBe(false);
    expect(isAbsent([7, 0x8000, 0], patterns, 1)).toBe(true);
    expect(isAbsent([0x8000], [])).toBe(false);
    for (const text of ['', '800', 'xyz1', '80000']) {
      let code = '';
      try {
        absentPattern(text);
      } catch (error) {
        if (isModbusError(error)) code = error.code;
      }
      expect(code).toBe('bad-value');
    }
  });
});
