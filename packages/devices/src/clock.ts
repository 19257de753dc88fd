import type { EpochMs } from '@microgrid/units';

/** The two clocks. Both may be virtual: in tests, in the demo and in replays. */
export interface Clock {
  /** Wall clock, UTC: it stamps readings and may be corrected at any time. */
  nowMs(): EpochMs;
  /** Grows steadily whatever happens to the wall clock: every duration and deadline uses it. */
  monotonicMs(): number;
}
