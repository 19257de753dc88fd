import { sumOf } from './key-node.js';
import type { SharingRule, SharingWork } from './sharing-rule.js';

/** Steps of which one says itself who gives to whom: each runs on the claims and offers left. */
export class CombinedRule implements SharingRule {
  readonly kind = 'combined';
  readonly keepsUnused: boolean;
  private readonly work: SharingWork;

  constructor(
    size: number,
    private readonly steps: readonly SharingRule[],
  ) {
    this.keepsUnused = steps.some((step) => step.keepsUnused);
    const column = (): Float64Array => new Float64Array(size);
    this.work = {
      interval: 0,
      startMs: 0,
      claims: column(),
      totalClaimed: 0,
      offers: column(),
      totalOffered: 0,
      takingPart: undefined,
      cut: false,
      shares: column(),
      given: column(),
      own: column(),
      assigned: column(),
    };
  }

  share(all: SharingWork): number {
    const { work } = this;
    work.interval = all.interval;
    work.startMs = all.startMs;
    work.takingPart = all.takingPart;
    work.cut = all.cut;
    work.claims.set(all.claims);
    work.offers.set(all.offers);
    work.totalClaimed = all.totalClaimed;
    work.totalOffered = all.totalOffered;
    all.shares.fill(0);
    all.given.fill(0);
    if (this.keepsUnused) {
      all.own.fill(0);
      all.assigned.fill(0);
    }
    for (const step of this.steps) {
      const shared = step.share(work);
      move(work.shares, work.claims, all.shares);
      move(work.given, work.offers, all.given);
      work.totalClaimed -= shared;
      work.totalOffered -= shared;
      if (!step.keepsUnused) continue;
      add(work.own, all.own);
      move(work.assigned, work.offers, all.assigned);
      work.totalOffered -= sumOf(work.own);
    }
    return all.totalClaimed - work.totalClaimed;
  }
}

function move(part: Float64Array, from: Float64Array, to: Float64Array): void {
  for (let index = 0; index < part.length; index++) {
    const energy = part[index] as number;
    from[index] = (from[index] as number) - energy;
    to[index] = (to[index] as number) + energy;
  }
}

function add(part: Float64Array, to: Float64Array): void {
  for (let index = 0; index < part.length; index++) {
    to[index] = (to[index] as number) + (part[index] as number);
  }
}
