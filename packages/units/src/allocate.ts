import { allocateExactly } from './allocate-exactly.js';
import { Allocator } from './allocator.js';
import { UnitsError } from './error.js';
import { compareIds } from './id.js';

/*
 * Largest remainder sums exactly and gives each part within one unit of its exact quota. It is not
 * monotone in the total (the Alabama paradox).
 */

/**
 * Shares a whole total out in proportion to weights, by largest remainder with ties to the lower
 * position; callers put members in id order, which makes the result independent of input order.
 * @param total 0 to 2^53 - 1.
 * @param weights whole numbers from 0 to 2^53 - 1; their sum may be larger.
 * @returns one part per weight; a weight of 0 gets 0; the parts sum to `total`.
 * @throws UnitsError `out-of-range` for a bad total, `bad-weights` for a bad weight or when a
 *   positive total meets no positive weight.
 */
export function allocate(total: number, weights: readonly number[]): number[] {
  const out = new Float64Array(weights.length);
  allocateInto(total, weights, out);
  return Array.from(out);
}

/** {@link allocate} over named weights: positions are the ids in code-unit order. */
export function allocateById(
  total: number,
  weights: Readonly<Record<string, number>>,
): Record<string, number> {
  const ids = Object.keys(weights).sort(compareIds);
  const parts = allocate(
    total,
    ids.map((id) => weights[id] ?? 0),
  );
  return Object.fromEntries(ids.map((id, index) => [id, parts[index] ?? 0]));
}

/**
 * {@link allocate} for hot loops: writes the parts into `out` (same length as `weights`; may be the
 * same array as `weights`).
 */
export function allocateInto(total: number, weights: ArrayLike<number>, out: Float64Array): void {
  if (!Number.isSafeInteger(total) || total < 0) {
    throw new UnitsError(
      'out-of-range',
      `total: got ${total}, expected a whole number from 0 to 2^53 - 1`,
    );
  }
  let sum = 0;
  let largest = 0;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] as number;
    if (!Number.isSafeInteger(weight) || weight < 0) {
      throw new UnitsError(
        'bad-weights',
        `weights[${index}]: got ${weight}, expected a whole number from 0 to 2^53 - 1`,
      );
    }
    sum += weight;
    if (weight > largest) largest = weight;
  }
  if (total === 0) {
    out.fill(0);
  } else if (largest === 0) {
    throw new UnitsError('bad-weights', `weights: all are 0, so ${total} cannot be shared out`);
  } else if (sum > Number.MAX_SAFE_INTEGER) {
    allocateExactly(total, weights, out);
  } else {
    new Allocator(weights.length).allocate(total, Float64Array.from(weights), sum, out);
  }
}
