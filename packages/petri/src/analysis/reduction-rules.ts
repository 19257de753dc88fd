import type { Steps } from './steps.js';
import type { ReducedTransition, ReductionNet, Weights } from './reduction-net.js';

/** The properties a reduction can keep. */
export type ReducedProperty = 'deadlock' | 'reachability';

/** One rule: changes the net where it applies and says how often it did. */
export interface ReductionRule {
  readonly name: string;
  /** What it keeps: `reachability` means that of any predicate on the observed places. */
  readonly keeps: readonly ReducedProperty[];
  /** In pieces; between two of them the net has kept the property, so that one may stop there. */
  readonly apply: (net: ReductionNet, property: ReducedProperty) => Steps<number>;
}

const both: readonly ReducedProperty[] = ['deadlock', 'reachability'];

/** A good moment to let others work: some places of a large net have thousands of arcs. */
function isPause(place: number): boolean {
  return place % 16 === 0;
}

function isWithin(small: Weights, large: Weights): boolean {
  for (const [place, weight] of small) if ((large.get(place) ?? 0) < weight) return false;
  return true;
}

function delta({ pre, post }: ReducedTransition): Weights {
  const change: Weights = new Map(post);
  for (const [place, weight] of pre) change.set(place, (change.get(place) ?? 0) - weight);
  for (const [place, weight] of change) if (weight === 0) change.delete(place);
  return change;
}

function keyOf(weights: Weights): string {
  return [...weights]
    .sort((a, b) => a[0] - b[0])
    .map(([place, weight]) => `${place}:${weight}`)
    .join();
}

/** A place without enough tokens that no transition adds to: what needs it can never fire. */
function* removeDeadTransitions(net: ReductionNet): Steps<number> {
  let count = 0;
  for (const place of net.places()) {
    if (isPause(place)) yield;
    const grows = [...(net.producers[place] ?? [])].some(
      ({ pre, post }) => (post.get(place) ?? 0) > (pre.get(place) ?? 0),
    );
    if (grows) continue;
    for (const transition of [...(net.consumers[place] ?? [])]) {
      if ((transition.pre.get(place) ?? 0) <= (net.initial[place] ?? 0)) continue;
      net.remove(transition);
      count += 1;
    }
  }
  return count;
}

