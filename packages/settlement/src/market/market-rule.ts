/** Which of the prices that clear a pool is taken when more than one does. */
export type PoolPrice = 'lowest' | 'highest' | 'middle' | 'lastAsk';

/**
 * How a community's internal market clears one interval. Ratios are texts, a decimal (`"0.5"`) or a
 * fraction (`"1/3"`), from 0 to 1; prices are micro-currency per kWh. What a mechanism makes buyers pay
 * above what sellers get goes to {@link MARKET_RESIDUAL_ACCOUNT}.
 */
export type MarketRule =
  /**
   * Uniform price where demand and supply cross; the most energy that bids and asks allow.
   * `price` (default `lowest`): the end of the interval of prices at which nobody wants to trade more
   * than is traded; `middle` is rounded half-even; `lastAsk` is the price of the last ask that is used
   * unless all supply is used, which can leave a bid above the price unserved.
   */
  | { readonly mechanism: 'poolCrossing'; readonly price?: PoolPrice }
  /**
   * The dearest bid meets the cheapest ask and pays what it bid. `sellers` (default `bid`): the seller
   * gets what its buyer pays; `ask`: the seller gets what it asked and the difference is residual.
   */
  | { readonly mechanism: 'payAsBid'; readonly sellers?: 'bid' | 'ask' }
  /**
   * Mid-market rate: highest ask + (lowest bid - highest ask) x `divider` (default `1/2`); the short
   * side trades whole, the long side pro rata. Where the lowest bid is below the highest ask, the pool
   * crosses with the price `lastAsk`. `offers` (default `all`): `accepted` takes only the orders the
   * pool crossing would use into the formula and the trade.
   */
  | {
      readonly mechanism: 'midMarketRate';
      readonly divider?: string;
      readonly offers?: 'all' | 'accepted';
    }
  /**
   * Supply and demand ratio, with `compensation` (default `0`) its compensated form; otherwise as
   * `midMarketRate`. Asks below zero count as zero in the formula.
   */
  | {
      readonly mechanism: 'supplyDemandRatio';
      readonly compensation?: string;
      readonly offers?: 'all' | 'accepted';
    }
  /**
   * Periodic double auction: bids by falling, asks by rising price are paired. `pricing` (default
   * `uniform`): last used ask + (last used bid - last used ask) x `k` (default `1/2`) for all;
   * `discriminatory`: the same formula for each pair.
   */
  | {
      readonly mechanism: 'doubleAuction';
      readonly pricing?: 'uniform' | 'discriminatory';
      readonly k?: string;
    }
  /**
   * Multi-unit double auction of Huang, Scheller-Wolf and Sycara (2002): the marginal bid and ask set
   * the two prices and do not trade; the longer side gives up the difference in equal parts.
   */
  | { readonly mechanism: 'huang' }
  /**
   * MUDA (Segal-Halevi, Hassidim, Aumann 2018), Vickrey form: orders trade at a price they had no part
   * in; each participant of the longer side pays what it keeps others from gaining. With `price` that
   * is the price; with `seed` participants are put in two halves, each trading at the crossing price of
   * the other.
   */
  | { readonly mechanism: 'muda'; readonly price: number }
  | { readonly mechanism: 'muda'; readonly seed: string };

/** The mechanisms there are. */
export type MarketMechanism = MarketRule['mechanism'];

/** The account that takes what buyers pay above what sellers get; it is never below zero. */
export const MARKET_RESIDUAL_ACCOUNT = 'market-residual';

/** Orders of one side as columns; position is the tie-break, so callers put them in id order. */
export interface OrderColumns {
  /** Most energy of each order, whole mWh from 0; an order of 0 takes no part. */
  readonly milliwattHours: Float64Array;
  /** Limit price of each order, whole micro-currency per kWh; it may be negative. */
  readonly prices: Float64Array;
  /** Whose order it is, as whole numbers common to both sides; absent: every position its own. */
  readonly participants?: Int32Array;
}

/** What is bid and asked in one interval. */
export interface MarketBook {
  readonly bids: OrderColumns;
  readonly asks: OrderColumns;
}

/** Where the traded energies are written; as long as the columns of the book. */
export interface ClearedColumns {
  readonly sharedIn: Float64Array;
  readonly sharedOut: Float64Array;
}

/** What a market gave. sum(sharedIn) = sum(sharedOut) = totalMilliwattHours. */
export interface MarketClearing extends ClearedColumns {
  readonly totalMilliwattHours: number;
  /**
   * What each kWh costs buyers and brings sellers, micro-currency, where all of a side trade at one
   * price. Without a trade it is what the mechanism still says (only bids: the highest; only asks: the
   * lowest; none: 0), or absent.
   */
  readonly prices?: { readonly buyers: number; readonly sellers: number };
  /** What each bid pays, exact; given where it is not the energy times `prices.buyers`. */
  readonly paidPico?: readonly bigint[];
  /** What each ask earns, exact; given where it is not the energy times `prices.sellers`. */
  readonly earnedPico?: readonly bigint[];
  /** Paid less earned, never below 0: for {@link MARKET_RESIDUAL_ACCOUNT}. */
  readonly residualPico: bigint;
}
