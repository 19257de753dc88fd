import type { ParticipationFactor } from '../contract-rules.js';
import { validOn } from './verdict.js';

/**
 * Whole percent of a point's energy that takes part in a community on a local day: 100 where the point
 * states no factors, 0 where it states some and none of this community holds that day.
 * @param date `YYYY-MM-DD`.
 */
export function participationPercent(
  factors: readonly ParticipationFactor[] | undefined,
  community: string,
  date: string,
): number {
  if (factors === undefined) return 100;
  const held = factors.find((factor) => factor.community === community && validOn(factor, date));
  return held?.percent ?? 0;
}

/**
 * The part of an energy that a factor covers, whole mWh, rounded down: what is rounded away stays with
 * the supplier, so that factors that add up to 100 never cover more than the energy.
 * @param milliwattHours 0 to 2^53 - 1. @param percent 0 to 100.
 */
export function participatingMilliwattHours(milliwattHours: number, percent: number): number {
  // Exact for every safe integer: the product of the remainder stays below 10,000.
  const rest = milliwattHours % 100;
  return ((milliwattHours - rest) / 100) * percent + Math.floor((rest * percent) / 100);
}
