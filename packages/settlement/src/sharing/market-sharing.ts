import { clearedAmounts, Market } from '../market/market.js';
import type { MarketRule } from '../market/market-rule.js';
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
    const { bidPrices, askPrices, limits } = this;
    for (let point = 0; point < bidPrices.length; point++) {
      bidPrices[point] = limits.bids[point]?.[interval] ?? NaN;
      askPrices[point] = limits.asks[point]?.[interval] ?? NaN;
    }
    const clearing = this.place.clear(
      {
        bids: { milliwattHours: claims, prices: bidPrices },
        asks: { milliwattHours: offers, prices: askPrices },
      },
      { sharedIn: shares, sharedOut: given },
    );
    this.market = {
      ...clearedAmounts(clearing),
      buyersPrice: clearing.prices?.buyers ?? NaN,
      sellersPrice: clearing.prices?.sellers ?? NaN,
    };
    return clearing.totalMilliwattHours;
  }
}
