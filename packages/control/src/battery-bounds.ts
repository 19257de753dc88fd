import type { Policy } from './policy.js';
import type { BatteryView } from './site-view.js';

/** What a battery may do now. */
export interface BatteryBounds {
  /** Greatest discharge, W, 0 or less. */
  readonly least: number;
  /** Greatest charge, W, 0 or more. */
  readonly most: number;
  /** Whether it waits above the reserve for the hysteresis. */
  readonly atReserve: boolean;
  /** For people, where the state of charge narrows it. */
  readonly note?: string;
}

/** Losses make a store move faster than its AC side says. */
const LOSS_GUARD = 0.9;

/**
 * Power that would not empty (or fill) an amount of energy before a command lapses, W: even if the
 * gateway dies right after, the reserve holds.
 */
function sustainable(milliwattHours: number, validForMs: number): number {
  return (Math.max(0, milliwattHours) * 3600 * LOSS_GUARD) / validForMs;
}

/**
 * Bounds by nameplate, reserve and maximum. A battery whose state of charge or nameplate is unknown
 * rests.
 */
export function batteryBounds(
  view: BatteryView,
  policy: Policy,
  wasAtReserve: boolean,
): BatteryBounds {
  const { limits } = view.description;
  const { reservePercent, maximumPercent, reserveHysteresisPercent, deadbandWatts } =
    policy.battery;
  const soc = view.stateOfCharge;
  if (soc === undefined) {
    return { least: 0, most: 0, atReserve: wasAtReserve, note: 'its state of charge is unknown' };
  }
  const rated = (limit: number | undefined, control: number | undefined): number => {
    const least = Math.min(limit ?? Infinity, control ?? Infinity);
    return Number.isFinite(least) ? Math.max(0, least) : 0;
  };
  const minimum = view.control.minimum;
  const charge = rated(limits.maxChargeWatts, view.control.maximum);
  const discharge = rated(limits.maxDischargeWatts, minimum === undefined ? undefined : -minimum);
  const capacity = limits.capacityMilliwattHours;
  const energy = (percent: number): number =>
    capacity === undefined ? (percent > 0 ? Infinity : 0) : (capacity * percent) / 100;
  const { validForMs } = policy.commands;
  const trickle = Math.max(1, deadbandWatts);
  const out = Math.min(discharge, sustainable(energy(soc - reservePercent), validForMs));
  const room = Math.min(charge, sustainable(energy(maximumPercent - soc), validForMs));
  const below = out < Math.min(trickle, discharge);
  const atReserve = below || (wasAtReserve && soc < reservePercent + reserveHysteresisPercent);
  const full = room < Math.min(trickle, charge);
  const most = full ? 0 : room;
  const least = atReserve ? 0 : 0 - out;
  const text = `state of charge ${soc.toFixed(1)} %`;
  const note = atReserve
    ? `${text} is at the reserve of ${reservePercent} %`
    : full
      ? `${text} is at the maximum of ${maximumPercent} %`
      : out < discharge
        ? `${text} is near the reserve of ${reservePercent} %`
        : undefined;
  return { least, most, atReserve, ...(note === undefined ? {} : { note }) };
}
