import type { Allocator } from '@microgrid/units';
import type { KeyNode, NodeContext } from './key-node.js';

/** min(pool, claims) in proportion to the claims: the rule where nobody notified another. */
export class ProportionalNode implements KeyNode {
  private readonly allocator: Allocator;

  constructor({ allocator }: NodeContext) {
    this.allocator = allocator;
  }

  share(
    _interval: number,
    claims: Float64Array,
    total: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number {
    const shared = Math.min(total, pool);
    this.allocator.allocate(shared, claims, total, shares);
    parts?.set(shares);
    return shared;
  }

  reach(_interval: number, mask: Uint8Array): void {
    mask.fill(1);
  }
}
