import type { Allocator } from '@microgrid/units';
import type { WeightSchedule } from './coefficient-weights.js';
import type { KeyNode, NodeContext } from './key-node.js';
import { WaterFill } from './water-fill.js';

/**
 * Each point's fixed part of the pool, at most its claim: a_i = min(c_i, k_i P). The parts are whole
 * mWh by largest remainder over the coefficients and the rest to 1, which comes last among ties.
 * Where unused parts are offered again, the coefficients are weights and claims are caps
 * ({@link WaterFill}): all is used that points with a coefficient above 0 can take.
 */
export class FixedNode implements KeyNode {
  private readonly allocator: Allocator;
  private readonly parts: Float64Array;
  private readonly refill: WaterFill | undefined;

  /** @param size number of points. */
  constructor(
    size: number,
    private readonly schedule: WeightSchedule,
    { allocator, reoffers }: NodeContext,
  ) {
    this.allocator = allocator;
    this.parts = new Float64Array(size + 1);
    this.refill = reoffers ? new WaterFill(size, allocator) : undefined;
  }

  share(
    interval: number,
    claims: Float64Array,
    _total: number,
    pool: number,
    shares: Float64Array,
    out: Float64Array | undefined,
  ): number {
    const { withRest, weights, sum } = this.schedule.at(interval);
    if (this.refill !== undefined) {
      const used = this.refill.fill(pool, weights, claims, shares);
      out?.set(shares);
      return used;
    }
    const { parts } = this;
    this.allocator.allocate(pool, withRest, sum, parts);
    let shared = 0;
    for (let index = 0; index < claims.length; index++) {
      const part = parts[index] as number;
      const claim = claims[index] as number;
      const share = claim < part ? claim : part;
      shares[index] = share;
      shared += share;
      if (out !== undefined) out[index] = part;
    }
    return shared;
  }

  reach(interval: number, mask: Uint8Array): void {
    const { weights } = this.schedule.at(interval);
    for (let index = 0; index < mask.length; index++) {
      if ((weights[index] as number) > 0) mask[index] = 1;
    }
  }
}
