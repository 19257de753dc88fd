import { UnitsError } from './error.js';
import { compareIds } from './id.js';

/*
 * Largest remainder (Hamilton): part i first gets floor(total * weight_i / sum of weights); the units
 * left over go to the largest remainders, ties to the earlier position. It sums exactly and each part
 * lies within one unit of its exact quota. It is not monotone in the total (the Alabama paradox).
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
  } else if (sum <= Number.MAX_SAFE_INTEGER && total <= Number.MAX_SAFE_INTEGER / largest) {
    allocateSmall(total, weights, sum, out);
  } else {
    allocateBig(total, weights, out);
  }
}

/** Every product total * weight is a safe integer here. */
function allocateSmall(
  total: number,
  weights: ArrayLike<number>,
  sum: number,
  out: Float64Array,
): void {
  const remainders = new Float64Array(weights.length);
  let left = total;
  for (let index = 0; index < weights.length; index++) {
    const product = total * (weights[index] as number);
    let part = Math.floor(product / sum);
    let remainder = product - part * sum;
    // The quotient is a rounded float: it can touch the next whole number from below.
    if (remainder < 0) {
      part--;
      remainder += sum;
    }
    out[index] = part;
    remainders[index] = remainder;
    left -= part;
  }
  giveLeftOver(left, remainders, out);
}

function allocateBig(total: number, weights: ArrayLike<number>, out: Float64Array): void {
  const exact = Array.from(weights, BigInt);
  const sum = exact.reduce((a, b) => a + b, 0n);
  const remainders: bigint[] = [];
  let left = total;
  for (const [index, weight] of exact.entries()) {
    const product = BigInt(total) * weight;
    const part = Number(product / sum);
    out[index] = part;
    remainders.push(product % sum);
    left -= part;
  }
  giveLeftOver(left, remainders, out);
}

/** Gives one unit each to the `left` largest remainders, the earlier position first among equals. */
function giveLeftOver(
  left: number,
  remainders: ArrayLike<number> | ArrayLike<bigint>,
  out: Float64Array,
): void {
  if (left === 0) return;
  const order = Array.from(out, (_, index) => index).filter(
    (index) => Number(remainders[index]) > 0,
  );
  order.sort((a, b) => {
    const x = remainders[a] as number | bigint;
    const y = remainders[b] as number | bigint;
    if (x === y) return a - b;
    return x > y ? -1 : 1;
  });
  for (const index of order.slice(0, left)) out[index] = (out[index] as number) + 1;
}
