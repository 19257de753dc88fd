import fc from 'fast-check';
import { allocate, allocateById, allocateInto } from './allocate.js';
import { isUnitsError } from './error.js';

const RUNS = 300 * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

/** Mostly small numbers, and the largest there are: products then need exact arithmetic. */
const whole = fc.oneof(
  fc.nat({ max: 1000 }),
  fc.nat({ max: 200_000_000 }),
  fc.maxSafeNat(),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
const weights = fc
  .array(whole, { minLength: 1, maxLength: 40 })
  .filter((w) => w.some((x) => x > 0));

function quota(
  total: number,
  all: readonly number[],
  index: number,
): { floor: bigint; exact: boolean } {
  const sum = all.reduce((a, w) => a + BigInt(w), 0n);
  const product = BigInt(total) * BigInt(all[index] ?? 0);
  return { floor: product / sum, exact: product % sum === 0n };
}

describe('allocate', () => {
  it('sums exactly and gives each part within one unit of its quota, up to 2^53 - 1', () => {
    fc.assert(
      fc.property(whole, weights, (total, all) => {
        const parts = allocate(total, all);
        expect(parts.reduce((a, p) => a + BigInt(p), 0n)).toBe(BigInt(total));
        for (const [index, part] of parts.entries()) {
          const { floor, exact } = quota(total, all, index);
          expect(BigInt(part) === floor || (!exact && BigInt(part) === floor + 1n)).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('agrees with an independent sort of exact remainders, whichever arithmetic it picks', () => {
    fc.assert(
      fc.property(whole, weights, (total, all) => {
        const sum = all.reduce((a, w) => a + BigInt(w), 0n);
        const exact = all.map((w) => BigInt(total) * BigInt(w));
        const parts = exact.map((p) => p / sum);
        const left = Number(BigInt(total) - parts.reduce((a, p) => a + p, 0n));
        const byRemainder = exact
          .map((p, index) => ({ index, remainder: p % sum }))
          .sort((a, b) =>
            a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
          );
        for (const { index } of byRemainder.slice(0, left))
          parts[index] = (parts[index] ?? 0n) + 1n;
        expect(allocate(total, all).map(BigInt)).toEqual(parts);
      }),
      { numRuns: RUNS },
    );
  });

  it('is monotone in a member’s own weight', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000 }),
        fc.array(fc.nat({ max: 1000 }), { minLength: 2, maxLength: 12 }),
        fc.nat({ max: 1000 }),
        (total, all, more) => {
          const heavier = [(all[0] ?? 0) + more, ...all.slice(1)];
          fc.pre(all.some((w) => w > 0));
          expect(allocate(total, heavier)[0]).toBeGreaterThanOrEqual(allocate(total, all)[0] ?? 0);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('does not depend on input order when members are named', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.nat()), {
          minLength: 1,
          maxLength: 10,
          selector: ([id]) => id,
        }),
        (total, entries) => {
          fc.pre(entries.some(([, w]) => w > 0) && entries.every(([id]) => id !== '__proto__'));
          const forward = allocateById(total, Object.fromEntries(entries));
          const backward = allocateById(total, Object.fromEntries([...entries].reverse()));
          expect(backward).toEqual(forward);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('gives ties to the earlier position and nothing to a weight of 0', () => {
    expect(allocate(1, [1, 1, 1])).toEqual([1, 0, 0]);
    expect(allocate(15, [1, 1])).toEqual([8, 7]);
    expect(allocate(15, [80, 8, 12])).toEqual([12, 1, 2]);
    expect(allocate(5, [0, 1, 0])).toEqual([0, 5, 0]);
    expect(allocateById(1, { b: 1, a: 1 })).toEqual({ a: 1, b: 0 });
    expect(allocate(0, [0, 0])).toEqual([0, 0]);
    expect(allocate(0, [])).toEqual([]);
  });

  it('may write over its own weights', () => {
    const column = Float64Array.from([1, 2, 3]);
    allocateInto(12, column, column);
    expect([...column]).toEqual([2, 4, 6]);
  });

  it.each([
    [-1, [1], 'out-of-range'],
    [0.5, [1], 'out-of-range'],
    [2 ** 53, [1], 'out-of-range'],
    [1, [0, 0], 'bad-weights'],
    [1, [], 'bad-weights'],
    [1, [-1, 2], 'bad-weights'],
    [1, [Number.NaN], 'bad-weights'],
    [1, [2 ** 53], 'bad-weights'],
  ])('refuses total %p over %p as %s', (total, all, code) => {
    let caught: unknown;
    try {
      allocate(total, all);
    } catch (error) {
      caught = error;
    }
    expect(isUnitsError(caught) && caught.code).toBe(code);
  });
});
