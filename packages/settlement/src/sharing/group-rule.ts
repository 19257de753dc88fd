import type { SharingRule, SharingWork } from './sharing-rule.js';

/** A rule that only some points claim by; whose injection it takes is all the same. */
export class GroupRule implements SharingRule {
  readonly kind: SharingRule['kind'];
  readonly keepsUnused: boolean;
  private readonly work: SharingWork;
  private readonly claims: Float64Array;

  /** @param positions of the points that claim. */
  constructor(
    size: number,
    private readonly positions: Int32Array,
    private readonly rule: SharingRule,
  ) {
    this.kind = rule.kind;
    this.keepsUnused = rule.keepsUnused;
    this.claims = new Float64Array(size);
    const { claims } = this;
    this.work = {
      interval: 0,
      startMs: 0,
      claims,
      totalClaimed: 0,
      offers: claims,
      totalOffered: 0,
      takingPart: undefined,
      cut: false,
      shares: claims,
      given: claims,
      own: claims,
      assigned: claims,
    };
  }

  get market(): SharingRule['market'] {
    return this.rule.market;
  }

  share(all: SharingWork): number {
    const { work, claims, positions } = this;
    let total = 0;
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index] as number;
      const claim = all.claims[position] as number;
      claims[position] = claim;
      total += claim;
    }
    work.interval = all.interval;
    work.startMs = all.startMs;
    work.totalClaimed = total;
    work.offers = all.offers;
    work.totalOffered = all.totalOffered;
    work.takingPart = all.takingPart;
    work.cut = all.cut;
    work.shares = all.shares;
    work.given = all.given;
    work.own = all.own;
    work.assigned = all.assigned;
    return this.rule.share(work);
  }
}
