import type { SharingKey } from '@microgrid/community';

/** One interval for a {@link SharingRule}: what comes in, and the columns that its result goes to. */
export interface SharingWork {
  /** Position of the interval in the period. */
  interval: number;
  /** Start of the interval, for messages. */
  startMs: number;
  /** What each point could take, mWh. */
  claims: Float64Array;
  /** Their exact sum. */
  totalClaimed: number;
  /** What each point offers, mWh. */
  offers: Float64Array;
  /** Their exact sum: the pool. */
  totalOffered: number;
  /** 1 for each point that takes part; absent when all do. */
  takingPart: Uint8Array | undefined;
  /** Whether claims and offers are cut to limits, so that what was stated of them may be more. */
  cut: boolean;
  /** What each point takes, at most its claim. */
  shares: Float64Array;
  /** What each point gives to them, at most its offer; the sums are equal. */
  given: Float64Array;
  /** What stays each point's own surplus; only written by a rule that keeps unused parts. */
  own: Float64Array;
  /** What each plant gives to own surpluses; only written by a rule that keeps unused parts. */
  assigned: Float64Array;
}

/** A sharing key with its slots ready to run on columns: no object is made per point or interval. */
export interface SharingRule {
  readonly kind: SharingKey['type'];
  /** Whether a part that its point cannot use stays the point's own surplus. */
  readonly keepsUnused: boolean;
  /** Fills the result columns and returns the sum of the shares. */
  share(work: SharingWork): number;
  /** Exact money of the last interval shared, where a market made it. */
  readonly market?: MarketAmounts | undefined;
  /**
   * What the amounts come to when less than the market traded is shared, by limits in kVA.
   * @param market amounts of the interval as traded.
   */
  curtailed?(
    interval: number,
    market: MarketAmounts,
    sharedIn: Float64Array,
    sharedOut: Float64Array,
  ): MarketAmounts;
}

/** What takers pay and givers earn for the energy of the last interval that a market shared. */
export interface MarketAmounts {
  /** By point, 10^-12 currency units. */
  readonly paidPico: readonly bigint[];
  readonly earnedPico: readonly bigint[];
  /** Uniform prices, micro-currency per kWh; NaN where points have prices of their own or nothing says one. */
  readonly buyersPrice: number;
  readonly sellersPrice: number;
}
