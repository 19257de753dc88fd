import type { Token } from './marking.js';
import type { PlannedTransition } from './net-plan.js';
import type { WorkingMarking } from './working-marking.js';

/** Which transition fires with which tokens: the sequence numbers by input and read place. */
export interface Binding {
  readonly transition: string;
  /** By place, ascending. */
  readonly tokens: Readonly<Record<string, readonly number[]>>;
}

/** The tokens chosen for a transition's `chosen` arcs, arc after arc. */
export type Selection = readonly Token[];

/** What guard, `out` and `emit` see; of a reset place all tokens. */
export function shownTokens(
  transition: PlannedTransition,
  selection: Selection,
  marking: WorkingMarking,
): Readonly<Record<string, unknown>> {
  const { chosen, resets } = transition;
  const shown: Record<string, unknown> = {};
  for (const arc of chosen) {
    if (arc.weight === 1) shown[arc.name] = selection[arc.first]?.value;
    else {
      const values: unknown[] = [];
      for (let at = arc.first; at < arc.first + arc.weight; at += 1)
        values.push(selection[at]?.value);
      shown[arc.name] = values;
    }
  }
  for (const { place, name } of resets)
    shown[name] = marking.list(place).map((token) => token.value);
  return shown;
}

/** The sequence numbers of a selection, by place. */
export function chosenSequences(
  transition: PlannedTransition,
  selection: Selection,
): Record<string, readonly number[]> {
  const tokens: Record<string, readonly number[]> = {};
  for (const arc of transition.chosen) {
    const numbers = [selection[arc.first]?.sequence ?? -1];
    for (let at = arc.first + 1; at < arc.first + arc.weight; at += 1)
      numbers.push(selection[at]?.sequence ?? -1);
    tokens[arc.name] = numbers;
  }
  return tokens;
}

/** The selection as data, for journals. */
export function bindingOf(transition: PlannedTransition, selection: Selection): Binding {
  return {
    transition: transition.structure.name,
    tokens: chosenSequences(transition, selection),
  };
}

/** `match(limited=4,rules=1)`: a binding as people and messages write it. */
export function formatBinding(binding: Binding): string {
  const tokens = Object.entries(binding.tokens).map(
    ([place, sequences]) => `${place}=${sequences.join('+')}`,
  );
  return `${binding.transition}(${tokens.join(',')})`;
}
