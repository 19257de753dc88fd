import type { ErasedLaw, Law } from './law.js';
import { proveLaws, type LawProof } from './law-proof.js';
import { planNet, type NetPlan } from './net-plan.js';
import type { NetStructure, NetTransitions, PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';
import { rememberedSchemas, type StandardSchema } from './standard-schema.js';
import type { ErasedFunction, TransitionFunctions } from './transition-functions.js';

/** A net that can run: frozen structure, functions bound by transition name, laws. */
export interface Net<
  Places extends PlaceTokens = PlaceTokens,
  Transitions extends NetTransitions = NetTransitions,
> {
  readonly structure: NetStructure<Places, Transitions>;
  readonly laws: readonly ErasedLaw[];
  /** What is known of each law at each transition before anything fires. */
  readonly lawProofs: readonly LawProof[];
  /** Compiled form; internal, derived from the other members. */
  readonly plan: NetPlan;
}

/** What a net read from JSON can be given besides its functions. */
export interface BindOptions<Places> {
  /** Schemas that check tokens from outside; those of the builder need not be repeated. */
  readonly schemas?: { readonly [Place in keyof Places]?: StandardSchema<unknown, Places[Place]> };
}

type Functions = Readonly<Record<string, ErasedFunction | undefined>>;

function missing(net: string, transition: string, message: string): never {
  throw new PetriError('missing-function', `net '${net}', transition '${transition}' ${message}`);
}

function checkFunctions(structure: NetStructure, functions: Functions): void {
  const data = new Set(structure.places.filter((p) => p.tokens === 'data').map((p) => p.name));
  const names = new Set(structure.transitions.map((transition) => transition.name));
  for (const name of Object.keys(functions))
    if (!names.has(name))
      throw new PetriError(
        'unknown-transition',
        `net '${structure.name}' has no transition '${name}' to bind functions to: expected one of ${[...names].join(', ')}`,
      );
  for (const { name, outputs, emits } of structure.transitions) {
    const own = Object.hasOwn(functions, name) ? functions[name] : undefined;
    const filled = outputs.find((arc) => data.has(arc.place));
    if (filled !== undefined && own?.out === undefined)
      missing(
        structure.name,
        name,
        `puts a data token into '${filled.place}': bind an 'out' function that makes it`,
      );
    if (emits === true && own?.emit === undefined)
      missing(structure.name, name, `emits: bind an 'emit' function that says what`);
    if (emits !== true && own?.emit !== undefined)
      throw new PetriError(
        'bad-net',
        `net '${structure.name}', transition '${name}' has an 'emit' function, but is not declared to emit: add emits to its declaration`,
      );
  }
}

function checkPlaces(structure: NetStructure, what: string, given: object): void {
  const names = new Set(structure.places.map((place) => place.name));
  for (const place of Object.keys(given))
    if (!names.has(place))
      throw new PetriError(
        'unknown-place',
        `${what} '${place}', which is no place of net '${structure.name}'`,
      );
}

/**
 * Joins a net's structure with its functions and laws.
 *
 * A missing `out` or `emit` function, a token of the wrong type and a missing output do not compile.
 * Throws `PetriError` `missing-function`, `unknown-transition` or `unknown-place` for nets read from
 * JSON, and `law-broken` where a transition is seen to break a law (`lawProofs` has the rest).
 */
export function bind<Places extends PlaceTokens, Transitions extends NetTransitions>(
  structure: NetStructure<Places, Transitions>,
  functions: NoInfer<TransitionFunctions<Places, Transitions>>,
  laws: readonly Law<NoInfer<Places>>[] = [],
  options: BindOptions<NoInfer<Places>> = {},
): Net<Places, Transitions> {
  const erased = functions as Functions;
  const erasedLaws = laws as unknown as readonly ErasedLaw[];
  const schemas = { ...rememberedSchemas(structure), ...options.schemas };
  checkFunctions(structure, erased);
  for (const law of erasedLaws) checkPlaces(structure, `law '${law.name}' weighs`, law.weights);
  checkPlaces(structure, 'a schema is given for', schemas);
  return Object.freeze({
    structure,
    laws: Object.freeze([...erasedLaws]),
    lawProofs: proveLaws(structure, erased, erasedLaws),
    plan: planNet(structure, erased, schemas),
  });
}
