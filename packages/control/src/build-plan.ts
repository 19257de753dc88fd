import { batteryBounds } from './battery-bounds.js';
import type { Memory } from './memory.js';
import { placementOf } from './placement.js';
import { Plan, type LostCharger } from './plan.js';
import type { Policy } from './policy.js';
import type { SiteView } from './site-view.js';

/** A charger that was there and cannot be read keeps the current it may be drawing. */
function lostChargers(view: SiteView, memory: Memory, policy: Policy): LostCharger[] {
  const present = new Set(view.chargers.map(({ id }) => id));
  return Object.entries(memory.chargers)
    .filter(([id]) => !present.has(id))
    .map(([id, { reservedAmperes, lastWatts, phases }]) => {
      const failsafe = policy.ev.chargers[id]?.failsafeAmperes ?? 0;
      const amperes = Math.max(reservedAmperes, failsafe);
      return {
        id,
        placement: placementOf({ device: id, phases }, policy),
        reservedAmperes: amperes,
        change: Math.max(0, amperes * policy.mainFuse.voltage * phases - lastWatts),
      };
    });
}

/** A plan that changes nothing yet, with the bounds of every battery. */
export function buildPlan(
  view: SiteView,
  memory: Memory,
  policy: Policy,
): { readonly plan: Plan; readonly atReserve: readonly string[] } {
  const plan = new Plan(policy.mainFuse.voltage);
  const atReserve: string[] = [];
  for (const battery of view.batteries) {
    const bounds = batteryBounds(battery, policy, memory.atReserve.includes(battery.id));
    if (bounds.atReserve) atReserve.push(battery.id);
    const { least, most, note } = bounds;
    const noted = note === undefined ? {} : { note };
    plan.batteries.push({
      view: battery,
      wanted: 0,
      value: 0,
      why: '',
      narrowed: [],
      least,
      most,
      ...noted,
    });
  }
  for (const charger of view.chargers) {
    plan.chargers.push({ view: charger, wanted: 0, value: 0, why: '', narrowed: [] });
  }
  for (const load of view.loads) {
    const shed = memory.loads[load.id];
    const ratedWatts = Math.max(load.ratedWatts, shed?.shed === true ? shed.shedWatts : 0);
    const on = load.on;
    const seen = { ...load, ratedWatts };
    plan.loads.push({ view: seen, wanted: on, value: on, why: 'no need to shed', narrowed: [] });
  }
  for (const pv of view.pv) {
    const item = { view: pv, wanted: pv.ratedWatts, value: undefined, why: '', narrowed: [] };
    plan.pv.push({ ...item, curtailedWatts: 0 });
  }
  plan.lostChargers.push(...lostChargers(view, memory, policy));
  return { plan, atReserve };
}
