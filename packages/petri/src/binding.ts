import type { Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import type { WorkingMarking } from './working-marking.js';

/** Which transition fires with which tokens: the sequence numbers by input and read place. */
export interface Binding {
  readonly transition: string;
  /** By place, ascending. */
  readonly tokens: Readonly<Record<string, readonly number[]>>;
}

/** The tokens chosen for each of a transition's `chosen` arcs. */
export type Selection = readonly (readonly Token[])[];

/** What guard and `out` see. */
export function shownTokens(
  transition: PlannedTransition,
  selection: Selection,
): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const [index, arc] of transition.chosen.entries()) {
    const tokens = selection[index] ?? [];
    shown[arc.name] = arc.weight === 1 ? tokens[0]?.value : tokens.map((token) => token.value);
  }
  return shown;
}

/** The selection as data, for journals. */
export function bindingOf(transition: PlannedTransition, selection: Selection): Binding {
  const tokens: Record<string, readonly number[]> = {};
  for (const [index, arc] of transition.chosen.entries())
    tokens[arc.name] = (selection[index] ?? []).map((token) => token.sequence);
  return { transition: transition.structure.name, tokens };
}

/** `match(limited=4,rules=1)`: a binding as people and messages write it. */
export function formatBinding(binding: Binding): string {
  const tokens = Object.entries(binding.tokens).map(
    ([place, sequences]) => `${place}=${sequences.join('+')}`,
  );
  return `${binding.transition}(${tokens.join(',')})`;
}

/** Enough tokens on every arc and no inhibitor in the way; guards are not asked. */
export function isMarkedFor(transition: PlannedTransition, marking: WorkingMarking): boolean {
  return (
    transition.chosen.every((arc) => marking.list(arc.place).length >= arc.weight) &&
    transition.inhibitors.every((arc) => marking.list(arc.place).length < arc.weight)
  );
}

/** The guard's answer; true without one. */
export function guardAllows(transition: PlannedTransition, selection: Selection): boolean {
  const { functions } = transition;
  return functions.guard === undefined || functions.guard(shownTokens(transition, selection));
}

type Visit = (selection: Selection) => boolean;

/** Combinations of `weight` tokens of one place, ascending, oldest first. */
function chooseTokens(
  list: readonly Token[],
  arc: PlannedArc,
  start: number,
  taken: readonly Token[],
  next: (tokens: readonly Token[]) => boolean,
): boolean {
  if (taken.length === arc.weight) return next(taken);
  const last = list.length - (arc.weight - taken.length);
  for (let index = start; index <= last; index += 1) {
    const token = list[index];
    if (token !== undefined && chooseTokens(list, arc, index + 1, [...taken, token], next))
      return true;
    // Black tokens are all alike: the oldest stand for every other choice.
    if (arc.black) return false;
  }
  return false;
}

function chooseArcs(
  transition: PlannedTransition,
  marking: WorkingMarking,
  chosen: readonly (readonly Token[])[],
  visit: Visit,
): boolean {
  const arc = transition.chosen[chosen.length];
  if (arc === undefined) return guardAllows(transition, chosen) && visit(chosen);
  return chooseTokens(marking.list(arc.place), arc, 0, [], (tokens) =>
    chooseArcs(transition, marking, [...chosen, tokens], visit),
  );
}

/**
 * Visits the enabled selections of one transition in binding order (token sequences compared arc by
 * arc, inputs before reads) until `visit` says stop; returns whether it did.
 */
export function visitSelections(
  transition: PlannedTransition,
  marking: WorkingMarking,
  visit: Visit,
): boolean {
  return isMarkedFor(transition, marking) && chooseArcs(transition, marking, [], visit);
}
