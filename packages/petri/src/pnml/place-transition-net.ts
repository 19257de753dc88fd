import { checkStructure, freezeStructure, isUsableName } from '../check-structure.js';
import { NET_SCHEMA, type ArcStructure, type NetStructure } from '../net-structure.js';
import type { PnmlArcKind, PnmlNet } from './pnml-document.js';
import { unfoldSymmetric, type UnfoldedArcs, type UnfoldOptions } from './unfold-symmetric.js';
import { refusePnml } from './xml-element.js';

/** Where a place or transition of the result comes from. */
export interface PnmlOrigin {
  /** Id in the document. */
  readonly id: string;
  /** Its name, where it has one. */
  readonly label?: string;
  /** A place's colour, where the net is coloured. */
  readonly colour?: string;
  /** A transition's variables and their colours, where the net is coloured. */
  readonly binding?: Readonly<Record<string, string>>;
}

/** A P/T net with its first marking: what the executor binds and the analysis takes. */
export interface PlaceTransitionNet {
  /** All places are black. Names are the ids (with colours, `fork(2)` and `eat(x=2)`). */
  readonly structure: NetStructure;
  /** Tokens by place name; places without tokens are left out. */
  readonly initial: Readonly<Record<string, number>>;
  /** By place name. */
  readonly places: ReadonlyMap<string, PnmlOrigin>;
  /** By transition name. */
  readonly transitions: ReadonlyMap<string, PnmlOrigin>;
}

interface TransitionArcs {
  readonly inputs: Map<string, number>;
  readonly outputs: Map<string, number>;
  readonly reads: Map<string, number>;
  readonly inhibitors: Map<string, number>;
  readonly resets: Set<string>;
}

const noArcs = (): TransitionArcs => ({
  inputs: new Map(),
  outputs: new Map(),
  reads: new Map(),
  inhibitors: new Map(),
  resets: new Set(),
});

function list(weights: ReadonlyMap<string, number>): ArcStructure[] {
  return Array.from(weights, ([place, weight]) => ({ place, weight }));
}

/** Names for ids: the id itself, or with `n` before it where it would be no name. */
function namesFor(ids: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(ids);
  return new Map(
    ids.map((id) => {
      let name = id;
      while (!isUsableName(name) || (name !== id && taken.has(name))) name = `n${name}`;
      taken.add(name);
      return [id, name];
    }),
  );
}

/** Follows references to the node they stand for. */
function resolver(net: PnmlNet): (id: string) => string {
  const refs = new Map(net.references.map(({ id, ref }) => [id, ref]));
  return (id) => {
    let end = id;
    for (let steps = 0; steps <= refs.size; steps += 1) {
      const next = refs.get(end);
      if (next === undefined) return end;
      end = next;
    }
    return refusePnml(
      { line: net.references.find((reference) => reference.id === id)?.line ?? 0, column: 1 },
      `reference '${id}' leads round to itself`,
    );
  };
}

function addArc(arcs: TransitionArcs, kind: PnmlArcKind, place: string, weight: number): void {
  if (kind === 'reset') {
    arcs.resets.add(place);
    return;
  }
  const weights = { normal: arcs.inputs, inhibitor: arcs.inhibitors, read: arcs.reads }[kind];
  weights.set(place, (weights.get(place) ?? 0) + weight);
}

function arcsByTransition(
  net: PnmlNet,
  placeNames: ReadonlyMap<string, string>,
): ReadonlyMap<string, TransitionArcs> {
  const resolve = resolver(net);
  const byTransition = new Map(net.transitions.map(({ id }) => [id, noArcs()]));
  for (const { id, source, target, weight, kind, line = 0 } of net.arcs) {
    const from = resolve(source);
    const to = resolve(target);
    const ends = { input: byTransition.get(to), output: byTransition.get(from) };
    const place = placeNames.get(ends.input === undefined ? to : from);
    if (place === undefined || (ends.input === undefined) === (ends.output === undefined))
      refusePnml(
        { line, column: 1 },
        `arc '${id}' leads from '${source}' to '${target}', expected one place and one transition`,
      );
    if (ends.input !== undefined) addArc(ends.input, kind, place, weight);
    else if (kind !== 'normal')
      refusePnml({ line, column: 1 }, `${kind} arc '${id}' leads out of a transition`);
    else ends.output?.outputs.set(place, (ends.output.outputs.get(place) ?? 0) + weight);
  }
  return byTransition;
}

function origin(id: string, label: string | undefined): PnmlOrigin {
  return { id, ...(label !== undefined && label !== '' && { label }) };
}

