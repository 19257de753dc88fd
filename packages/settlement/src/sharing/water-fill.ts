import type { Allocator } from '@microgrid/units';

/**
 * Shares a total out over weights, none above its cap, what one cannot use going to the others until
 * nothing moves: part i = min(cap_i, level x weight_i) for the one level at which all is used. This is
 * where rounds of "offer what is left again by the same weights" end. Who is full is told by exact
 * comparison; the others share the rest by largest remainder, ties to the lower position.
 *
 * A part never falls when its own cap grows: below the level a cap is not looked at, and at it the
 * others' parts are at most what they were.
 */
export class WaterFill {
  private readonly active: Int32Array;
  private readonly open: Float64Array;

  /** @param size most weights of one call. */
  constructor(
    size: number,
    private readonly allocator: Allocator,
  ) {
    this.active = new Int32Array(size);
    this.open = new Float64Array(size);
  }

  /**
   * Fills `out` and returns its sum: the total, or all caps with a weight above 0 if they are less.
   * @param weights whole numbers from 0; their sum is a safe integer.
   * @param out not the same array as `caps` or `weights`.
   */
  fill(total: number, weights: Float64Array, caps: Float64Array, out: Float64Array): number {
    const { active } = this;
    let count = 0;
    let room = 0;
    for (let index = 0; index < caps.length; index++) {
      out[index] = 0;
      if ((weights[index] as number) === 0 || (caps[index] as number) === 0) continue;
      active[count++] = index;
      room += caps[index] as number;
    }
    if (room <= total) {
      for (let position = 0; position < count; position++) {
        const index = active[position] as number;
        out[index] = caps[index] as number;
      }
      return room;
    }
    if (total > 0) this.level(total, count, weights, caps, out);
    return total;
  }

  private level(
    total: number,
    most: number,
    weights: Float64Array,
    caps: Float64Array,
    out: Float64Array,
  ): void {
    const { active, open } = this;
    let count = most;
    let left = total;
    let sum = 0;
    for (let position = 0; position < count; position++) {
      sum += weights[active[position] as number] as number;
    }
    for (;;) {
      let kept = 0;
      let nextLeft = left;
      let nextSum = sum;
      for (let position = 0; position < count; position++) {
        const index = active[position] as number;
        const cap = caps[index] as number;
        const weight = weights[index] as number;
        if (isAtMost(cap, sum, left, weight)) {
          out[index] = cap;
          nextLeft -= cap;
          nextSum -= weight;
        } else {
          active[kept++] = index;
        }
      }
      if (kept === count) break;
      count = kept;
      left = nextLeft;
      sum = nextSum;
    }
    if (left === 0) return;
    this.allocator.allocate(left, compact(weights, active, count, open), sum, open);
    for (let position = 0; position < count; position++) {
      out[active[position] as number] = open[position] as number;
    }
  }
}

/** The active weights first, then zeros, which get nothing. */
function compact(
  weights: Float64Array,
  active: Int32Array,
  count: number,
  into: Float64Array,
): Float64Array {
  for (let position = 0; position < count; position++) {
    into[position] = weights[active[position] as number] as number;
  }
  into.fill(0, count);
  return into;
}

/** Whether a b <= c d, exactly, for whole numbers from 0 to 2^53 - 1. */
function isAtMost(a: number, b: number, c: number, d: number): boolean {
  const left = a * b;
  const right = c * d;
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left <= right;
  // A product in floating point is off by at most one part in 2^53.
  if (Math.abs(left - right) > Math.max(left, right) * 2 ** -50) return left < right;
  return BigInt(a) * BigInt(b) <= BigInt(c) * BigInt(d);
}
