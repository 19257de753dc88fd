import { bindingOf, formatBinding, shownTokens, type Binding, type Selection } from './binding.js';
import type { Net } from './bind.js';
import { weigh } from './law.js';
import type { Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import { PetriError } from './petri-error.js';
import type { WorkingMarking } from './working-marking.js';

/** One firing: its binding and the sequence numbers of the tokens it made. */
export interface Firing extends Binding {
  /** By output place. */
  readonly produced: Readonly<Record<string, readonly number[]>>;
}

function badOutput(net: Net, transition: PlannedTransition, message: string): never {
  throw new PetriError(
    'bad-output',
    `net '${net.structure.name}', transition '${transition.structure.name}': ${message}`,
  );
}

function valuesOf(
  net: Net,
  transition: PlannedTransition,
  arc: PlannedArc,
  made: Readonly<Record<string, unknown>>,
): readonly unknown[] {
  if (arc.black) return Array.from({ length: arc.weight }, () => null);
  const value = Object.hasOwn(made, arc.name) ? made[arc.name] : undefined;
  if (value === undefined)
    badOutput(net, transition, `'out' returned no token for '${arc.name}', expected ${arc.weight}`);
  if (arc.weight === 1) return [value];
  if (!Array.isArray(value) || value.length !== arc.weight)
    badOutput(
      net,
      transition,
      `'out' returned ${Array.isArray(value) ? `${value.length} tokens` : typeof value} for '${arc.name}', expected a list of ${arc.weight}`,
    );
  return value as readonly unknown[];
}

function makeTokens(
  net: Net,
  transition: PlannedTransition,
  selection: Selection,
): readonly (readonly unknown[])[] {
  const { functions, outputs, dataOutputCount } = transition;
  const made =
    dataOutputCount === 0 ? {} : (functions.out?.(shownTokens(transition, selection)) ?? {});
  const values = outputs.map((arc) => valuesOf(net, transition, arc, made));
  const names = Object.keys(made);
  if (names.length > dataOutputCount) {
    const stray = names.find((name) => !outputs.some((arc) => arc.name === name && !arc.black));
    if (stray !== undefined)
      badOutput(
        net,
        transition,
        `'out' returned a token for '${stray}', to which no data arc leads`,
      );
  }
  return values;
}

function checkLaws(
  net: Net,
  transition: PlannedTransition,
  selection: Selection,
  made: readonly (readonly unknown[])[],
): void {
  for (const law of net.laws) {
    let before = 0n;
    for (let index = 0; index < transition.inputCount; index += 1)
      for (const token of selection[index] ?? [])
        before += weigh(law, transition.chosen[index]?.name ?? '', token.value);
    let after = 0n;
    for (const [index, arc] of transition.outputs.entries())
      for (const value of made[index] ?? []) after += weigh(law, arc.name, value);
    if (before !== after)
      throw new PetriError(
        'law-broken',
        `law '${law.name}': ${formatBinding(bindingOf(transition, selection))} took ${before} and put ${after}, a difference of ${after - before}`,
      );
  }
}

/** Fires in place. Outputs are made and checked before the marking changes. */
export function fireSelection(
  net: Net,
  transition: PlannedTransition,
  selection: Selection,
  marking: WorkingMarking,
  laws: boolean,
): Firing {
  const made = makeTokens(net, transition, selection);
  if (laws) checkLaws(net, transition, selection, made);
  for (let index = 0; index < transition.inputCount; index += 1) {
    const arc = transition.chosen[index];
    if (arc !== undefined) marking.take(arc.place, selection[index] ?? []);
  }
  const produced: Record<string, readonly number[]> = {};
  for (const [index, arc] of transition.outputs.entries())
    produced[arc.name] = (made[index] ?? []).map(
      (value): Token['sequence'] => marking.put(arc.place, value).sequence,
    );
  return { ...bindingOf(transition, selection), produced };
}
