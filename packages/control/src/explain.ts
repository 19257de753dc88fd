import { formatInstant } from '@microgrid/units';
import {
  RULES,
  type Explanation,
  type FiredRule,
  type Flows,
  type PhaseLoad,
  type RuleName,
  type SetPoint,
} from './explanation.js';
import type { Outcome } from './decide-normally.js';
import type { Plan } from './plan.js';
import type { Policy } from './policy.js';
import type { SiteView } from './site-view.js';
import type { Snapshot } from './snapshot.js';

const PHASES = ['L1', 'L2', 'L3'] as const;

const total = (views: readonly { readonly watts: number }[]): number =>
  views.reduce((sum, { watts }) => sum + watts, 0);

function phaseLoads(view: SiteView, policy: Policy): PhaseLoad[] {
  const { amperesPerPhase, voltage } = policy.mainFuse;
  return (view.grid?.phaseWatts ?? []).flatMap((watts, index) => {
    const phase = PHASES[index];
    if (phase === undefined) return [];
    return [{ phase, amperes: watts / voltage, limitAmperes: amperesPerPhase }];
  });
}

/** Production of an inverter; behind a hybrid the battery's part is not production. */
function production(view: SiteView): number {
  const battery = new Map(view.batteries.map(({ id, watts }) => [id, watts]));
  return view.pv.reduce(
    (sum, { id, watts }) => sum + Math.max(0, (battery.get(id) ?? 0) - watts),
    0,
  );
}

function flowsOf(view: SiteView, policy: Policy): Flows {
  const { grid, batteries, chargers, loads, pv } = view;
  const known = batteries.filter(({ stateOfCharge }) => stateOfCharge !== undefined);
  const capacity = (each: (typeof known)[number]): number =>
    each.description.limits.capacityMilliwattHours ?? 1;
  const capacities = known.reduce((sum, each) => sum + capacity(each), 0);
  const stored = known.reduce((sum, each) => sum + (each.stateOfCharge ?? 0) * capacity(each), 0);
  const metered = total(batteries) + total(chargers) + total(loads) - production(view);
  return {
    ...(grid === undefined
      ? {}
      : { gridWatts: grid.totalWatts, houseWatts: grid.totalWatts - metered }),
    ...(pv.length === 0 ? {} : { pvWatts: production(view) }),
    ...(batteries.length === 0 ? {} : { batteryWatts: total(batteries) }),
    ...(capacities === 0 ? {} : { stateOfChargePercent: stored / capacities }),
    ...(chargers.length === 0 ? {} : { chargerWatts: total(chargers) }),
    ...(loads.length === 0 ? {} : { loadWatts: total(loads) }),
    phases: phaseLoads(view, policy),
  };
}

function firedRules(plan: Plan, view: SiteView, outcome: Outcome): FiredRule[] {
  const texts = new Map<RuleName, string[]>();
  const fire = (rule: RuleName, text: string): void => {
    texts.set(rule, [...(texts.get(rule) ?? []), text]);
  };
  const items = [...plan.batteries, ...plan.chargers, ...plan.loads, ...plan.pv];
  for (const item of items) {
    for (const { rule, text } of item.narrowed) fire(rule, `${item.view.id}: ${text}`);
  }
  if (view.grid === undefined) fire('blind', 'the grid meter cannot be read');
  for (const { id, reservedAmperes } of plan.lostChargers) {
    if (reservedAmperes > 0)
      fire('lostDevice', `${id} is lost: ${reservedAmperes} A stay reserved`);
  }
  for (const id of view.lost) fire('lostDevice', `${id} cannot be read and is not commanded`);
  const { charge, hold, cheapForCars } = outcome.price;
  const said = [charge, hold, cheapForCars].filter((text) => text !== undefined);
  if (said.length > 0) fire('price', [...new Set(said)].join('; '));
  if (view.grid !== undefined) {
    for (const { view: charger, why } of plan.chargers) fire('evCharging', `${charger.id}: ${why}`);
    for (const { view: battery, why } of plan.batteries) {
      fire('selfConsumption', `${battery.id}: ${why}`);
    }
  }
  return RULES.flatMap((rule, index) =>
    [...new Set(texts.get(rule) ?? [])].map((text) => ({ rule, precedence: index + 1, text })),
  );
}

function amount(watts: number): string {
  return `${Math.round(Math.abs(watts))} W`;
}

function summaryOf(flows: Flows, setPoints: readonly SetPoint[]): string {
  const { gridWatts } = flows;
  const parts = [
    gridWatts === undefined
      ? 'Blind: the grid meter cannot be read'
      : `${gridWatts < 0 ? 'Export' : 'Import'} ${amount(gridWatts)}`,
  ];
  for (const { device, control, granted } of setPoints) {
    if (control === 'batteryPower' && typeof granted === 'number') {
      const verb = granted === 0 ? 'rests' : granted > 0 ? 'charges at' : 'supplies';
      parts.push(granted === 0 ? `${device} rests` : `${device} ${verb} ${amount(granted)}`);
    } else if (control === 'chargeCurrent') {
      parts.push(granted === 0 ? `${device} paused` : `${device} charges at ${String(granted)} A`);
    } else if (granted === false) {
      parts.push(`${device} is off`);
    } else if (control === 'exportLimit') {
      parts.push(`${device} limited to ${String(granted)} W`);
    }
  }
  const limits = RULES.filter((rule) =>
    setPoints.some(({ limitedBy }) => limitedBy.includes(rule)),
  );
  const by = limits.length === 0 ? '' : ` (limited by ${limits.join(', ')})`;
  return `${parts.join('; ')}${by}.`;
}

/** The account of a finished plan. */
export function explain(
  snapshot: Snapshot,
  policy: Policy,
  view: SiteView,
  plan: Plan,
  outcome: Outcome,
  setPoints: readonly SetPoint[],
): Explanation {
  const flows = flowsOf(view, policy);
  return {
    site: snapshot.site,
    at: formatInstant(snapshot.nowMs),
    mode: view.grid === undefined ? 'blind' : 'normal',
    summary: summaryOf(flows, setPoints),
    flows,
    rules: firedRules(plan, view, outcome),
    setPoints,
  };
}
