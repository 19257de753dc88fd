import fc from 'fast-check';
import { allocateExactly } from './allocate-exactly.js';
import { Allocator } from './allocator.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const MAX = Number.MAX_SAFE_INTEGER;

/** Weights of all magnitudes whose sum stays a safe integer. */
const weightsArbitrary = fc
  .array(
    fc.oneof(
      fc.constant(0),
      fc.nat({ max: 3 }),
      fc.nat({ max: 1_000_000 }),
      fc.nat({ max: 2 ** 31 - 1 }),
      fc.maxSafeNat(),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((weights) => weights.map((weight) => Math.floor(weight / weights.length)));

describe('Allocator', () => {
  test('gives what exact products and sorting give, in both of its paths', () => {
    let small = 0;
    let big = 0;
    fc.assert(
      fc.property(weightsArbitrary, fc.double({ min: 0, max: 1, noNaN: true }), (weights, part) => {
        const sum = weights.reduce((a, b) => a + b, 0);
        const total = Math.min(sum, Math.floor(sum * part));
        const largest = Math.max(1, ...weights);
        if (total > MAX / largest) big++;
        else small++;
        const out = new Float64Array(weights.length);
        new Allocator(weights.length).allocate(total, Float64Array.from(weights), sum, out);
        const exact = new Float64Array(weights.length);
        if (total > 0) allocateExactly(total, weights, exact);
        expect(out).toEqual(exact);
      }),
      { numRuns: 3000 * scale, seed: 4711 },
    );
    expect(small).toBeGreaterThan(500);
    expect(big).toBeGreaterThan(150);
  });

  test('writes into the array of the weights themselves', () => {
    const weights = Float64Array.of(4, 4, 4);
    new Allocator(3).allocate(7, weights, 12, weights);
    expect(Array.from(weights)).toEqual([3, 2, 2]);
  });

  test('gives ties to the earlier position', () => {
    const out = new Float64Array(5);
    new Allocator(5).allocate(3, Float64Array.of(1, 1, 1, 1, 1), 5, out);
    expect(Array.from(out)).toEqual([1, 1, 1, 0, 0]);
  });
});
