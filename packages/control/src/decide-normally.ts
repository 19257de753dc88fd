import { exchangeBounds, fuseBounds, predicted, type Bound } from './bounds.js';
import { chargerWishes } from './ev-charging.js';
import { enforceBounds } from './enforce-bounds.js';
import type { ChargerMemory, LoadMemory, Memory } from './memory.js';
import type { Plan, PvItem } from './plan.js';
import type { Policy } from './policy.js';
import { priceWish } from './price-rule.js';
import { restoreLoads } from './restore-loads.js';
import { wishBatteries, type PriceWish } from './self-consumption.js';
import type { GridView } from './site-view.js';
import type { Snapshot } from './snapshot.js';

/** What a way of deciding leaves for memory and explanation beside the plan itself. */
export interface Outcome {
  readonly chargers: Readonly<Record<string, ChargerMemory>>;
  readonly loads: Readonly<Record<string, LoadMemory>>;
  readonly price: PriceWish;
}

const CURTAIL_RELEASE = 0.9;

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

/** Consumption less PV, without batteries and readable chargers, once loads are switched as planned, W. */
function houseWatts(grid: GridView, plan: Plan, chargerWatts: number): number {
  const switched = plan.loads.map(({ view, value }) =>
    value === view.on ? 0 : value ? view.ratedWatts : -view.watts,
  );
  const batteries = sum(plan.batteries.map(({ view }) => view.watts));
  return grid.totalWatts - batteries - chargerWatts + sum(switched);
}

/** What cars may count on: the surplus, less what batteries that come first would take. */
function carSurplus(plan: Plan, policy: Policy, house: number): number {
  const known = plan.batteries.filter(({ view }) => view.stateOfCharge !== undefined);
  const mean = sum(known.map(({ view }) => view.stateOfCharge ?? 0)) / Math.max(1, known.length);
  const batteryFirst = known.length > 0 && mean < policy.ev.batteryFirstBelowPercent;
  const room = batteryFirst ? sum(plan.batteries.map(({ most }) => most)) : 0;
  const lent = policy.ev.allowBatteryDischarge ? sum(plan.batteries.map(({ least }) => -least)) : 0;
  return -house - room + lent;
}

/** Nameplate and state of charge narrow what batteries were asked for. */
function clampBatteries(plan: Plan): void {
  for (const battery of plan.batteries) {
    battery.value = Math.min(battery.most, Math.max(battery.least, battery.wanted));
    if (battery.note === undefined) continue;
    const wantsMore = battery.wanted <= battery.least || battery.wanted >= battery.most;
    if (wantsMore) battery.narrowed.push({ rule: 'batteryReserve', text: battery.note });
  }
}

/** Output of a PV port under the plan, before curtailment, W. */
function outputWatts(pv: PvItem, plan: Plan): number {
  const battery = plan.batteries.find(({ view }) => view.id === pv.view.id);
  const change = battery === undefined ? 0 : battery.value - battery.view.watts;
  return Math.max(0, -(pv.view.watts + change));
}

/** Sets export limits where PV must give way, and lifts them as room returns. */
function limitPv(plan: Plan, bounds: readonly Bound[], memory: Memory): void {
  const held = plan.pv.filter(({ view }) => memory.curtailed[view.id] !== undefined);
  const rooms = bounds
    .filter(({ mayCurtail }) => mayCurtail)
    .map((bound) => predicted(bound, plan).low - bound.lowest);
  const room = Math.max(0, Math.min(Infinity, ...rooms)) / Math.max(1, held.length);
  for (const pv of plan.pv) {
    const rated = pv.view.ratedWatts;
    if (rated === undefined) continue;
    const output = outputWatts(pv, plan);
    if (pv.curtailedWatts > 0) {
      pv.value = Math.max(0, Math.floor(output - pv.curtailedWatts));
      pv.why = 'too much export';
    } else if (held.includes(pv)) {
      const lifted = Math.floor(output + room * CURTAIL_RELEASE);
      pv.value = Math.min(rated, lifted);
      pv.why = Number.isFinite(room)
        ? `room for ${Math.round(room)} W more export`
        : 'no limit on export';
    }
  }
}

/** Decides with a readable grid meter: wishes first, then bounds, the hardest last. */
export function decideNormally(
  plan: Plan,
  grid: GridView,
  snapshot: Snapshot,
  memory: Memory,
  policy: Policy,
): Outcome {
  const { monotonicMs } = snapshot;
  const exchange = exchangeBounds(snapshot, policy, grid);
  const fuse = fuseBounds(policy, grid.phaseWatts);
  const views = snapshotChargers(plan);
  const chargerWatts = sum(views.map(({ watts }) => watts));
  const loads = restoreLoads(plan, [...exchange, ...fuse], memory.loads, policy, monotonicMs);
  const house = houseWatts(grid, plan, chargerWatts);
  const price = priceWish(snapshot, policy);
  const wishes = chargerWishes(views, memory.chargers, policy, plan, {
    surplusWatts: carSurplus(plan, policy, house),
    monotonicMs,
    ...(price.cheapForCars === undefined ? {} : { cheap: price.cheapForCars }),
  });
  plan.chargers.splice(0, plan.chargers.length, ...wishes.map(({ item }) => item));
  const cars = plan.chargers.map(({ view, value }) =>
    value === memory.chargers[view.id]?.reservedAmperes
      ? view.watts
      : plan.chargerWatts(view, value),
  );
  wishBatteries(plan, policy, house, sum(cars), price);
  clampBatteries(plan);
  // The fuse twice: what helps one phase may load another.
  enforceBounds([...exchange, ...fuse, ...fuse], plan, policy);
  limitPv(plan, [...exchange, ...fuse], memory);
  const chargers = Object.fromEntries(wishes.map((wish) => [wish.item.view.id, wish.memory]));
  return { chargers, loads, price };
}

function snapshotChargers(plan: Plan) {
  return plan.chargers.map(({ view }) => view);
}
