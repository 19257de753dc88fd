import { compareIds } from '@microgrid/units';
import type { ChargerMemory } from './memory.js';
import type { ChargerItem, Plan } from './plan.js';
import type { ChargingMode, Policy } from './policy.js';
import type { ChargerView } from './site-view.js';

/** What a charger is to do, before limits. */
export interface ChargerWish {
  readonly amperes: number;
  readonly why: string;
  readonly memory: ChargerMemory;
}

/** A step is only taken up when this part of it is to spare, so that noise does not toggle it. */
const STEP_HYSTERESIS = 0.25;

interface Situation {
  readonly view: ChargerView;
  readonly before: ChargerMemory;
  readonly mode: ChargingMode;
  /** Surplus for this charger, W. */
  readonly surplusWatts: number;
  readonly monotonicMs: number;
}

const round = (watts: number): string => String(Math.round(watts));

/** The largest current a surplus feeds, on the charger's steps, at least its smallest. */
function fedAmperes({ view, before, surplusWatts }: Situation, watt: number): number {
  const step = view.stepAmperes;
  const exact = surplusWatts / watt;
  const held = before.reservedAmperes;
  const usable = exact > held && exact < held + step * (1 + STEP_HYSTERESIS) ? held : exact;
  const stepped = Math.floor(usable / step + 1e-9) * step;
  return Math.min(view.maxAmperes, Math.max(view.minAmperes, stepped));
}

function still(before: ChargerMemory): ChargerMemory {
  const { reservedAmperes, lastWatts, phases } = before;
  const { pausedAtMs } = before;
  const paused = pausedAtMs === undefined ? {} : { pausedAtMs };
  return { reservedAmperes, lastWatts, phases, charging: false, ...paused };
}

/** Surplus charging: start and stop each need their condition to last. */
function bySurplus(at: Situation, policy: Policy, watt: number): ChargerWish {
  const { view, before, surplusWatts, monotonicMs } = at;
  const { startMarginWatts, startDelayMs, stopMarginWatts, stopDelayMs } = policy.ev;
  const least = view.minAmperes * watt;
  const surplus = `surplus ${round(surplusWatts)} W`;
  if (before.charging) {
    const { stopSinceMs, ...rest } = before;
    if (surplusWatts >= least - stopMarginWatts) {
      const amperes = fedAmperes(at, watt);
      return { amperes, why: `${surplus} feeds ${amperes} A`, memory: rest };
    }
    const since = stopSinceMs ?? monotonicMs;
    if (monotonicMs - since < stopDelayMs) {
      const why = `${surplus} is short of ${round(least)} W for ${round((monotonicMs - since) / 1000)} s; stops after ${round(stopDelayMs / 1000)} s`;
      return { amperes: view.minAmperes, why, memory: { ...before, stopSinceMs: since } };
    }
    const why = `${surplus} stayed short of ${round(least)} W for ${round(stopDelayMs / 1000)} s`;
    return { amperes: 0, why, memory: { ...still(before), pausedAtMs: monotonicMs } };
  }
  if (surplusWatts < least + startMarginWatts) {
    const why = `${surplus}, starting needs ${round(least + startMarginWatts)} W`;
    return { amperes: 0, why, memory: still(before) };
  }
  const since = before.startSinceMs ?? monotonicMs;
  if (monotonicMs - since < startDelayMs) {
    const why = `${surplus} for ${round((monotonicMs - since) / 1000)} s; starts after ${round(startDelayMs / 1000)} s`;
    return { amperes: 0, why, memory: { ...still(before), startSinceMs: since } };
  }
  const amperes = fedAmperes(at, watt);
  return {
    amperes,
    why: `${surplus} lasted ${round(startDelayMs / 1000)} s and feeds ${amperes} A`,
    memory: { ...still(before), charging: true },
  };
}

function wish(at: Situation, policy: Policy, watt: number): ChargerWish {
  const { view, before, mode, monotonicMs } = at;
  if (view.connected === false) {
    return { amperes: 0, why: 'no car is connected', memory: { ...still(before) } };
  }
  if (mode === 'off') return { amperes: 0, why: 'charging is off', memory: still(before) };
  const pausedMs = before.pausedAtMs === undefined ? Infinity : monotonicMs - before.pausedAtMs;
  if (!before.charging && pausedMs < policy.ev.minimumPauseMs) {
    const rest = Math.ceil((policy.ev.minimumPauseMs - pausedMs) / 1000);
    return { amperes: 0, why: `paused for another ${rest} s`, memory: still(before) };
  }
  if (mode === 'surplus') return bySurplus(at, policy, watt);
  const amperes = mode === 'fast' ? view.maxAmperes : fedAmperes(at, watt);
  const why = mode === 'fast' ? `fast charging at ${amperes} A` : `at least ${view.minAmperes} A`;
  return { amperes, why, memory: { ...still(before), charging: true } };
}

/**
 * What the cars should get: chargers by priority, each from what the ones before leave of the surplus.
 * @param surplusWatts what house and batteries leave, W. @param cheap whether the price asks for fast charging.
 */
export function chargerWishes(
  chargers: readonly ChargerView[],
  memories: Readonly<Record<string, ChargerMemory>>,
  policy: Policy,
  plan: Plan,
  given: { readonly surplusWatts: number; readonly monotonicMs: number; readonly cheap?: string },
): { readonly item: ChargerItem; readonly memory: ChargerMemory }[] {
  const rules = policy.ev.chargers;
  const priority = (id: string): number => rules[id]?.priority ?? 1;
  const order = [...chargers].sort(
    (a, b) => priority(a.id) - priority(b.id) || compareIds(a.id, b.id),
  );
  let surplusWatts = given.surplusWatts;
  return order.map((view) => {
    const before = memories[view.id] ?? {
      reservedAmperes: 0,
      lastWatts: view.watts,
      charging: false,
      phases: view.phases,
    };
    const own = rules[view.id]?.mode ?? policy.ev.mode;
    const fast = given.cheap !== undefined && own !== 'off';
    const mode = fast ? 'fast' : own;
    const at = { view, before, mode, surplusWatts, monotonicMs: given.monotonicMs };
    const { amperes, why, memory } = wish(at, policy, plan.chargerWatts(view, 1));
    surplusWatts -= plan.chargerWatts(view, amperes);
    const reason = fast && amperes > 0 ? `${given.cheap ?? ''}: ${why}` : why;
    return {
      item: { view, wanted: amperes, value: amperes, why: reason, narrowed: [] },
      memory,
    };
  });
}
