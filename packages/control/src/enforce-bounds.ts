import { compareIds } from '@microgrid/units';
import { predicted, type Bound } from './bounds.js';
import { reaches } from './placement.js';
import type { Narrowing, Plan } from './plan.js';
import type { Policy } from './policy.js';

/** Below this an excess is rounding, W. */
const TOLERANCE_WATTS = 0.5;

const round = (watts: number): number => Math.round(watts);

function narrowed(bound: Bound, watts: number): Narrowing {
  const limit = watts > 0 ? bound.highest : bound.lowest;
  const side = watts > 0 ? 'import' : 'export';
  const text = `${bound.label}: ${side} would be ${round(Math.abs(watts))} W, allowed ${round(Math.abs(limit))} W`;
  return { rule: bound.rule, text, side };
}

/** First cars give way, the least important charger first; below its smallest current one pauses. */
function slowChargers(bound: Bound, plan: Plan, policy: Policy): void {
  const priority = (id: string): number => policy.ev.chargers[id]?.priority ?? 1;
  const order = [...plan.chargers].sort(
    (a, b) => priority(b.view.id) - priority(a.view.id) || compareIds(b.view.id, a.view.id),
  );
  for (const charger of order) {
    const { high } = predicted(bound, plan);
    const excess = high - bound.highest;
    if (excess <= TOLERANCE_WATTS) return;
    const { view } = charger;
    if (charger.value === 0 || !reaches(view.placement, bound.phase)) continue;
    const phases = bound.phase === undefined ? view.phases : 1;
    const amperes = charger.value - excess / (policy.mainFuse.voltage * phases);
    const stepped = Math.floor(amperes / view.stepAmperes + 1e-9) * view.stepAmperes;
    charger.value = stepped < view.minAmperes ? 0 : stepped;
    charger.narrowed.push(narrowed(bound, high));
  }
}

/** Then batteries: less charge, more discharge, as far as bound, reserve and nameplate allow. */
function leanOnBatteries(bound: Bound, plan: Plan): void {
  for (const battery of plan.batteries) {
    const { high } = predicted(bound, plan);
    const excess = high - bound.highest;
    if (excess <= TOLERANCE_WATTS) return;
    const { placement } = battery.view;
    if (!reaches(placement, bound.phase)) continue;
    const floor = bound.mayDischarge ? battery.least : Math.min(0, battery.value);
    const share = bound.phase === undefined ? 1 : (placement[bound.phase] ?? 0);
    // On an unknown phase only charging is known to hurt.
    const target = share > 0 ? battery.value - excess / share : Math.min(0, battery.value);
    const value = Math.min(battery.value, Math.max(floor, target));
    if (value === battery.value) continue;
    battery.value = value;
    battery.narrowed.push(narrowed(bound, high));
  }
}

/** Last, loads by priority. A critical one stays on whatever happens. */
function shedLoads(bound: Bound, plan: Plan): void {
  if (!bound.mayShed) return;
  const order = plan.loads
    .filter(({ view, value }) => value && !view.critical && reaches(view.placement, bound.phase))
    .sort((a, b) => b.view.priority - a.view.priority || compareIds(b.view.id, a.view.id));
  for (const load of order) {
    const { high } = predicted(bound, plan);
    if (high - bound.highest <= TOLERANCE_WATTS) return;
    // A load that draws nothing helps nothing; it stays for when it does.
    if (load.view.on && load.view.watts <= 0) continue;
    load.value = false;
    load.narrowed.push(narrowed(bound, high));
  }
}

/** Against too much export batteries take more, then PV gives less. */
function holdBackExport(bound: Bound, plan: Plan): void {
  for (const battery of plan.batteries) {
    const { low } = predicted(bound, plan);
    const excess = bound.lowest - low;
    if (excess <= TOLERANCE_WATTS) return;
    const { placement } = battery.view;
    if (!reaches(placement, bound.phase)) continue;
    const share = bound.phase === undefined ? 1 : (placement[bound.phase] ?? 0);
    const target = share > 0 ? battery.value + excess / share : Math.max(0, battery.value);
    const value = Math.max(battery.value, Math.min(battery.most, target));
    if (value === battery.value) continue;
    battery.value = value;
    battery.narrowed.push(narrowed(bound, low));
  }
  if (!bound.mayCurtail) return;
  for (const pv of plan.pv) {
    const { low } = predicted(bound, plan);
    const excess = bound.lowest - low;
    if (excess <= TOLERANCE_WATTS) return;
    const output = Math.max(0, -pv.view.watts) - pv.curtailedWatts;
    if (pv.view.control === undefined || output <= 0) continue;
    if (!reaches(pv.view.placement, bound.phase)) continue;
    const share = bound.phase === undefined ? 1 : (pv.view.placement[bound.phase] ?? 1);
    pv.curtailedWatts += Math.min(output, excess / share);
    pv.narrowed.push(narrowed(bound, low));
  }
}

/**
 * Narrows a plan until every bound is kept or nothing is left to give. Later bounds are harder and
 * have the last word.
 */
export function enforceBounds(bounds: readonly Bound[], plan: Plan, policy: Policy): void {
  for (const bound of bounds) {
    slowChargers(bound, plan, policy);
    leanOnBatteries(bound, plan);
    shedLoads(bound, plan);
    holdBackExport(bound, plan);
  }
}
