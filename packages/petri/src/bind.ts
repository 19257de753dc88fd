import type { ErasedLaw, Law } from './law.js';
import { planNet, type NetPlan } from './net-plan.js';
import type { NetStructure, NetTransitions, PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';
import type { ErasedFunction, TransitionFunctions } from './transition-functions.js';

/** A net that can run: frozen structure, functions bound by transition name, laws. */
export interface Net<
  Places extends PlaceTokens = PlaceTokens,
  Transitions extends NetTransitions = NetTransitions,
> {
  readonly structure: NetStructure<Places, Transitions>;
  readonly laws: readonly ErasedLaw[];
  /** Compiled form; internal, derived from the other members. */
  readonly plan: NetPlan;
}

function checkFunctions(
  structure: NetStructure,
  functions: Readonly<Record<string, ErasedFunction | undefined>>,
): void {
  const data = new Set(structure.places.filter((p) => p.tokens === 'data').map((p) => p.name));
  const names = new Set(structure.transitions.map((transition) => transition.name));
  for (const name of Object.keys(functions))
    if (!names.has(name))
      throw new PetriError(
        'unknown-transition',
        `net '${structure.name}' has no transition '${name}' to bind functions to: expected one of ${[...names].join(', ')}`,
      );
  for (const { name, outputs } of structure.transitions) {
    const filled = outputs.find((arc) => data.has(arc.place));
    if (filled !== undefined && functions[name]?.out === undefined)
      throw new PetriError(
        'missing-function',
        `net '${structure.name}', transition '${name}' puts a data token into '${filled.place}': bind an 'out' function that makes it`,
      );
  }
}

function checkLaws(structure: NetStructure, laws: readonly ErasedLaw[]): void {
  const names = new Set(structure.places.map((place) => place.name));
  for (const law of laws)
    for (const place of Object.keys(law.weights))
      if (!names.has(place))
        throw new PetriError(
          'unknown-place',
          `law '${law.name}' weighs '${place}', which is no place of net '${structure.name}'`,
        );
}

/**
 * Joins a net's structure with its functions and laws.
 *
 * A missing `out` function, a token of the wrong type and a missing output do not compile.
 * Throws `PetriError` `missing-function`, `unknown-transition` or `unknown-place` for nets read from JSON.
 */
export function bind<Places extends PlaceTokens, Transitions extends NetTransitions>(
  structure: NetStructure<Places, Transitions>,
  functions: NoInfer<TransitionFunctions<Places, Transitions>>,
  laws: readonly Law<NoInfer<Places>>[] = [],
): Net<Places, Transitions> {
  const erased = functions as Readonly<Record<string, ErasedFunction | undefined>>;
  const erasedLaws = laws as unknown as readonly ErasedLaw[];
  checkFunctions(structure, erased);
  checkLaws(structure, erasedLaws);
  return Object.freeze({
    structure,
    laws: Object.freeze([...erasedLaws]),
    plan: planNet(structure, erased),
  });
}
