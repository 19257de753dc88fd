import type { EpochMs, MilliwattHours } from '@microgrid/units';
import { between, uniform } from './noise.js';
import type { EvHabits } from './site-config.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** One car's stay at a charge point. */
export interface EvVisit {
  /** The local day it arrives, counted from 1970-01-01. */
  readonly day: number;
  readonly arrivalMs: EpochMs;
  readonly departureMs: EpochMs;
  /** What the car takes before it is full, mWh. */
  readonly needMilliwattHours: MilliwattHours;
}

/** The visit that begins on a local day, if any: a function of seed and day alone. */
export function visitOn(
  seed: number,
  habits: EvHabits,
  localOffsetMinutes: number,
  day: number,
): EvVisit | undefined {
  if (uniform(seed, day, 0) >= (habits.presence ?? 0.8)) return undefined;
  const spread = habits.spreadMinutes ?? 60;
  const arrival = habits.arrivalMinute ?? 1080;
  const departure = habits.departureMinute ?? 450;
  const dayStart = day * DAY_MS - localOffsetMinutes * MINUTE_MS;
  const arrivalMs =
    dayStart + Math.round(MINUTE_MS * (arrival + spread * between(-1, 1, uniform(seed, day, 1))));
  const nextDay = departure <= arrival ? DAY_MS : 0;
  const leaving = departure + spread * between(-1, 1, uniform(seed, day, 2));
  const least = habits.leastMilliwattHours ?? 5_000_000;
  const most = Math.max(least, habits.mostMilliwattHours ?? 25_000_000);
  return {
    day,
    arrivalMs,
    // A car stays a while even where the spreads overlap.
    departureMs: Math.max(
      arrivalMs + 10 * MINUTE_MS,
      dayStart + nextDay + Math.round(MINUTE_MS * leaving),
    ),
    needMilliwattHours: Math.round(between(least, most, uniform(seed, day, 3))),
  };
}

/** The visit in progress at an instant, and when that answer next changes at the latest. */
export function visitAt(
  seed: number,
  habits: EvHabits,
  localOffsetMinutes: number,
  atMs: EpochMs,
): { readonly visit?: EvVisit; readonly untilMs: EpochMs } {
  const today = Math.floor((atMs + localOffsetMinutes * MINUTE_MS) / DAY_MS);
  let untilMs = (today + 1) * DAY_MS - localOffsetMinutes * MINUTE_MS;
  // The later arrival takes the charge point over, so that visits never overlap.
  for (const day of [today + 1, today, today - 1]) {
    const visit = visitOn(seed, habits, localOffsetMinutes, day);
    if (visit === undefined) continue;
    if (visit.arrivalMs > atMs) untilMs = Math.min(untilMs, visit.arrivalMs);
    else if (visit.departureMs > atMs) {
      return { visit, untilMs: Math.min(untilMs, visit.departureMs) };
    }
  }
  return { untilMs };
}
