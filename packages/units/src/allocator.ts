import { allocateExactly } from './allocate-exactly.js';

/** Remainders are sorted into at most this many equal parts of their range. */
const MOST_BUCKETS = 1024;
/** And at least so many. */
const LEAST_BUCKETS = 8;

/**
 * Largest remainder (Hamilton) for hot loops, without sorting and without making arrays: part i first
 * gets floor(total * weight_i / sum of weights); the units left over go to the largest remainders,
 * ties to the earlier position. Inputs are trusted: `allocateInto` checks them.
 *
 * Which remainders are the largest is told by counting them in buckets. Only those of the bucket in
 * which the units run out are compared with each other, so that no branch depends on the data: a
 * mispredicted one costs more than the rest of the work on a weight.
 */
export class Allocator {
  private readonly remainders: Float64Array;
  private readonly scratch: Float64Array;
  /** Bucket of each remainder. */
  private readonly buckets: Int32Array;
  /** Positions whose remainder lies in the bucket where the units run out. */
  private readonly last: Int32Array;
  private readonly counts = new Int32Array(MOST_BUCKETS + 1);

  /** @param size most weights of one call. */
  constructor(size: number) {
    this.remainders = new Float64Array(size);
    this.scratch = new Float64Array(size);
    this.buckets = new Int32Array(size);
    this.last = new Int32Array(size);
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
    const { remainders, buckets, counts } = this;
    const count = weights.length;
    // About one remainder in each: more buckets cost more to walk through than they save.
    const most = Math.min(MOST_BUCKETS, Math.max(LEAST_BUCKETS, count));
    const perBucket = most / sum;
    let left = total;
    counts.fill(0, 0, most + 1);
    for (let index = 0; index < count; index++) {
      const product = total * (weights[index] as number);
      let part = Math.floor(product / sum);
      let remainder = product - part * sum;
      // The quotient is a rounded float: it can touch the next whole number from below.
      if (remainder < 0) {
        part--;
        remainder += sum;
      }
      // Multiplying by the same float keeps the order of remainders; rounding can touch the end.
      const bucket = (remainder * perBucket) | 0;
      out[index] = part;
      remainders[index] = remainder;
      buckets[index] = bucket;
      counts[bucket] = (counts[bucket] as number) + 1;
      left -= part;
    }
    if (left > 0) this.giveLeftOver(left, count, most, out);
  }

  private giveLeftOver(left: number, count: number, most: number, out: Float64Array): void {
    const { buckets, counts, last } = this;
    let border = most;
    let above = 0;
    while (above + (counts[border] as number) < left) above += counts[border--] as number;
    let inBorder = 0;
    for (let index = 0; index < count; index++) {
      const bucket = buckets[index] as number;
      // 1 for a bucket above the border, else 0.
      out[index] = (out[index] as number) + ((border - bucket) >>> 31);
      if (bucket === border) last[inBorder++] = index;
    }
    this.giveLast(left - above, inBorder, out);
  }

  /** The last units, among the remainders of one bucket. */
  private giveLast(left: number, count: number, out: Float64Array): void {
    const { remainders, scratch, last } = this;
    for (let place = 0; place < count; place++) {
      scratch[place] = remainders[last[place] as number] as number;
    }
    const threshold = left === count ? -1 : selectSmallest(scratch, count, count - left);
    let ties = left;
    for (let place = 0; place < count; place++) {
      const index = last[place] as number;
      if ((remainders[index] as number) <= threshold) continue;
      out[index] = (out[index] as number) + 1;
      ties--;
    }
    for (let place = 0; ties > 0; place++) {
      const index = last[place] as number;
      if (remainders[index] !== threshold) continue;
      out[index] = (out[index] as number) + 1;
      ties--;
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
