import type { Coverability } from './coverability.js';
import { pathTo, type StateSpace } from './state-space.js';
import { decided, unknown, type Verdict } from './verdict.js';

/** Why an incomplete state space leaves a question open. */
export function openReason(space: StateSpace): string {
  return `the state space was stopped by its limit of ${String(space.stoppedBy)} after ${space.states} states`;
}

/** Whether every place has a bound. */
export function isBounded(
  space: StateSpace,
  bounds: readonly number[],
  graph: Coverability | undefined,
): Verdict {
  if (bounds.every(Number.isFinite)) return decided(true, 'P-semiflows');
  if (space.complete) return decided(true, 'state space');
  if (graph !== undefined && graph.unboundedPlaces.length > 0)
    return decided(false, 'coverability', graph.unboundedWitness);
  return graph?.complete === true ? decided(true, 'coverability') : unknown(openReason(space));
}

/** The first state with more than one token in the place. */
function stateAboveOne(space: StateSpace, place: number): number {
  const { store, net } = space.run;
  const marking = new Int32Array(net.placeCount);
  for (let state = 0; state < store.count; state += 1) {
    store.read(state, marking);
    if ((marking[place] as number) > 1) return state;
  }
  return -1;
}

/** Whether no place ever holds more than one token. */
export function isOneSafe(
  space: StateSpace,
  bounds: readonly number[],
  graph: Coverability | undefined,
): Verdict {
  const place = Array.from(space.maxima).findIndex((most) => most > 1);
  if (place >= 0)
    return decided(false, space.complete ? 'state space' : 'partial state space', {
      firings: pathTo(space, stateAboveOne(space, place)),
      places: [space.net.places[place] ?? ''],
    });
  if (space.complete) return decided(true, 'state space');
  if (bounds.every((bound) => bound <= 1)) return decided(true, 'P-semiflows');
  if (graph?.complete === true) {
    const above = graph.maxima.findIndex((most) => most > 1);
    return above < 0 ? decided(true, 'coverability') : decided(false, 'coverability');
  }
  return unknown(openReason(space));
}

/** By place: whether its count is the same in all states found; counts are compared one by one. */
function constantPlaces(space: StateSpace): boolean[] {
  const { store, net } = space.run;
  const constant = space.net.places.map(() => true);
  const marking = new Int32Array(net.placeCount);
  for (let state = 0; state < store.count; state += 1) {
    store.read(state, marking);
    for (const [place, start] of net.initial.entries())
      if (marking[place] !== start) constant[place] = false;
  }
  return constant;
}

/** By place: whether no transition that fired changes it. */
function untouchedPlaces(space: StateSpace): boolean[] {
  const { net, fired } = space.run;
  if (net.hasResets) return constantPlaces(space);
  const untouched = space.net.places.map(() => true);
  for (let t = 0; t < net.transitionCount; t += 1) {
    if (fired[t] !== 1) continue;
    const end = net.deltas.start[t + 1] as number;
    for (let at = net.deltas.start[t] as number; at < end; at += 1)
      untouched[net.deltas.place[at] as number] = false;
  }
  return untouched;
}

/** Whether some place always holds the same number of tokens; the witness names those places. */
export function isStable(space: StateSpace): Verdict {
  const { net } = space.run;
  const places = untouchedPlaces(space).flatMap((stable, place) => (stable ? [place] : []));
  const name = (place: number): string => space.net.places[place] ?? '';
  if (places.length === 0)
    return decided(false, space.complete ? 'state space' : 'partial state space');
  if (space.complete)
    return decided(true, 'state space', { firings: [], places: places.map(name) });
  const touched = new Set([...net.deltas.place, ...net.resets.place]);
  const never = places.filter((place) => !touched.has(place));
  return never.length > 0
    ? decided(true, 'P-semiflows', { firings: [], places: never.map(name) })
    : unknown(openReason(space));
}
