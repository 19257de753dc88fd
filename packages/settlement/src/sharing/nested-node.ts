import type { Allocator } from '@microgrid/units';
import type { CoefficientWeights } from './coefficient-weights.js';
import type { GroupColumns } from './group-columns.js';
import type { KeyNode, NodeContext } from './key-node.js';
import { WaterFill } from './water-fill.js';

/**
 * The pool split over groups by fixed shares (largest remainder, the rest to 1 last), inside each by
 * its own key. Where unused parts are offered again, a group's part is first used by its own points,
 * then by the other groups in proportion to their shares, until nothing moves.
 */
export class NestedNode implements KeyNode {
  private readonly allocator: Allocator;
  private readonly pools: Float64Array;
  private readonly usable: Float64Array;
  private readonly refill: WaterFill | undefined;

  constructor(
    private readonly groups: readonly GroupColumns[],
    private readonly weights: CoefficientWeights,
    { allocator, reoffers }: NodeContext,
  ) {
    this.allocator = allocator;
    this.pools = new Float64Array(groups.length + 1);
    this.usable = new Float64Array(groups.length);
    this.refill = reoffers ? new WaterFill(groups.length, allocator) : undefined;
  }

  share(
    interval: number,
    claims: Float64Array,
    _total: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number {
    const { groups, pools, usable, refill, weights } = this;
    shares.fill(0);
    parts?.fill(0);
    for (let index = 0; index < groups.length; index++) {
      const group = groups[index] as GroupColumns;
      group.gather(claims);
      if (refill !== undefined) usable[index] = group.usable(interval);
    }
    if (refill === undefined) this.allocator.allocate(pool, weights.withRest, weights.sum, pools);
    else refill.fill(pool, weights.weights, usable, pools);
    let shared = 0;
    for (let index = 0; index < groups.length; index++) {
      const group = groups[index] as GroupColumns;
      shared += group.share(interval, pools[index] as number, shares, parts);
    }
    return shared;
  }

  reach(interval: number, mask: Uint8Array): void {
    const { groups, weights } = this;
    for (let index = 0; index < groups.length; index++) {
      if ((weights.weights[index] as number) === 0) continue;
      (groups[index] as GroupColumns).reach(interval, mask);
    }
  }
}
