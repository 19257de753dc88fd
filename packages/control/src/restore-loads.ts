import { compareIds } from '@microgrid/units';
import { predicted, type Bound } from './bounds.js';
import type { LoadMemory } from './memory.js';
import { reaches } from './placement.js';
import { Plan } from './plan.js';
import type { LoadItem } from './plan.js';
import type { Policy } from './policy.js';

/** The site with cars paused and batteries at rest: room for a load must not rest on either. */
function restingPlan(plan: Plan, policy: Policy): Plan {
  const resting = new Plan(policy.mainFuse.voltage);
  for (const battery of plan.batteries) resting.batteries.push({ ...battery, value: 0 });
  for (const charger of plan.chargers) resting.chargers.push({ ...charger, value: 0 });
  resting.loads.push(...plan.loads);
  resting.lostChargers.push(...plan.lostChargers);
  return resting;
}

/** Room under the tightest bound a load counts in, W, with who sets it. */
function roomFor(
  load: LoadItem,
  bounds: readonly Bound[],
  resting: Plan,
): { readonly watts: number; readonly label: string } {
  let room = { watts: Infinity, label: 'no limit' };
  for (const bound of bounds) {
    if (!bound.mayShed || !reaches(load.view.placement, bound.phase)) continue;
    const watts = bound.highest - predicted(bound, resting).high;
    if (watts < room.watts) room = { watts, label: bound.label };
  }
  return room;
}

/**
 * Restores at most one shed load, the most important first, once it has been off long enough and room
 * for it has lasted. Others keep waiting, each with its own clock.
 */
export function restoreLoads(
  plan: Plan,
  bounds: readonly Bound[],
  memories: Readonly<Record<string, LoadMemory>>,
  policy: Policy,
  monotonicMs: number,
): Record<string, LoadMemory> {
  const { minimumOffMs, restoreDelayMs, restoreMarginWatts } = policy.shedding;
  const resting = restingPlan(plan, policy);
  const after: Record<string, LoadMemory> = {};
  let restored = false;
  const order = [...plan.loads].sort(
    (a, b) => a.view.priority - b.view.priority || compareIds(a.view.id, b.view.id),
  );
  for (const load of order) {
    const memory = memories[load.view.id];
    if (memory?.shed !== true) continue;
    load.value = false;
    load.wanted = true;
    const needed = Math.max(load.view.ratedWatts, memory.shedWatts) + restoreMarginWatts;
    const room = roomFor(load, bounds, resting);
    const { roomSinceMs, ...rest } = memory;
    if (room.watts < needed) {
      load.narrowed.push({
        rule: 'shedding',
        text: `room ${Math.round(room.watts)} W under ${room.label}, needed ${Math.round(needed)} W`,
      });
      after[load.view.id] = rest;
      continue;
    }
    const since = roomSinceMs ?? monotonicMs;
    const waits = Math.max(
      restoreDelayMs - (monotonicMs - since),
      minimumOffMs - (monotonicMs - memory.changedAtMs),
    );
    if (waits > 0 || restored) {
      const seconds = Math.max(0, Math.ceil(waits / 1000));
      load.narrowed.push({
        rule: 'shedding',
        text: `has room, back in ${seconds} s at the earliest`,
      });
      after[load.view.id] = { ...rest, roomSinceMs: since };
      continue;
    }
    restored = true;
    load.value = true;
    load.why = `room ${Math.round(room.watts)} W lasted, needed ${Math.round(needed)} W`;
    after[load.view.id] = { ...rest, shed: false, changedAtMs: monotonicMs };
  }
  return after;
}
