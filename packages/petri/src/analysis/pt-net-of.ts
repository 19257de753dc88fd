import type { Marking } from '../marking.js';
import type { ArcStructure, NetStructure } from '../net-structure.js';
import { PetriError } from '../petri-error.js';
import { createPtNet, type PtNet } from './pt-net.js';

/** Tokens by place name; places not named hold none. */
export type TokenCounts = Readonly<Record<string, number>>;

/** How `ptNetOf` reads a net whose tokens carry values. */
export interface PtNetOptions {
  /**
   * `refuse` (default): a place with data tokens is an error, because guards could forbid what the
   * counted net allows. `count`: tokens are only counted and guards ignored; what is then proved of
   * the counted net (a bound, an invariant, that a marking is not reachable) holds of the data net,
   * what is found (a deadlock, a reachable marking) may not be reachable in it.
   */
  readonly dataTokens?: 'refuse' | 'count';
}

function isMarking(marking: Marking | TokenCounts): marking is Marking {
  return typeof marking['places'] === 'object';
}

function countsOf(marking: Marking | TokenCounts): TokenCounts {
  if (!isMarking(marking)) return marking;
  return Object.fromEntries(
    Object.entries(marking.places).map(([place, tokens]) => [place, tokens.length]),
  );
}

/** Reset arcs where the structure has them. */
function resetsOf(transition: object): readonly string[] {
  const resets = 'resets' in transition ? transition.resets : [];
  if (!Array.isArray(resets)) return [];
  return (resets as readonly (string | ArcStructure)[]).map((arc) =>
    typeof arc === 'string' ? arc : arc.place,
  );
}

/**
 * The place/transition net of a declared net, with the given marking (counts by place, or a marking
 * of the executor) as its initial one. Priorities, delays and guards are not part of it: every
 * verdict covers all firing orders.
 *
 * Throws `PetriError` `bad-net` for places with data tokens (see `dataTokens`) and `unknown-place`
 * for a count at a place the net does not have.
 */
export function ptNetOf(
  structure: NetStructure,
  marking: Marking | TokenCounts,
  options: PtNetOptions = {},
): PtNet {
  const counts = countsOf(marking);
  const names = new Set(structure.places.map((place) => place.name));
  for (const place of Object.keys(counts))
    if (!names.has(place))
      throw new PetriError('unknown-place', `net '${structure.name}' has no place '${place}'`);
  const data = structure.places.find((place) => place.tokens === 'data');
  if (data !== undefined && options.dataTokens !== 'count')
    throw new PetriError(
      'bad-net',
      `net '${structure.name}': place '${data.name}' holds data tokens, expected black tokens; unfold the net or pass { dataTokens: 'count' } to analyse the counts alone`,
    );
  return createPtNet({
    name: structure.name,
    places: structure.places.map(({ name }) => ({
      name,
      tokens: Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0,
    })),
    transitions: structure.transitions.map((transition) => ({
      name: transition.name,
      inputs: transition.inputs,
      outputs: transition.outputs,
      reads: transition.reads,
      inhibitors: transition.inhibitors,
      resets: resetsOf(transition),
    })),
  });
}
