import { clearedAmounts, Market } from '../market/market.js';
import type { ClearedColumns, MarketClearing, MarketRule } from '../market/market-rule.js';
import { SettlementError } from '../settlement-error.js';
import { sumOf } from './key-node.js';
import type { MarketAmounts, SharingRule, SharingWork } from './sharing-rule.js';

/** Limit price of every point in every interval of the period, micro-currency per kWh. */
export interface LimitPriceColumns {
  /** Series by position; positions without limits of their own share one. */
  readonly bids: readonly Float64Array[];
  readonly asks: readonly Float64Array[];
}

/** A market inside the community: claims are bids, offers are asks, each at its point's limit price. */
export class MarketSharing implements SharingRule {
  readonly kind = 'market';
  readonly keepsUnused = false;
  market: MarketAmounts = { paidPico: [], earnedPico: [], buyersPrice: NaN, sellersPrice: NaN };

  private readonly place: Market;
  private readonly bidPrices: Float64Array;
  private readonly askPrices: Float64Array;

  constructor(
    size: number,
    rule: MarketRule,
    private readonly limits: LimitPriceColumns,
  ) {
    this.place = new Market(rule);
    this.bidPrices = new Float64Array(size);
    this.askPrices = new Float64Array(size);
  }

  share({ interval, claims, offers, shares, given }: SharingWork): number {
    const clearing = this.clear(interval, claims, offers, { sharedIn: shares, sharedOut: given });
    this.market = {
      ...clearedAmounts(clearing),
      buyersPrice: clearing.prices?.buyers ?? NaN,
      sellersPrice: clearing.prices?.sellers ?? NaN,
    };
    return clearing.totalMilliwattHours;
  }

  /**
   * At uniform prices these hold for what is left; where each pair had its own, what is left is
   * cleared again, in which all of it trades: every order left was taken before.
   * @throws SettlementError `bad-key` where not all of it trades: with a MUDA in halves.
   */
  curtailed(
    interval: number,
    market: MarketAmounts,
    sharedIn: Float64Array,
    sharedOut: Float64Array,
  ): MarketAmounts {
    const { buyersPrice, sellersPrice } = market;
    if (!Number.isNaN(buyersPrice) && !Number.isNaN(sellersPrice)) {
      const at = (energies: Float64Array, price: number): bigint[] =>
        Array.from(energies, (energy) => BigInt(energy) * BigInt(price));
      return {
        ...market,
        paidPico: at(sharedIn, buyersPrice),
        earnedPico: at(sharedOut, sellersPrice),
      };
    }
    const out = {
      sharedIn: new Float64Array(sharedIn.length),
      sharedOut: new Float64Array(sharedOut.length),
    };
    const clearing = this.clear(interval, sharedIn, sharedOut, out);
    if (clearing.totalMilliwattHours !== sumOf(sharedIn)) {
      throw new SettlementError(
        'bad-key',
        `market ${this.place.rule.mechanism}: what a transformer limit leaves of its trades does not trade again; use another mechanism with a transformer limit`,
      );
    }
    return { ...market, ...clearedAmounts(clearing) };
  }

  private clear(
    interval: number,
    claims: Float64Array,
    offers: Float64Array,
    out: ClearedColumns,
  ): MarketClearing {
    const { bidPrices, askPrices, limits } = this;
    for (let point = 0; point < bidPrices.length; point++) {
      bidPrices[point] = limits.bids[point]?.[interval] ?? NaN;
      askPrices[point] = limits.asks[point]?.[interval] ?? NaN;
    }
    return this.place.clear(
      {
        bids: { milliwattHours: claims, prices: bidPrices },
        asks: { milliwattHours: offers, prices: askPrices },
      },
      out,
    );
  }
}
