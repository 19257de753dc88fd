import type { MilliwattHours, Watts } from '@microgrid/units';
import type { Linear } from './energy-counter.js';

const NEAR_WATTS = 1e-6;

/** Whether two powers are the same but for rounding. */
export function near(a: Watts, b: Watts): boolean {
  return Math.abs(a - b) <= NEAR_WATTS;
}

/** How a power moves towards its target until the next bend in what depends on it. */
export interface Approach {
  readonly perMs: number;
  readonly durationMs: number;
  /** The power at the end of that time. */
  readonly arrivesAt: Watts;
  /** A power strictly inside the stretch, which tells on which side of every bend it lies. */
  readonly inside: Watts;
}

/** Moves at a ramp; `bends` are powers at which a law changes. */
export function approach(
  watts: Watts,
  target: Watts,
  rampWattsPerSecond: number,
  bends: readonly Watts[],
): Approach {
  const distance = target - watts;
  if (near(watts, target)) {
    return { perMs: 0, durationMs: Infinity, arrivesAt: target, inside: watts };
  }
  const sign = Math.sign(distance);
  const ahead = bends
    .map((bend) => (bend - watts) * sign)
    .filter((way) => way > NEAR_WATTS && way < Math.abs(distance));
  const way = Math.min(Math.abs(distance), ...ahead);
  const perMs = (sign * rampWattsPerSecond) / 1000;
  return {
    perMs,
    durationMs: way / Math.abs(perMs),
    arrivesAt: way === Math.abs(distance) ? target : watts + sign * way,
    inside: watts + (sign * way) / 2,
  };
}

/** Time until a store that gains evenly changing power is full or empty, ms; Infinity if never. */
export function timeToBound(
  gain: Linear,
  stored: MilliwattHours,
  capacity: MilliwattHours,
): number {
  const middle = gain.watts === 0 ? gain.perMs : gain.watts;
  if (middle === 0) return Infinity;
  const room = ((middle > 0 ? capacity : 0) - stored) * 3600;
  if (gain.perMs === 0) return Math.max(0, room / gain.watts);
  // watts · t + perMs · t² / 2 = room; the first time after now.
  const root = gain.watts ** 2 + 2 * gain.perMs * room;
  if (root < 0) return Infinity;
  const first = (-gain.watts + Math.sign(middle) * Math.sqrt(root)) / gain.perMs;
  return first >= 0 ? first : Infinity;
}
