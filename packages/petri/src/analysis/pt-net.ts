import { PetriError } from '../petri-error.js';

/** An arc to the place at index `place` of its net; `weight` is an integer from 1. */
export interface PtArc {
  readonly place: number;
  readonly weight: number;
}

/** One transition of a place/transition net. */
export interface PtTransition {
  readonly name: string;
  /** Takes `weight` tokens. */
  readonly inputs: readonly PtArc[];
  /** Puts `weight` tokens. */
  readonly outputs: readonly PtArc[];
  /** Needs `weight` tokens, takes none. */
  readonly reads: readonly PtArc[];
  /** Forbids firing while the place holds `weight` tokens or more. */
  readonly inhibitors: readonly PtArc[];
  /** Indices of places that are emptied, after the inputs are taken and before the outputs are put. */
  readonly resets: readonly number[];
}

/**
 * A place/transition net with its initial marking, as frozen plain data: what every function of
 * this entry takes. Places and transitions are named once and then meant by index, so any text is
 * allowed as a name and the order is kept.
 */
export interface PtNet {
  readonly name: string;
  readonly places: readonly string[];
  readonly transitions: readonly PtTransition[];
  /** Tokens by place index; integers from 0. */
  readonly initial: readonly number[];
}

/** An arc by place name; the weight is 1 unless given. */
export interface PtArcDeclaration {
  readonly place: string;
  readonly weight?: number;
}

/** A net by names, as `createPtNet` takes it. */
export interface PtNetDeclaration {
  readonly name: string;
  /** In the order in which results list them; no tokens unless given. */
  readonly places: readonly { readonly name: string; readonly tokens?: number }[];
  readonly transitions: readonly {
    readonly name: string;
    readonly inputs?: readonly PtArcDeclaration[];
    readonly outputs?: readonly PtArcDeclaration[];
    readonly reads?: readonly PtArcDeclaration[];
    readonly inhibitors?: readonly PtArcDeclaration[];
    /** Places that are emptied. */
    readonly resets?: readonly string[];
  }[];
}

/** Counts above this do not fit a packed marking. */
export const MAX_TOKENS = 0x1fffffff;

function bad(net: string, message: string): never {
  throw new PetriError('bad-net', `net '${net}': ${message}`);
}

function indexNames(net: string, kind: string, names: readonly string[]): Map<string, number> {
  const index = new Map<string, number>();
  for (const name of names) {
    if (index.has(name)) bad(net, `${kind} '${name}' is declared twice: rename one of them`);
    index.set(name, index.size);
  }
  return index;
}

function checkCount(net: string, where: string, count: number, least: number): number {
  if (!Number.isSafeInteger(count) || count < least || count > MAX_TOKENS)
    bad(net, `${where} is ${count}, expected an integer from ${least} to ${MAX_TOKENS}`);
  return count;
}

function arcsOf(
  net: string,
  where: string,
  places: ReadonlyMap<string, number>,
  arcs: readonly PtArcDeclaration[] = [],
): readonly PtArc[] {
  const seen = new Set<string>();
  return Object.freeze(
    arcs.map(({ place, weight = 1 }) => {
      const index = places.get(place);
      if (index === undefined) return bad(net, `${where} '${place}': no such place`);
      if (seen.has(place)) bad(net, `${where} '${place}': drawn twice; use one arc with a weight`);
      seen.add(place);
      checkCount(net, `${where} '${place}': weight`, weight, 1);
      return Object.freeze({ place: index, weight });
    }),
  );
}

function transitionOf(
  net: string,
  places: ReadonlyMap<string, number>,
  transition: PtNetDeclaration['transitions'][number],
): PtTransition {
  const { name } = transition;
  const at = (kind: string): string => `transition '${name}', ${kind} arc`;
  const resets = arcsOf(
    net,
    at('reset'),
    places,
    (transition.resets ?? []).map((place) => ({ place })),
  );
  return Object.freeze({
    name,
    inputs: arcsOf(net, at('input'), places, transition.inputs),
    outputs: arcsOf(net, at('output'), places, transition.outputs),
    reads: arcsOf(net, at('read'), places, transition.reads),
    inhibitors: arcsOf(net, at('inhibitor'), places, transition.inhibitors),
    resets: Object.freeze(resets.map((arc) => arc.place)),
  });
}

/**
 * A checked, frozen net from its declaration by names. Throws `PetriError` `bad-net` naming the
 * first contradiction: a name used twice, an arc to an unknown place, a weight below 1.
 */
export function createPtNet(declaration: PtNetDeclaration): PtNet {
  const { name, places, transitions } = declaration;
  const placeNames = places.map((place) => place.name);
  const index = indexNames(name, 'place', placeNames);
  indexNames(
    name,
    'transition',
    transitions.map((transition) => transition.name),
  );
  return Object.freeze({
    name,
    places: Object.freeze(placeNames),
    transitions: Object.freeze(
      transitions.map((transition) => transitionOf(name, index, transition)),
    ),
    initial: Object.freeze(
      places.map((place) => checkCount(name, `place '${place.name}'`, place.tokens ?? 0, 0)),
    ),
  });
}

/** How many arcs the net has, of all kinds. */
export function arcCount(net: PtNet): number {
  return net.transitions.reduce(
    (sum, { inputs, outputs, reads, inhibitors, resets }) =>
      sum + inputs.length + outputs.length + reads.length + inhibitors.length + resets.length,
    0,
  );
}

/** The same net with another initial marking, by place index. */
export function withInitial(net: PtNet, initial: readonly number[]): PtNet {
  return Object.freeze({ ...net, initial: Object.freeze([...initial]) });
}
