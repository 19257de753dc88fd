import type { Outcome } from './decide-normally.js';
import type { Issued } from './issue-commands.js';
import type { ChargerMemory, GridMemory, LoadMemory, Memory } from './memory.js';
import type { Plan } from './plan.js';
import type { GridView, SiteView } from './site-view.js';
import type { Snapshot } from './snapshot.js';

/**
 * Memory on the monotonic clock in use: where that clock began anew (a restart), timers start over and
 * commands count as due; sequence, reserved currents, shed loads and PV limits hold.
 */
export function rebased(memory: Memory, monotonicMs: number): Memory {
  if (monotonicMs >= memory.monotonicMs) return memory;
  const loads = Object.entries(memory.loads).map(([id, load]): [string, LoadMemory] => [
    id,
    { shed: load.shed, shedWatts: load.shedWatts, changedAtMs: monotonicMs },
  ]);
  const chargers = Object.entries(memory.chargers).map(([id, each]): [string, ChargerMemory] => [
    id,
    {
      reservedAmperes: each.reservedAmperes,
      lastWatts: each.lastWatts,
      charging: each.charging,
      phases: each.phases,
    },
  ]);
  return {
    version: 1,
    monotonicMs,
    nextSequence: memory.nextSequence,
    commands: {},
    chargers: Object.fromEntries(chargers),
    loads: Object.fromEntries(loads),
    atReserve: memory.atReserve,
    curtailed: memory.curtailed,
  };
}

function gridMemory(grid: GridView, plan: Plan, atMonotonicMs: number): GridMemory {
  const uncontrolledWatts = [...grid.phaseWatts];
  for (const { view } of [...plan.batteries, ...plan.chargers, ...plan.loads]) {
    view.placement.forEach((share, phase) => {
      uncontrolledWatts[phase] = (uncontrolledWatts[phase] ?? 0) - share * view.watts;
    });
  }
  return { uncontrolledWatts, atMonotonicMs };
}

function chargerMemories(
  before: Memory,
  plan: Plan,
  outcome: Outcome,
  monotonicMs: number,
): Record<string, ChargerMemory> {
  const after: Record<string, ChargerMemory> = { ...before.chargers };
  for (const { view, value } of plan.chargers) {
    const wished = outcome.chargers[view.id];
    if (wished === undefined) continue;
    const paused = wished.charging && value === 0;
    after[view.id] = {
      ...wished,
      reservedAmperes: value,
      lastWatts: view.watts,
      phases: view.phases,
      charging: wished.charging && value > 0,
      ...(paused ? { pausedAtMs: monotonicMs } : {}),
    };
  }
  return after;
}

function loadMemories(
  before: Memory,
  plan: Plan,
  outcome: Outcome,
  monotonicMs: number,
): Record<string, LoadMemory> {
  const after: Record<string, LoadMemory> = { ...before.loads, ...outcome.loads };
  for (const { view, value } of plan.loads) {
    if (value || !view.on || after[view.id]?.shed === true) continue;
    after[view.id] = { shed: true, changedAtMs: monotonicMs, shedWatts: Math.max(0, view.watts) };
  }
  return after;
}

/** What this decision leaves for the next one. */
export function remember(
  { monotonicMs }: Snapshot,
  before: Memory,
  made: {
    readonly view: SiteView;
    readonly plan: Plan;
    readonly outcome: Outcome;
    readonly issued: Issued;
    readonly atReserve: readonly string[];
  },
): Memory {
  const { view, plan, outcome, issued, atReserve } = made;
  const unread = before.atReserve.filter((id) => !view.batteries.some((each) => each.id === id));
  const curtailed: Record<string, number> = { ...before.curtailed };
  for (const { view: pv, value } of plan.pv) {
    if (value === undefined) continue;
    if (pv.ratedWatts !== undefined && value < pv.ratedWatts) curtailed[pv.id] = value;
    else Reflect.deleteProperty(curtailed, pv.id);
  }
  const grid = view.grid === undefined ? before.grid : gridMemory(view.grid, plan, monotonicMs);
  return {
    version: 1,
    monotonicMs,
    nextSequence: issued.nextSequence,
    ...(view.grid === undefined ? { blindSinceMs: before.blindSinceMs ?? monotonicMs } : {}),
    ...(grid === undefined ? {} : { grid }),
    commands: issued.commandMemory,
    chargers: chargerMemories(before, plan, outcome, monotonicMs),
    loads: loadMemories(before, plan, outcome, monotonicMs),
    atReserve: [...unread, ...atReserve],
    curtailed,
  };
}
