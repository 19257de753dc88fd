import { bindingOf, chosenSequences, formatBinding, type Binding } from './binding.js';
import type { BindingSearch } from './binding-search.js';
import type { Net } from './bind.js';
import { weigh } from './law.js';
import type { Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import type { NetTransitions } from './net-structure.js';
import { PetriError } from './petri-error.js';
import { checkToken } from './standard-schema.js';
import type { WorkingMarking } from './working-marking.js';

/** One firing: its binding and the sequence numbers of the tokens it made. */
export interface Firing extends Binding {
  /** By output place. */
  readonly produced: Readonly<Record<string, readonly number[]>>;
  /** Tokens removed by reset arcs, by place; absent where the transition has none. */
  readonly removed?: Readonly<Record<string, readonly number[]>>;
  /** When; absent in nets without delays and deadlines. */
  readonly atMs?: number;
}

/** Something a firing tells the outside. The host acts on it; its answer comes back as an input. */
export interface Emission<Transition extends string = string, Effect = unknown> {
  readonly transition: Transition;
  /** Index of the firing in the result's `firings`. */
  readonly firing: number;
  readonly effect: Effect;
}

/** The emissions of a net's transitions, as a union that `transition` tells apart. */
export type EmissionOf<Transitions extends NetTransitions> = {
  [Name in keyof Transitions & string]: [Transitions[Name]['emits']] extends [never]
    ? never
    : Emission<Name, Transitions[Name]['emits']>;
}[keyof Transitions & string];

/** Where a firing takes its tokens from, puts them, and leaves what it emits. */
export interface FiringTarget {
  readonly marking: WorkingMarking;
  readonly checkLaws: boolean;
  readonly checkTokens: boolean;
  putAt(place: number, value: unknown): Token;
  take(place: number, token: Token): void;
  empty(place: number): readonly Token[];
  emit(transition: string, effect: unknown): void;
}

type Shown = Readonly<Record<string, unknown>>;

const NOTHING: Shown = Object.freeze({});

function badOutput(net: Net, transition: PlannedTransition, message: string): never {
  throw new PetriError(
    'bad-output',
    `net '${net.structure.name}', transition '${transition.structure.name}': ${message}`,
  );
}

function addValues(
  net: Net,
  transition: PlannedTransition,
  arc: PlannedArc,
  made: Shown,
  values: unknown[],
): void {
  const { first } = arc;
  if (arc.black) {
    for (let count = 0; count < arc.weight; count += 1) values[first + count] = null;
    return;
  }
  const value = Object.hasOwn(made, arc.name) ? made[arc.name] : undefined;
  if (value === undefined)
    badOutput(net, transition, `'out' returned no token for '${arc.name}', expected ${arc.weight}`);
  if (arc.weight === 1) {
    values[first] = value;
    return;
  }
  if (!Array.isArray(value) || value.length !== arc.weight)
    badOutput(
      net,
      transition,
      `'out' returned ${Array.isArray(value) ? `${value.length} tokens` : typeof value} for '${arc.name}', expected a list of ${arc.weight}`,
    );
  for (const [count, item] of (value as readonly unknown[]).entries()) values[first + count] = item;
}

function checkStray(net: Net, transition: PlannedTransition, made: Shown): void {
  let names = 0;
  for (const name in made) if (Object.hasOwn(made, name)) names += 1;
  if (names <= transition.dataOutputCount) return;
  const { outputs } = transition;
  const stray = Object.keys(made).find(
    (name) => !outputs.some((arc) => arc.name === name && !arc.black),
  );
  if (stray !== undefined)
    badOutput(net, transition, `'out' returned a token for '${stray}', to which no data arc leads`);
}

/** The new tokens' values, arc after arc. */
function makeValues(net: Net, search: BindingSearch): unknown[] {
  const { transition, values } = search;
  const { functions, outputs, dataOutputCount } = transition;
  const made = dataOutputCount === 0 ? NOTHING : (functions.out?.(search.show()) ?? NOTHING);
  for (const arc of outputs) addValues(net, transition, arc, made, values);
  checkStray(net, transition, made);
  return values;
}

function checkValues(net: Net, { outputs }: PlannedTransition, values: unknown[]): void {
  for (const arc of outputs) {
    const schema = net.plan.schemas[arc.place];
    for (let at = arc.first; at < arc.first + arc.weight; at += 1)
      if (schema !== undefined) values[at] = checkToken(schema, arc.name, values[at]);
  }
}

function checkLaws(
  net: Net,
  transition: PlannedTransition,
  { selection }: BindingSearch,
  marking: WorkingMarking,
  values: readonly unknown[],
): void {
  for (const law of net.laws) {
    let before = 0n;
    for (const arc of transition.chosen.slice(0, transition.inputCount))
      for (let at = arc.first; at < arc.first + arc.weight; at += 1)
        before += weigh(law, arc.name, selection[at]?.value);
    for (const { place, name } of transition.resets)
      for (const token of marking.list(place)) before += weigh(law, name, token.value);
    let after = 0n;
    for (const arc of transition.outputs)
      for (let at = arc.first; at < arc.first + arc.weight; at += 1)
        after += weigh(law, arc.name, values[at]);
    if (before !== after)
      throw new PetriError(
        'law-broken',
        `law '${law.name}': ${formatBinding(bindingOf(transition, selection))} took ${before} and put ${after}, a difference of ${after - before}`,
      );
  }
}

function takeTokens(
  transition: PlannedTransition,
  { selection }: BindingSearch,
  target: FiringTarget,
): Firing['removed'] {
  const { chosen, inputCount, resets } = transition;
  for (let index = 0; index < inputCount; index += 1) {
    const arc = chosen[index];
    if (arc === undefined) break;
    for (let at = arc.first; at < arc.first + arc.weight; at += 1) {
      const token = selection[at];
      if (token !== undefined) target.take(arc.place, token);
    }
  }
  if (resets.length === 0) return undefined;
  const removed: Record<string, readonly number[]> = {};
  for (const { place, name } of resets)
    removed[name] = target.empty(place).map((token) => token.sequence);
  return removed;
}

function putTokens(
  { outputs }: PlannedTransition,
  values: readonly unknown[],
  target: FiringTarget,
): Record<string, readonly number[]> {
  const produced: Record<string, readonly number[]> = {};
  for (const arc of outputs) {
    const numbers = [target.putAt(arc.place, values[arc.first]).sequence];
    for (let count = 1; count < arc.weight; count += 1)
      numbers.push(target.putAt(arc.place, values[arc.first + count]).sequence);
    produced[arc.name] = numbers;
  }
  return produced;
}

/** The output values as `emit` sees them. */
function producedValues({ outputs }: PlannedTransition, values: readonly unknown[]): Shown {
  const shown: Record<string, unknown> = {};
  for (const { name, first, weight } of outputs)
    shown[name] = weight === 1 ? values[first] : values.slice(first, first + weight);
  return shown;
}

/** Fires in place. Outputs are made and checked before the marking changes. */
export function fireSelection(net: Net, search: BindingSearch, target: FiringTarget): Firing {
  const { transition } = search;
  const values = makeValues(net, search);
  if (target.checkTokens) checkValues(net, transition, values);
  if (target.checkLaws && net.laws.length > 0)
    checkLaws(net, transition, search, target.marking, values);
  const { name, emits } = transition.structure;
  if (emits === true) {
    const produced = producedValues(transition, values);
    for (const effect of transition.functions.emit?.(search.show(), produced) ?? [])
      target.emit(name, effect);
  }
  const tokens = chosenSequences(transition, search.selection);
  const removed = takeTokens(transition, search, target);
  const produced = putTokens(transition, values, target);
  // Field by field: a net with a clock would pay for its copies at every firing.
  const firing: { -readonly [Field in keyof Firing]: Firing[Field] } = {
    transition: name,
    tokens,
    produced,
  };
  if (removed !== undefined) firing.removed = removed;
  if (net.plan.timed) firing.atMs = target.marking.nowMs;
  return firing;
}
