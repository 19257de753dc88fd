import { allocateExactly } from './allocate-exactly.js';

/**
 * Largest remainder (Hamilton) for hot loops, without sorting and without making arrays: part i first
 * gets floor(total * weight_i / sum of weights); the units left over go to the largest remainders,
 * found by selection, ties to the earlier position. Inputs are trusted: `allocateInto` checks them.
 */
export class Allocator {
  private readonly remainders: Float64Array;
  private readonly scratch: Float64Array;

  /** @param size most weights of one call. */
  constructor(size: number) {
    this.remainders = new Float64Array(size);
    this.scratch = new Float64Array(size);
  }

  /**
   * Writes the parts of `total` into `out`.
   * @param weights whole numbers from 0, at most `size` of them.
   * @param sum the exact sum of the weights, a safe integer; above 0 when `total` is.
   * @param out as long as `weights`; may be the same array.
   */
  allocate(total: number, weights: Float64Array, sum: number, out: Float64Array): void {
    if (total === sum) {
      if (out !== weights) out.set(weights);
      return;
    }
    if (total === 0) {
      out.fill(0);
      return;
    }
    let largest = 0;
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index] as number;
      if (weight > largest) largest = weight;
    }
    if (total > Number.MAX_SAFE_INTEGER / largest) {
      // Some product total * weight is not a safe integer: the exact path is a hundred times slower.
      allocateExactly(total, weights, out);
      return;
    }
    this.share(total, weights, sum, out);
  }

  private share(total: number, weights: Float64Array, sum: number, out: Float64Array): void {
    const { remainders } = this;
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
    if (left > 0) this.giveLeftOver(left, out);
  }

  private giveLeftOver(left: number, out: Float64Array): void {
    const { remainders, scratch } = this;
    const count = out.length;
    for (let index = 0; index < count; index++) scratch[index] = remainders[index] as number;
    const threshold = selectSmallest(scratch, count, count - left);
    let ties = left;
    for (let index = 0; index < count; index++) {
      if ((remainders[index] as number) > threshold) {
        out[index] = (out[index] as number) + 1;
        ties--;
      }
    }
    for (let index = 0; ties > 0; index++) {
      if (remainders[index] === threshold) {
        out[index] = (out[index] as number) + 1;
        ties--;
      }
    }
  }
}

/** The value at position `rank` if the first `count` values were sorted; reorders them (Hoare's selection). */
function selectSmallest(values: Float64Array, count: number, rank: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = medianOfThree(
      values[low] as number,
      values[(low + high) >>> 1] as number,
      values[high] as number,
    );
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left <= right) {
        const moved = values[left] as number;
        values[left] = values[right] as number;
        values[right] = moved;
        left++;
        right--;
      }
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] as number;
}

function medianOfThree(a: number, b: number, c: number): number {
  if (a < b) {
    if (b < c) return b;
    return a < c ? c : a;
  }
  if (a < c) return a;
  return b < c ? c : b;
}
