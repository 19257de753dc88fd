import { sumOf, type KeyNode } from './key-node.js';

/**
 * Steps one after the other, each on what the steps before left of the pool and of the claims. Parts
 * that stay with their points are not left.
 */
export class CombinedNode implements KeyNode {
  private readonly claims: Float64Array;
  private readonly shares: Float64Array;
  private readonly parts: Float64Array;

  constructor(
    size: number,
    private readonly steps: readonly KeyNode[],
  ) {
    this.claims = new Float64Array(size);
    this.shares = new Float64Array(size);
    this.parts = new Float64Array(size);
  }

  share(
    interval: number,
    claims: Float64Array,
    total: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number {
    shares.fill(0);
    parts?.fill(0);
    this.claims.set(claims);
    let open = total;
    let left = pool;
    for (const step of this.steps) {
      if (left === 0) break;
      const own = parts === undefined ? undefined : this.parts;
      const used = step.share(interval, this.claims, open, left, this.shares, own);
      open -= used;
      left -= own === undefined ? used : sumOf(own);
      for (let index = 0; index < shares.length; index++) {
        const share = this.shares[index] as number;
        shares[index] = (shares[index] as number) + share;
        this.claims[index] = (this.claims[index] as number) - share;
        if (parts !== undefined) {
          parts[index] = (parts[index] as number) + (this.parts[index] as number);
        }
      }
    }
    return total - open;
  }

  reach(interval: number, mask: Uint8Array): void {
    for (const step of this.steps) step.reach(interval, mask);
  }
}
