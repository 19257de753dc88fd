import type { Allocator } from '@microgrid/units';
import type { KeyNode, NodeContext } from './key-node.js';
import type { SharingRule, SharingWork } from './sharing-rule.js';

/**
 * The short side decides, and all of it is used: where the pool is below the claims, the consumers'
 * key says who gets it; otherwise every claim is met and the producers' key says whose injection is
 * taken.
 */
export class TwoSidedRule implements SharingRule {
  readonly kind = 'twoSided';

  /**
   * @param scarce the whole rule of a short pool.
   * @param abundant the producers' key, which gives out all that is asked of it.
   */
  constructor(
    private readonly scarce: SharingRule,
    private readonly abundant: KeyNode,
    private readonly allocator: Allocator,
    private readonly limits: NodeContext['limits'],
  ) {}

  get keepsUnused(): boolean {
    return this.scarce.keepsUnused;
  }

  share(work: SharingWork): number {
    const { interval, claims, totalClaimed, offers, totalOffered, shares, given } = work;
    if (totalOffered < totalClaimed) return this.scarce.share(work);
    if (this.keepsUnused) {
      work.own.fill(0);
      work.assigned.fill(0);
    }
    this.limits.cut = work.cut;
    const taken = this.abundant.share(
      interval,
      offers,
      totalOffered,
      totalClaimed,
      given,
      undefined,
    );
    this.allocator.allocate(taken, claims, totalClaimed, shares);
    return taken;
  }
}
