import type { EpochMs } from '@microgrid/units';
import type { IntervalPrices, SettlementContract } from './settlement-contract.js';

/**
 * A settled period as columns: the value of point `p` in interval `t` lies at
 * `t * points.length + p`, values of a whole interval at `t`. All energies are whole mWh.
 */
export interface SettledPeriod {
  readonly contract: SettlementContract;
  /** Metering points in id order. */
  readonly points: readonly string[];
  /** Members in id order. */
  readonly members: readonly string[];
  /** Position in `members` of each point's member. */
  readonly memberOfPoint: Int32Array;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
  readonly intervals: number;
  /** As metered, gross; 0 where a point that takes no part has no reading (quality missing). */
  readonly importMilliwattHours: Float64Array;
  readonly exportMilliwattHours: Float64Array;
  /**
   * After netting, and the part of a point's participation factor; the same arrays as the gross ones
   * with netting `none` and no factors.
   */
  readonly consumedMilliwattHours: Float64Array;
  readonly injectedMilliwattHours: Float64Array;
  readonly sharedInMilliwattHours: Float64Array;
  readonly sharedOutMilliwattHours: Float64Array;
  /**
   * Parts that points were meant to take and could not use and that stay theirs: each sells its own at
   * the export price. Absent unless the contract keeps unused parts with their points.
   */
  readonly ownSurplusMilliwattHours?: Float64Array;
  /** The same energy where it was injected: no longer surplus of its plant. Present with the above. */
  readonly assignedOutMilliwattHours?: Float64Array;
  /** Index into INTERVAL_QUALITIES of the events package. */
  readonly quality: Uint8Array;
  /** Shared by all points together, per interval. */
  readonly sharedMilliwattHours: Float64Array;
  /** Not shared because of a limit in kVA, per interval. */
  readonly curtailedMilliwattHours: Float64Array;
  /** 0 within, 1 curtailed, per interval. */
  readonly capacity: Uint8Array;
  readonly prices: IntervalPrices;
  /** What shared energy costs and earns where a market says so, in place of the internal price. */
  readonly internalAmounts?: InternalAmounts;
  /** Transitions fired in an interval, in order. */
  firings(interval: number): readonly string[];
}

/** Money of the energy that a market shared, 10^-12 currency units. */
export interface InternalAmounts {
  /** What each point pays for what it takes, by cell. */
  readonly paidPico: BigInt64Array;
  /** What each point earns for what it gives, by cell. */
  readonly earnedPico: BigInt64Array;
  /** What is paid and not earned, per interval, from 0: for the account `market-residual`. */
  readonly residualPico: BigInt64Array;
  /** Uniform prices per interval, micro-currency per kWh; NaN where points have their own. */
  readonly buyersPrices: Float64Array;
  readonly sellersPrices: Float64Array;
}
