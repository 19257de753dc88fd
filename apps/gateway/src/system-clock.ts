import type { Clock } from '@microgrid/devices';

/** The clocks of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/**
 * Clocks that run `speed` times faster than the machine's and agreed with it at `sinceMs`, so that a
 * gateway restarted against a running simulation finds the same time again.
 */
export function fastClock(speed: number, sinceMs: number): Clock {
  return {
    nowMs: () => Math.floor(sinceMs + (Date.now() - sinceMs) * speed),
    monotonicMs: () => performance.now() * speed,
  };
}
