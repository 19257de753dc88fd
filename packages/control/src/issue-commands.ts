import type { CommandV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { RULES, type RuleName, type SetPoint } from './explanation.js';
import type { CommandMemory, Memory } from './memory.js';
import type { BatteryItem, Narrowing, Plan } from './plan.js';
import type { Policy } from './policy.js';
import type { Snapshot } from './snapshot.js';

const LONGEST_REASON = 1000;

/** A set point ready to be compared with the last one. */
interface Draft {
  readonly device: string;
  readonly control: string;
  readonly unit: 'W' | 'A' | '';
  readonly wanted: number | boolean;
  readonly value: number | boolean;
  readonly why: string;
  readonly narrowed: readonly Narrowing[];
  /** Whether the last value may stand in for this one. */
  readonly standsIn: (last: number | boolean) => boolean;
  /** The device's own state: never commanded unless something else was, and not repeated. */
  readonly resting: boolean;
}

const same =
  (value: number | boolean) =>
  (last: number | boolean): boolean =>
    last === value;

/** Whole watts within the bounds, on the side that keeps the limit which narrowed it. */
function wholeWatts(battery: BatteryItem): number {
  const step = Math.max(1, battery.view.control.step ?? 1);
  const towardsDischarge = battery.narrowed.some(({ side }) => side === 'import');
  const towardsCharge = !towardsDischarge && battery.narrowed.some(({ side }) => side === 'export');
  const steps = battery.value / step;
  const rounded = towardsDischarge
    ? Math.floor(steps)
    : towardsCharge
      ? Math.ceil(steps)
      : Math.trunc(steps);
  const least = Math.ceil(battery.least / step) * step;
  const most = Math.floor(battery.most / step) * step;
  return Math.min(most, Math.max(least, rounded * step)) + 0;
}

function batteryDraft(battery: BatteryItem, policy: Policy, blind: boolean): Draft {
  const value = wholeWatts(battery);
  const deadband = blind ? 0 : policy.battery.deadbandWatts;
  const sides = battery.narrowed.map(({ side }) => side);
  const standsIn = (last: number | boolean): boolean => {
    if (typeof last !== 'number' || Math.abs(last - value) > deadband) return false;
    if (last < battery.least || last > battery.most) return false;
    if (sides.includes('import') && last > value) return false;
    return !(sides.includes('export') && last < value);
  };
  return {
    device: battery.view.id,
    control: battery.view.control.id,
    unit: 'W',
    wanted: Math.trunc(battery.wanted) + 0,
    value,
    why: battery.why,
    narrowed: battery.narrowed,
    standsIn,
    resting: false,
  };
}

function drafts(plan: Plan, policy: Policy, blind: boolean): Draft[] {
  const loads = plan.loads
    .filter(({ view }) => !view.critical)
    .map(({ view, wanted, value, why, narrowed }): Draft => {
      const control = view.control.id;
      const standsIn = same(value);
      const resting = value;
      return {
        device: view.id,
        control,
        unit: '',
        wanted,
        value,
        why,
        narrowed,
        standsIn,
        resting,
      };
    });
  const chargers = plan.chargers.map(({ view, wanted, value, why, narrowed }): Draft => {
    const control = view.control.id;
    const standsIn = same(value);
    return {
      device: view.id,
      control,
      unit: 'A',
      wanted,
      value,
      why,
      narrowed,
      standsIn,
      resting: false,
    };
  });
  const pv = plan.pv.flatMap(({ view, value, why, narrowed }): Draft[] => {
    if (view.control === undefined || view.ratedWatts === undefined || value === undefined)
      return [];
    const rated = view.ratedWatts;
    const standsIn = (last: number | boolean): boolean =>
      typeof last === 'number' &&
      (last === value ||
        (value < rated && last <= value && value - last <= policy.battery.deadbandWatts));
    return [
      {
        device: view.id,
        control: view.control.id,
        unit: 'W',
        wanted: rated,
        value,
        why,
        narrowed,
        standsIn,
        resting: value >= rated,
      },
    ];
  });
  const batteries = plan.batteries.map((battery) => batteryDraft(battery, policy, blind));
  // What lowers the load on the fuse is sent first.
  return [...chargers, ...batteries, ...loads, ...pv];
}

function shown(value: number | boolean, unit: string): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return `${value} ${unit}`;
}

function reasonOf({ value, wanted, unit, why, narrowed }: Draft): string {
  const texts = [...new Set(narrowed.map(({ text }) => text))];
  const limits = texts.length === 0 ? '' : ` Limited: ${texts.join('; ')}.`;
  const asked = value === wanted ? '' : ` (wanted ${shown(wanted, unit)})`;
  return `${shown(value, unit)}${asked}: ${why}.${limits}`.slice(0, LONGEST_REASON);
}

/** Rules that narrowed a set point, strongest first. */
export function strongestFirst(narrowed: readonly Narrowing[]): RuleName[] {
  const fired = new Set(narrowed.map(({ rule }) => rule));
  return RULES.filter((rule) => fired.has(rule));
}

/** What is issued, what still holds, and what memory keeps of it. */
export interface Issued {
  readonly commands: readonly CommandV1[];
  readonly setPoints: readonly SetPoint[];
  readonly commandMemory: Readonly<Record<string, CommandMemory>>;
  readonly nextSequence: number;
}

function commandOf(draft: Draft, snapshot: Snapshot, policy: Policy, sequence: number): CommandV1 {
  return {
    kind: 'command',
    version: 1,
    id: `${snapshot.site}/${draft.device}/${draft.control}/${sequence}`,
    sequence,
    audience: draft.device,
    issuedAt: formatInstant(snapshot.nowMs),
    validForMs: policy.commands.validForMs,
    device: draft.device,
    control: draft.control,
    value: draft.value,
    reason: reasonOf(draft),
  };
}

/**
 * Turns a plan into commands. A set point is sent when it differs from the last one by more than its
 * deadband, or when half of the last one's validity is over; a device's own state is not repeated.
 */
export function issueCommands(
  plan: Plan,
  snapshot: Snapshot,
  memory: Memory,
  policy: Policy,
  blind: boolean,
): Issued {
  const commands: CommandV1[] = [];
  const setPoints: SetPoint[] = [];
  const commandMemory: Record<string, CommandMemory> = { ...memory.commands };
  let nextSequence = memory.nextSequence;
  for (const drafted of drafts(plan, policy, blind)) {
    const key = `${drafted.device}/${drafted.control}`;
    const last = memory.commands[key];
    const holds = last !== undefined && drafted.standsIn(last.value);
    const draft = holds ? { ...drafted, value: last.value } : drafted;
    const age = last === undefined ? Infinity : snapshot.monotonicMs - last.issuedMonotonicMs;
    const due = age >= policy.commands.validForMs / 2;
    const issued = draft.resting ? last !== undefined && !holds : !holds || due;
    if (issued) {
      commands.push(commandOf(draft, snapshot, policy, nextSequence));
      commandMemory[key] = {
        value: draft.value,
        sequence: nextSequence,
        issuedMonotonicMs: snapshot.monotonicMs,
      };
      nextSequence += 1;
    }
    const { device, control, wanted, value, narrowed } = draft;
    const limitedBy = strongestFirst(narrowed);
    const reason = reasonOf(draft);
    setPoints.push({ device, control, wanted, granted: value, limitedBy, reason, issued });
  }
  return { commands, setPoints, commandMemory, nextSequence };
}
