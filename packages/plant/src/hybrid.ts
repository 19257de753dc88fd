import type { Watts } from '@microgrid/units';
import { approach, timeToBound } from './approach.js';
import { storeOf, workingPoint } from './battery.js';
import {
  constant,
  phaseShares,
  type DeviceModel,
  type DeviceState,
  type Segment,
} from './device-model.js';
import type { Linear } from './energy-counter.js';
import type { ArrayPower } from './irradiance.js';
import type { HybridConfig } from './site-config.js';

/**
 * Modules and battery on one DC bus: AC port = pvDc + batteryDc + losses, all positive into the element.
 * Where the inverter is too small the battery waits for the modules, and what even then does not fit
 * is curtailed.
 */
export function hybridModel(
  config: HybridConfig,
  sitePhases: 1 | 3,
  array: ArrayPower,
): DeviceModel {
  const store = storeOf(config.store);
  const efficiency = config.efficiency ?? 0.97;
  const standby = config.standbyWatts ?? 15;
  const shares = phaseShares(sitePhases, config);
  const capacity = store.capacityMilliwattHours;

  /** The flows at a battery power, given what the modules offer and what the inverter lets out. */
  const flows = (battery: Linear, inside: Watts, offered: Watts, outlet: Watts) => {
    const curtailed = offered > outlet + inside;
    const pv: Linear = curtailed
      ? { watts: -(outlet + battery.watts), perMs: -battery.perMs }
      : constant(0 - offered);
    const net: Linear = curtailed
      ? constant(-outlet)
      : { watts: battery.watts - offered, perMs: battery.perMs };
    const factor = curtailed || inside < offered ? efficiency : 1 / efficiency;
    const ac = { watts: net.watts * factor + standby, perMs: net.perMs * factor };
    return { pv, ac };
  };

  return {
    id: config.id,
    controls: ['batteryPower', 'exportLimit'],
    capacityMilliwattHours: capacity,
    initialMilliwattHours: store.initialMilliwattHours,
    segment: (state: DeviceState, { cellMiddleMs }): Segment => {
      const offered = array(cellMiddleMs);
      const limit = Math.max(0, state.setPoints.exportLimit ?? config.ratedWatts);
      const outlet = Math.min(config.ratedWatts, limit) / efficiency;
      const low = Math.max(-store.maxDischargeWatts, Math.min(0, offered - outlet));
      const inlet = Math.max(0, config.ratedWatts - standby) * efficiency;
      const high = Math.min(store.maxChargeWatts, offered + inlet);
      const within = (watts: Watts): Watts => Math.min(high, Math.max(low, watts));
      const target = within(state.setPoints.batteryPower ?? 0);
      const stored = state.storedMilliwattHours;
      const full = stored >= capacity;
      const start = workingPoint(within(state.followingWatts), target, full, stored <= 0);
      const bends = [0, offered, offered - outlet];
      const move =
        start.direction === 0
          ? { perMs: 0, durationMs: Infinity, arrivesAt: 0, inside: 0 }
          : approach(start.watts, target, store.rampWattsPerSecond, bends);
      const battery = { watts: start.watts, perMs: move.perMs };
      const factor = move.inside < 0 ? 1 / store.dischargeEfficiency : store.chargeEfficiency;
      const gain = { watts: battery.watts * factor, perMs: battery.perMs * factor };
      const { pv, ac } = flows(battery, move.inside, offered, outlet);
      return {
        ac,
        shares,
        durationMs: Math.min(move.durationMs, timeToBound(gain, stored, capacity)),
        pvDc: pv,
        batteryDc: battery,
        store: gain,
        following: { line: battery, afterMs: move.durationMs, arrivesAt: move.arrivesAt },
      };
    },
  };
}
