import type { KeyNode } from './key-node.js';

/** The points of a group with its key and the columns it runs on. */
export class GroupColumns {
  /** Sum of the claims at the last {@link gather}. */
  total = 0;

  private readonly claims: Float64Array;
  private readonly shares: Float64Array;
  private readonly parts: Float64Array;
  private readonly mask: Uint8Array;

  /** @param positions of the group's points among those around it, in order. */
  constructor(
    private readonly positions: Int32Array,
    private readonly node: KeyNode,
  ) {
    const size = positions.length;
    this.claims = new Float64Array(size);
    this.shares = new Float64Array(size);
    this.parts = new Float64Array(size);
    this.mask = new Uint8Array(size);
  }

  gather(claims: Float64Array): void {
    const { positions } = this;
    let total = 0;
    for (let index = 0; index < positions.length; index++) {
      const claim = claims[positions[index] as number] as number;
      this.claims[index] = claim;
      total += claim;
    }
    this.total = total;
  }

  /** What the group could take of an endless pool. */
  usable(interval: number): number {
    this.mask.fill(0);
    this.node.reach(interval, this.mask);
    let usable = 0;
    for (let index = 0; index < this.mask.length; index++) {
      if (this.mask[index] === 1) usable += this.claims[index] as number;
    }
    return usable;
  }

  /** Shares a pool inside and puts the results among the points around; returns what is shared. */
  share(
    interval: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number {
    const own = parts === undefined ? undefined : this.parts;
    const shared = this.node.share(interval, this.claims, this.total, pool, this.shares, own);
    scatter(this.shares, this.positions, shares);
    if (parts !== undefined) scatter(this.parts, this.positions, parts);
    return shared;
  }

  /** Sum of the parts of the last {@link share} that asked for them. */
  partsTotal(): number {
    let sum = 0;
    for (let index = 0; index < this.parts.length; index++) sum += this.parts[index] as number;
    return sum;
  }

  reach(interval: number, mask: Uint8Array): void {
    this.mask.fill(0);
    this.node.reach(interval, this.mask);
    for (let index = 0; index < this.mask.length; index++) {
      if (this.mask[index] === 1) mask[this.positions[index] as number] = 1;
    }
  }
}

function scatter(from: Float64Array, positions: Int32Array, to: Float64Array): void {
  for (let index = 0; index < positions.length; index++) {
    to[positions[index] as number] = from[index] as number;
  }
}