/** Of two transitions with the same effect, the one that needs more says nothing new. */
function* removeDominatedTransitions(net: ReductionNet): Steps<number> {
  const groups = new Map<string, ReducedTransition[]>();
  for (const transition of net.transitions) {
    const key = `${keyOf(delta(transition))}|${keyOf(transition.inhibitors)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [transition]);
    else group.push(transition);
  }
  let count = 0;
  for (const group of groups.values())
    for (const transition of group) {
      yield;
      const other = group.find(
        (candidate) =>
          candidate !== transition &&
          net.transitions.has(candidate) &&
          isWithin(candidate.pre, transition.pre),
      );
      if (other === undefined) continue;
      net.remove(transition);
      count += 1;
    }
  return count;
}

/** A transition without effect reaches nothing; for deadlocks it matters that it can fire. */
function* removeNeutralTransitions(net: ReductionNet): Steps<number> {
  let count = 0;
  for (const transition of [...net.transitions]) {
    if (delta(transition).size !== 0) continue;
    net.remove(transition);
    count += 1;
    yield;
  }
  return count;
}

/** Nothing takes from it: its tokens do not matter. */
function* removeSinkPlaces(net: ReductionNet): Steps<number> {
  let count = 0;
  for (const place of net.places()) {
    if (!net.isFree(place) || net.consumers[place]?.size !== 0) continue;
    net.removePlace(place);
    count += 1;
    yield;
  }
  return count;
}

/** No firing lowers it and it always holds enough. */
function* removeFullPlaces(net: ReductionNet): Steps<number> {
  let count = 0;
  for (const place of net.places()) {
    if (isPause(place)) yield;
    if (!net.isFree(place)) continue;
    const enough = [...(net.consumers[place] ?? [])].every(({ pre, post }) => {
      const needed = pre.get(place) ?? 0;
      return needed <= (net.initial[place] ?? 0) && (post.get(place) ?? 0) >= needed;
    });
    if (!enough) continue;
    net.removePlace(place);
    count += 1;
  }
  return count;
}

/** Two places with the same arcs: the one that holds more at the start never decides. */
function* removeParallelPlaces(net: ReductionNet): Steps<number> {
  const arcsOf = (place: number): string => {
    const part = (transition: ReducedTransition): string =>
      `${numbers.get(transition)}:${transition.pre.get(place) ?? 0}:${transition.post.get(place) ?? 0}`;
    const touching = new Set([...(net.consumers[place] ?? []), ...(net.producers[place] ?? [])]);
    return [...touching].map(part).sort().join();
  };
  const numbers = new Map([...net.transitions].map((transition, index) => [transition, index]));
  const groups = new Map<string, number[]>();
  for (const place of net.places()) {
    if (isPause(place)) yield;
    const key = arcsOf(place);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  let count = 0;
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const tokens = (place: number): number => net.initial[place] ?? 0;
    const least = group.reduce((a, b) => (tokens(b) < tokens(a) ? b : a));
    for (const place of group)
      if (place !== least && net.isFree(place)) {
        net.removePlace(place);
        count += 1;
      }
  }
  return count;
}

/** New transitions an agglomeration may make beyond those it takes away. */
const MAX_GROWTH = 2;

function touchesObserved(net: ReductionNet, transition: ReducedTransition): boolean {
  return [...delta(transition).keys()].some((place) => net.observed.has(place));
}

/** `first` and then `second`, as one transition; `through` is the place between them. */
function composed(
  first: ReducedTransition,
  second: ReducedTransition,
  through: number,
): ReducedTransition {
  const pre: Weights = new Map(first.pre);
  const post: Weights = new Map(first.post);
  post.delete(through);
  for (const [place, weight] of second.pre) {
    if (place === through) continue;
    const given = Math.min(weight, post.get(place) ?? 0);
    if (given > 0) post.set(place, (post.get(place) ?? 0) - given);
    if (weight > given) pre.set(place, (pre.get(place) ?? 0) + weight - given);
  }
  for (const [place, weight] of second.post) post.set(place, (post.get(place) ?? 0) + weight);
  for (const [place, weight] of post) if (weight === 0) post.delete(place);
  return {
    sequence: [...first.sequence, ...second.sequence],
    pre,
    post,
    inhibitors: new Map(),
  };
}

interface Agglomeration {
  readonly place: number;
  readonly before: readonly ReducedTransition[];
  readonly after: readonly ReducedTransition[];
}

/** A place that starts empty and passes single tokens from some transitions to others. */
function candidateAt(net: ReductionNet, place: number): Agglomeration | undefined {
  if (!net.isFree(place) || net.initial[place] !== 0) return undefined;
  const before = [...(net.producers[place] ?? [])];
  const after = [...(net.consumers[place] ?? [])];
  if (before.length === 0 || after.length === 0) return undefined;
  if (before.length * after.length > before.length + after.length + MAX_GROWTH) return undefined;
  const plain = [...before, ...after].every(({ inhibitors, pre, post, sequence }) => {
    const single = (pre.get(place) ?? 0) + (post.get(place) ?? 0) === 1;
    return single && inhibitors.size === 0 && sequence.length < 64;
  });
  return plain ? { place, before, after } : undefined;
}

/** The places around must not be looked at by inhibitors: firing earlier or later would show. */
function isUninhibited(net: ReductionNet, transitions: readonly ReducedTransition[]): boolean {
  return transitions.every((transition) =>
    [...transition.pre.keys(), ...transition.post.keys()].every(
      (place) => net.inhibited[place]?.size === 0,
    ),
  );
}

function fuse(net: ReductionNet, { place, before, after }: Agglomeration): void {
  for (const transition of [...before, ...after]) net.remove(transition);
  for (const first of before) for (const second of after) net.add(composed(first, second, place));
  net.removedPlaces.add(place);
}

/**
 * Post-agglomeration: those that take from the place need nothing else, so they can fire as soon as
 * the token is there. For reachability they must not change an observed place.
 */
function* agglomerateAfter(net: ReductionNet, property: ReducedProperty): Steps<number> {
  let count = 0;
  for (const place of net.places()) {
    if (isPause(place)) yield;
    const found = candidateAt(net, place);
    if (found === undefined) continue;
    const { after } = found;
    if (after.some((transition) => transition.pre.size !== 1)) continue;
    if (!isUninhibited(net, after)) continue;
    if (property === 'reachability' && after.some((t) => touchesObserved(net, t))) continue;
    fuse(net, found);
    count += 1;
  }
  return count;
}

/**
 * Pre-agglomeration: those that put into the place do nothing else, so they can wait until the token
 * is wanted. For reachability they must not change an observed place; for deadlocks nothing else may
 * need what they take, so that waiting enables nothing.
 */
function* agglomerateBefore(net: ReductionNet, property: ReducedProperty): Steps<number> {
  let count = 0;
  for (const place of net.places()) {
    if (isPause(place)) yield;
    const found = candidateAt(net, place);
    if (found === undefined) continue;
    const { before } = found;
    if (before.some((transition) => transition.post.size !== 1 || transition.pre.size === 0))
      continue;
    if (!isUninhibited(net, before)) continue;
    if (property === 'reachability' && before.some((t) => touchesObserved(net, t))) continue;
    const alone = before.every((transition) =>
      [...transition.pre.keys()].every((input) => net.consumers[input]?.size === 1),
    );
    if (property === 'deadlock' && !alone) continue;
    fuse(net, found);
    count += 1;
  }
  return count;
}

/** All rules, in the order in which they are tried. */
export const reductionRules: readonly ReductionRule[] = [
  { name: 'dead transitions', keeps: both, apply: removeDeadTransitions },
  { name: 'dominated transitions', keeps: both, apply: removeDominatedTransitions },
  { name: 'neutral transitions', keeps: ['reachability'], apply: removeNeutralTransitions },
  { name: 'sink places', keeps: both, apply: removeSinkPlaces },
  { name: 'full places', keeps: both, apply: removeFullPlaces },
  { name: 'parallel places', keeps: both, apply: removeParallelPlaces },
  { name: 'post-agglomeration', keeps: both, apply: agglomerateAfter },
  { name: 'pre-agglomeration', keeps: both, apply: agglomerateBefore },
];
