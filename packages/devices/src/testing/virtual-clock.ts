import type { Clock } from '../clock.js';

/** A clock that stands still until it is moved. */
export interface VirtualClock extends Clock {
  /** Moves both clocks forward. @throws RangeError for a negative or non-finite duration. */
  advance(ms: number): void;
  /** Corrects the wall clock alone, as a time server does. */
  setWallClock(nowMs: number): void;
}

/** Makes a virtual clock; the monotonic one begins at 0. @param startMs wall clock, epoch milliseconds. */
export function virtualClock(startMs: number): VirtualClock {
  let wallMs = startMs;
  let steadyMs = 0;
  return {
    nowMs: () => wallMs,
    monotonicMs: () => steadyMs,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) {
        throw new RangeError(`advance: got ${ms}, expected a duration of 0 ms or more`);
      }
      wallMs += ms;
      steadyMs += ms;
    },
    setWallClock(nowMs) {
      wallMs = nowMs;
    },
  };
}