function plain(net: PnmlNet): PlaceTransitionNet {
  const places = namesFor(net.places.map(({ id }) => id));
  const transitions = namesFor(net.transitions.map(({ id }) => id));
  const arcs = arcsByTransition(net, places);
  const structure: NetStructure = {
    schema: NET_SCHEMA,
    name: net.id,
    places: Array.from(places.values(), (name) => ({ name, tokens: 'black' })),
    transitions: net.transitions.map(({ id }) => {
      const { inputs, reads, inhibitors, outputs, resets } = arcs.get(id) ?? noArcs();
      // A place both read and taken from: taking already looks, unless more is read.
      for (const [place, weight] of reads) mergeRead(inputs, outputs, reads, place, weight);
      return {
        name: transitions.get(id) ?? id,
        priority: 0,
        inputs: list(inputs),
        reads: list(reads),
        inhibitors: list(inhibitors),
        outputs: list(outputs),
        ...(resets.size > 0 && { resets: [...resets] }),
      };
    }),
  };
  const initial = net.places.flatMap(({ id, initialMarking }) =>
    initialMarking > 0 ? [[places.get(id) ?? id, initialMarking] as const] : [],
  );
  return {
    structure: freezeStructure(checkStructure(structure)),
    initial: Object.freeze(Object.fromEntries(initial)),
    places: new Map(
      net.places.map(({ id, name }) => [places.get(id) ?? id, origin(id, name?.text)]),
    ),
    transitions: new Map(
      net.transitions.map(({ id, name }) => [transitions.get(id) ?? id, origin(id, name?.text)]),
    ),
  };
}

/** One transition may not both take from and read a place: taking more and putting back is the same. */
function mergeRead(
  inputs: Map<string, number>,
  outputs: Map<string, number>,
  reads: Map<string, number>,
  place: string,
  weight: number,
): void {
  const taken = inputs.get(place);
  if (taken === undefined) return;
  reads.delete(place);
  if (weight <= taken) return;
  inputs.set(place, weight);
  outputs.set(place, (outputs.get(place) ?? 0) + weight - taken);
}

function unfolded(net: PnmlNet, options: UnfoldOptions): PlaceTransitionNet {
  const { declarations } = net;
  if (declarations === undefined)
    return refusePnml({ line: 0, column: 0 }, `net '${net.id}' has no declarations`);
  const { places, transitions } = unfoldSymmetric(net, declarations, resolver(net), options);
  const placeNames = places.map(({ name }) => (isUsableName(name) ? name : `n${name}`));
  const arcs = (weights: UnfoldedArcs): ArcStructure[] =>
    Array.from(weights, ([place, weight]) => ({ place: placeNames[place] ?? '', weight }));
  const transitionNames = transitions.map(({ name }) => (isUsableName(name) ? name : `n${name}`));
  const labels = new Map(
    [...net.places, ...net.transitions].map(({ id, name }) => [id, name?.text]),
  );
  const structure: NetStructure = {
    schema: NET_SCHEMA,
    name: net.id,
    places: placeNames.map((name) => ({ name, tokens: 'black' })),
    transitions: transitions.map(({ inputs, outputs }, index) => ({
      name: transitionNames[index] ?? '',
      priority: 0,
      inputs: arcs(inputs),
      reads: [],
      inhibitors: [],
      outputs: arcs(outputs),
    })),
  };
  const initial = places.flatMap(({ tokens }, index) =>
    tokens > 0 ? [[placeNames[index] ?? '', tokens] as const] : [],
  );
  return {
    structure: freezeStructure(checkStructure(structure)),
    initial: Object.freeze(Object.fromEntries(initial)),
    places: new Map(
      places.map(({ place, colour }, index) => [
        placeNames[index] ?? '',
        { ...origin(place, labels.get(place)), ...(colour !== undefined && { colour }) },
      ]),
    ),
    transitions: new Map(
      transitions.map(({ transition, binding }, index) => [
        transitionNames[index] ?? '',
        { ...origin(transition, labels.get(transition)), binding },
      ]),
    ),
  };
}

/**
 * A net of a document as a P/T net with its first marking: as it is, or unfolded where it is
 * coloured. Several arcs between the same two nodes become one of their common weight; references
 * are followed. Throws `bad-pnml` naming the line, or `too-large`.
 */
export function placeTransitionNet(net: PnmlNet, options: UnfoldOptions = {}): PlaceTransitionNet {
  return net.kind === 'pt' ? plain(net) : unfolded(net, options);
}
