import type { MarketAmounts, SharingRule, SharingWork } from './sharing-rule.js';

/**
 * A rule whose energy has the internal price, said as a market says its money: it stands beside a market
 * in one key.
 */
export class PricedRule implements SharingRule {
  readonly kind: SharingRule['kind'];
  readonly keepsUnused: boolean;
  market: MarketAmounts;

  /** @param prices internal price of each interval of the period. */
  constructor(
    private readonly rule: SharingRule,
    private readonly prices: Float64Array,
  ) {
    this.kind = rule.kind;
    this.keepsUnused = rule.keepsUnused;
    this.market = { paidPico: [], earnedPico: [], buyersPrice: NaN, sellersPrice: NaN };
  }

  share(work: SharingWork): number {
    const shared = this.rule.share(work);
    this.market = this.amounts(work.interval, work.shares, work.given);
    return shared;
  }

  curtailed(
    interval: number,
    _market: MarketAmounts,
    sharedIn: Float64Array,
    sharedOut: Float64Array,
  ): MarketAmounts {
    return this.amounts(interval, sharedIn, sharedOut);
  }

  private amounts(interval: number, taken: Float64Array, given: Float64Array): MarketAmounts {
    const price = this.prices[interval] as number;
    const exact = BigInt(price);
    const at = (energies: Float64Array): bigint[] =>
      Array.from(energies, (energy) => (energy === 0 ? 0n : BigInt(energy) * exact));
    return {
      paidPico: at(taken),
      earnedPico: at(given),
      buyersPrice: price,
      sellersPrice: price,
    };
  }
}
