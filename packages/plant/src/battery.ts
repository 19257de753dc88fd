import type { Watts } from '@microgrid/units';
import { approach, near, timeToBound } from './approach.js';
import {
  constant,
  phaseShares,
  type DeviceModel,
  type DeviceState,
  type Segment,
} from './device-model.js';
import type { Linear } from './energy-counter.js';
import type { BatteryConfig, BatteryStore } from './site-config.js';

/** Limits and efficiencies with their defaults. */
export function storeOf(store: BatteryStore) {
  return {
    ...store,
    chargeEfficiency: store.chargeEfficiency ?? 0.95,
    dischargeEfficiency: store.dischargeEfficiency ?? 0.95,
    rampWattsPerSecond: store.rampWattsPerSecond ?? 2000,
    initialMilliwattHours: (store.capacityMilliwattHours * (store.initialPercent ?? 50)) / 100,
  };
}

/**
 * Where a battery's power starts and which way it works: a full one does not charge and an empty one
 * does not discharge, at once and without a ramp.
 */
export function workingPoint(
  following: Watts,
  target: Watts,
  full: boolean,
  empty: boolean,
): { readonly watts: Watts; readonly direction: -1 | 0 | 1 } {
  const blocked = (direction: number): boolean =>
    (direction > 0 && full) || (direction < 0 && empty);
  const sign = (watts: Watts): -1 | 0 | 1 => (watts > 0 ? 1 : watts < 0 ? -1 : 0);
  // Rounding leaves a ramp's end a hair beside its target or beside zero.
  const at = near(following, target) ? target : near(following, 0) ? 0 : following;
  if (at !== 0 && !blocked(sign(at))) return { watts: at, direction: sign(at) };
  return { watts: 0, direction: blocked(sign(target)) ? 0 : sign(target) };
}

/** A battery behind an inverter of its own; losses are what AC gives and the store does not gain. */
export function batteryModel(config: BatteryConfig, sitePhases: 1 | 3): DeviceModel {
  const store = storeOf(config.store);
  const standby = config.standbyWatts ?? 10;
  const shares = phaseShares(sitePhases, config);
  const capacity = store.capacityMilliwattHours;
  // Below this the electronics take all that is offered.
  const threshold = standby / store.chargeEfficiency;

  const laws = (line: Linear, inside: Watts): { ac: Linear; gain: Linear } => {
    if (inside < 0) {
      const efficiency = store.dischargeEfficiency;
      return {
        ac: line,
        gain: { watts: line.watts / efficiency - standby, perMs: line.perMs / efficiency },
      };
    }
    if (inside <= threshold) return { ac: constant(standby), gain: constant(0) };
    const efficiency = store.chargeEfficiency;
    return {
      ac: line,
      gain: { watts: line.watts * efficiency - standby, perMs: line.perMs * efficiency },
    };
  };

  return {
    id: config.id,
    controls: ['batteryPower'],
    capacityMilliwattHours: capacity,
    initialMilliwattHours: store.initialMilliwattHours,
    segment: (state: DeviceState): Segment => {
      const wanted = state.setPoints.batteryPower ?? 0;
      const target = Math.min(store.maxChargeWatts, Math.max(-store.maxDischargeWatts, wanted));
      const stored = state.storedMilliwattHours;
      const start = workingPoint(state.followingWatts, target, stored >= capacity, stored <= 0);
      if (start.direction === 0) {
        const idle = constant(0);
        const ac = constant(standby);
        return { ac, shares, durationMs: Infinity, batteryDc: idle, store: idle };
      }
      const move = approach(start.watts, target, store.rampWattsPerSecond, [0, threshold]);
      const line = { watts: start.watts, perMs: move.perMs };
      const { ac, gain } = laws(line, move.inside);
      return {
        ac,
        shares,
        durationMs: Math.min(move.durationMs, timeToBound(gain, stored, capacity)),
        batteryDc: gain,
        store: gain,
        following: { line, afterMs: move.durationMs, arrivesAt: move.arrivesAt },
      };
    },
  };
}
