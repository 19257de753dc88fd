import { fuseBounds } from './bounds.js';
import type { Outcome } from './decide-normally.js';
import { enforceBounds } from './enforce-bounds.js';
import type { ChargerMemory, Memory } from './memory.js';
import type { Plan } from './plan.js';
import type { Policy } from './policy.js';

/** Exchange per phase as it would be if the rest of the house had stayed as it was. */
export function estimatedPhaseWatts(plan: Plan, memory: Memory): number[] | undefined {
  if (memory.grid === undefined) return undefined;
  const estimate = [...memory.grid.uncontrolledWatts];
  const items = [...plan.batteries, ...plan.chargers, ...plan.loads];
  for (const { view } of items) {
    view.placement.forEach((share, phase) => {
      estimate[phase] = (estimate[phase] ?? 0) + share * view.watts;
    });
  }
  return estimate;
}

/**
 * Decides without a grid meter: batteries rest, cars stop or fall to their smallest current, shed
 * loads stay off and PV limits stay. From what was last known of the house the fuse is still guarded;
 * for it a battery may go on discharging, never more than it does.
 */
export function decideBlindly(
  plan: Plan,
  memory: Memory,
  policy: Policy,
  monotonicMs: number,
): Outcome {
  const estimate = estimatedPhaseWatts(plan, memory);
  plan.batteries.forEach((battery, index) => {
    const least = Math.min(0, Math.max(battery.least, battery.view.watts));
    const why = 'the grid meter cannot be read: the battery rests';
    plan.batteries[index] = { ...battery, wanted: 0, value: 0, why, least, most: 0 };
  });
  const chargers: Record<string, ChargerMemory> = {};
  for (const charger of plan.chargers) {
    const { view } = charger;
    const before = memory.chargers[view.id];
    const goesOn = policy.blind.ev === 'minimum' && before?.charging === true && estimate;
    charger.value = goesOn ? Math.min(view.minAmperes, before.reservedAmperes) : 0;
    charger.wanted = charger.value;
    charger.why = `the grid meter cannot be read: ${goesOn ? `at most ${view.minAmperes} A` : 'charging pauses'}`;
    const pausedAtMs = !goesOn && before?.charging === true ? monotonicMs : before?.pausedAtMs;
    chargers[view.id] = {
      reservedAmperes: charger.value,
      lastWatts: view.watts,
      phases: view.phases,
      charging: goesOn ? before.charging : false,
      ...(pausedAtMs === undefined ? {} : { pausedAtMs }),
    };
  }
  const loads = { ...memory.loads };
  for (const load of plan.loads) {
    const shed = memory.loads[load.view.id];
    if (shed?.shed !== true) continue;
    const { roomSinceMs: _lost, ...rest } = shed;
    loads[load.view.id] = rest;
    load.value = false;
    load.wanted = true;
    load.narrowed.push({ rule: 'blind', text: 'no load is restored without the grid meter' });
  }
  for (const pv of plan.pv) {
    pv.value = memory.curtailed[pv.view.id];
    pv.why = 'the grid meter cannot be read: the limit stays';
  }
  if (estimate !== undefined) {
    const fuse = fuseBounds(policy, estimate).map((bound) => ({ ...bound, mayCurtail: false }));
    enforceBounds([...fuse, ...fuse], plan, policy);
  }
  return { chargers, loads, price: {} };
}
