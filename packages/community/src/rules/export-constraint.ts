import { numeratorAt, parseRatio } from '@microgrid/units';
import type { LocalTime } from '@microgrid/units/calendar';
import { inHours } from '../calendar-row.js';
import type { ExportConstraint } from '../contract-rules.js';
import { validOn } from './verdict.js';

/** mWh per kW and ms, as a fraction: 1,000,000 mWh per 3,600,000 ms. */
const MILLISECONDS_PER_MILLIWATT_HOUR = 3_600_000n;
const SCALE = 12;

/**
 * Most export of a point that takes part in sharing in the interval that begins at a local time: whole
 * mWh rounded down, the least of all constraints that hold; Infinity where none does.
 * @param resolutionMs length of the interval.
 */
export function exportConstraintMilliwattHours(
  constraints: readonly ExportConstraint[] | undefined,
  point: string,
  local: LocalTime,
  resolutionMs: number,
): number {
  return (constraints ?? []).reduce((least, constraint) => {
    const { points, hours, limitKilowatts } = constraint;
    const holds =
      validOn(constraint, local.date) &&
      (points === undefined || points.includes(point)) &&
      (hours === undefined || hours.some((span) => inHours(span, local.minuteOfDay)));
    return holds ? Math.min(least, energyAt(limitKilowatts, resolutionMs)) : least;
  }, Infinity);
}

function energyAt(kilowatts: string, resolutionMs: number): number {
  const numerator = numeratorAt(parseRatio(kilowatts), SCALE) * 1_000_000n * BigInt(resolutionMs);
  return Number(numerator / (MILLISECONDS_PER_MILLIWATT_HOUR * 10n ** BigInt(SCALE)));
}
