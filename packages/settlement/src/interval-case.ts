import type { EpochMs } from '@microgrid/units';
import type { Workspace } from './workspace.js';

/** One community in one interval on its way through the net: the token of the control places. */
export interface IntervalCase {
  readonly workspace: Workspace;
  readonly startMs: EpochMs;
  /** Where the results go, one value per point. */
  readonly sharedIn: Float64Array;
  readonly sharedOut: Float64Array;
}

/** A case whose contract rules are applied. */
export interface RuledCase extends IntervalCase {
  /** What takes part in sharing, mWh: sums of the columns `claimed` and `offered`. */
  readonly totalClaimed: number;
  readonly totalOffered: number;
  /** What each point may take of the pool by the key, before capacity. */
  readonly shares: Float64Array;
  /** Their sum. */
  readonly entitled: number;
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

/** Column of each energy place a transition touches. */
export type Columns = Readonly<Record<string, Float64Array>>;

/** What a transition makes of its tokens. */
export interface StepResult<Case> {
  readonly case: Case;
  readonly columns: Columns;
}
