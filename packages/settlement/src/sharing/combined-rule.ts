import { sumOf } from './key-node.js';
import type { MarketAmounts, SharingRule, SharingWork } from './sharing-rule.js';

/**
 * Steps of which one says itself who gives to whom: each runs on the claims and offers left. Where one
 * is a market, all of them say their money, and what a point pays and earns is the sum.
 */
export class CombinedRule implements SharingRule {
  readonly kind = 'combined';
  readonly keepsUnused: boolean;
  market?: MarketAmounts;
  private readonly work: SharingWork;

  constructor(
    size: number,
    private readonly steps: readonly SharingRule[],
  ) {
    this.keepsUnused = steps.some((step) => step.keepsUnused);
    if (steps.some(({ market }) => market !== undefined)) this.market = noAmounts(size);
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
    const market = this.market && noAmounts(work.claims.length);
    for (const step of this.steps) {
      const shared = step.share(work);
      if (market !== undefined && step.market !== undefined)
        addAmounts(step.market, shared, market);
      move(work.shares, work.claims, all.shares);
      move(work.given, work.offers, all.given);
      work.totalClaimed -= shared;
      work.totalOffered -= shared;
      if (!step.keepsUnused) continue;
      add(work.own, all.own);
      move(work.assigned, work.offers, all.assigned);
      work.totalOffered -= sumOf(work.own);
    }
    if (market !== undefined) this.market = market;
    return all.totalClaimed - work.totalClaimed;
  }
}

/** Sums of the amounts of steps; the prices are those of the only step that shared anything. */
interface SummedAmounts {
  readonly paidPico: bigint[];
  readonly earnedPico: bigint[];
  buyersPrice: number;
  sellersPrice: number;
  steps: number;
}

function noAmounts(size: number): SummedAmounts {
  const none = (): bigint[] => new Array<bigint>(size).fill(0n);
  return {
    paidPico: none(),
    earnedPico: none(),
    buyersPrice: NaN,
    sellersPrice: NaN,
    steps: 0,
  };
}

function addAmounts(part: MarketAmounts, shared: number, to: SummedAmounts): void {
  if (shared === 0) return;
  to.steps++;
  to.buyersPrice = to.steps === 1 ? part.buyersPrice : NaN;
  to.sellersPrice = to.steps === 1 ? part.sellersPrice : NaN;
  for (let point = 0; point < to.paidPico.length; point++) {
    to.paidPico[point] = (to.paidPico[point] as bigint) + (part.paidPico[point] ?? 0n);
    to.earnedPico[point] = (to.earnedPico[point] as bigint) + (part.earnedPico[point] ?? 0n);
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
