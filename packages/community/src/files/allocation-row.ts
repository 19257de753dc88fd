import type { IntervalQuality } from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';

/** What a figure of an allocation is about. */
export type AllocatedFlow = 'sharedIn' | 'sharedOut';

/** One figure of an operator's allocation. */
export interface AllocatedRow {
  /** As the file names it: a point's id or its `operatorId`. */
  readonly meteringPoint: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly flow: AllocatedFlow;
  /** What was allocated, mWh; absent where the file says nothing. */
  readonly allocatedMilliwattHours?: number;
  /** What the point could not use of its part, mWh. */
  readonly surplusMilliwattHours?: number;
  /** The readings the operator worked with, mWh. */
  readonly consumedMilliwattHours?: number;
  readonly injectedMilliwattHours?: number;
  /** Of those readings. */
  readonly quality?: IntervalQuality;
  /** Line of the file. */
  readonly line: number;
}

/** An operator's allocation. */
export interface AllocationFile {
  /** In the order of the file. */
  readonly rows: readonly AllocatedRow[];
  /** Last digit of its allocated energies, mWh, as in 1000 for kWh with 3 decimals. */
  readonly unitMilliwattHours: number;
}
