import type { GroupColumns } from './group-columns.js';
import type { KeyNode } from './key-node.js';

/**
 * A waterfall: in order, each group shares what is left by its own key, at most its claims; what it
 * does not use is left to the groups after it. Parts that stay with their points are used.
 */
export class PriorityNode implements KeyNode {
  constructor(private readonly groups: readonly GroupColumns[]) {}

  share(
    interval: number,
    claims: Float64Array,
    _total: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number {
    shares.fill(0);
    parts?.fill(0);
    let left = pool;
    let shared = 0;
    for (const group of this.groups) {
      group.gather(claims);
      const used = group.share(interval, left, shares, parts);
      shared += used;
      left -= parts === undefined ? used : group.partsTotal();
    }
    return shared;
  }

  reach(interval: number, mask: Uint8Array): void {
    for (const group of this.groups) group.reach(interval, mask);
  }
}
