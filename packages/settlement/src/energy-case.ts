import type { EpochMs } from '@microgrid/units';
import type { MarketAmounts } from './sharing/sharing-rule.js';
import type { Entitled } from './workspace.js';

/** The readings of all metering points in one interval: the message an energy case waits for. */
export interface IntervalReading {
  /** Whether the validation accepts them; refused ones go to quarantine. */
  readonly accepted: boolean;
  /** Gross, whole mWh by point in id order; 0 where a point that takes no part has none. */
  readonly importMilliwattHours: Float64Array;
  /** Gross, whole mWh by point in id order; 0 where a point that takes no part has none. */
  readonly exportMilliwattHours: Float64Array;
}

/** One community in one interval on its way through the net: what its control tokens carry. */
export interface EnergyCase {
  readonly startMs: EpochMs;
  /** The readings settled in this version; absent before they came. */
  readonly reading?: IntervalReading;
  /** The readings that come in their place; absent unless they are to be corrected. */
  readonly correction?: IntervalReading;
}

/** A case whose contract rules are applied. */
export interface RuledCase extends EnergyCase, Entitled {
  /** What each point brings into sharing, mWh. */
  readonly claimed: Float64Array;
  readonly offered: Float64Array;
  /** Their sums. */
  readonly totalClaimed: number;
  readonly totalOffered: number;
  /** Whether no limit in kVA is exceeded: the guard of the two capacity transitions. */
  readonly withinCapacity: boolean;
}

/** A case whose shared quantity is known. */
export interface ClearedCase extends RuledCase {
  /** Quantity shared in this interval, mWh: at most `entitled`. */
  readonly shared: number;
  /** What would have been shared without limits, less what is shared, mWh. */
  readonly curtailed: number;
}

/** The case after its event: what the settlement needs of it. */
export interface IssuedCase extends EnergyCase {
  readonly shared: number;
  readonly curtailed: number;
  readonly withinCapacity: boolean;
  /** What stays each point's own surplus, and what each plant gives to it; undefined without. */
  readonly own?: Float64Array | undefined;
  readonly assigned?: Float64Array | undefined;
  /** What takers pay and givers earn for what is shared, where a market made it. */
  readonly market?: MarketAmounts | undefined;
}

/** The energies of one version that another took the place of; never changed. */
export interface SupersededVersion {
  readonly version: number;
  readonly importMilliwattHours: Float64Array;
  readonly exportMilliwattHours: Float64Array;
}
