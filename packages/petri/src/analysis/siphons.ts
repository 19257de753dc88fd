import type { PtNet } from './pt-net.js';

/** What a siphon search found. */
export interface Siphons {
  /** Place indices, ascending; no siphon of the list contains another. */
  readonly siphons: readonly (readonly number[])[];
  /** False if the search stopped at its limit. */
  readonly complete: boolean;
}

/** How much a siphon search may do. */
export interface SiphonOptions {
  /** Branches of the search. Default 20,000. */
  readonly maxBranches?: number;
}

interface Flow {
  /** By transition: places it needs. */
  readonly needs: readonly (readonly number[])[];
  /** By transition: places it puts tokens into (a read arc puts back what it takes). */
  readonly puts: readonly (readonly number[])[];
  /** By place: transitions that put tokens into it. */
  readonly producers: readonly (readonly number[])[];
  /** By place: transitions that need it. */
  readonly consumers: readonly (readonly number[])[];
}

function flowOf(net: PtNet): Flow {
  const producers = net.places.map((): number[] => []);
  const consumers = net.places.map((): number[] => []);
  const needs = net.transitions.map(({ inputs, reads }) => [
    ...new Set([...inputs, ...reads].map((arc) => arc.place)),
  ]);
  const puts = net.transitions.map(({ outputs, reads }) => [
    ...new Set([...outputs, ...reads].map((arc) => arc.place)),
  ]);
  for (const [t, places] of needs.entries()) for (const place of places) consumers[place]?.push(t);
  for (const [t, places] of puts.entries()) for (const place of places) producers[place]?.push(t);
  return { needs, puts, producers, consumers };
}

/** A set of places, one bit each. */
type PlaceSet = Uint32Array;

function setOf(places: readonly number[], words: number): PlaceSet {
  const set = new Uint32Array(words);
  for (const place of places) set[place >>> 5] = (set[place >>> 5] as number) | (1 << (place & 31));
  return set;
}

function meets(a: PlaceSet, b: PlaceSet): boolean {
  for (let word = 0; word < a.length; word += 1)
    if (((a[word] as number) & (b[word] as number)) !== 0) return true;
  return false;
}

function isWithin(small: PlaceSet, large: PlaceSet): boolean {
  for (let word = 0; word < small.length; word += 1)
    if (((small[word] as number) & ~(large[word] as number)) !== 0) return false;
  return true;
}

/** The set with one place more. */
function withPlace(set: PlaceSet, place: number): PlaceSet {
  const next = Uint32Array.from(set);
  next[place >>> 5] = (next[place >>> 5] as number) | (1 << (place & 31));
  return next;
}

/** Searches siphons that contain `chosen` and none of `banned`. */
class SiphonSearch {
  found: PlaceSet[] = [];
  private readonly needs: readonly PlaceSet[];
  private readonly puts: readonly PlaceSet[];

  constructor(
    private readonly flow: Flow,
    words: number,
    public branches: number,
  ) {
    this.needs = flow.needs.map((places) => setOf(places, words));
    this.puts = flow.puts.map((places) => setOf(places, words));
  }

  extend(chosen: PlaceSet, banned: PlaceSet): void {
    if (this.branches <= 0) return;
    this.branches -= 1;
    if (this.found.some((siphon) => isWithin(siphon, chosen))) return;
    const options = this.unfed(chosen, banned);
    if (options === undefined) {
      this.found = this.found.filter((siphon) => !isWithin(chosen, siphon));
      this.found.push(chosen);
      return;
    }
    let excluded = banned;
    for (const place of options) {
      this.extend(withPlace(chosen, place), excluded);
      excluded = withPlace(excluded, place);
    }
  }

  /** The fewest choices for a transition that feeds the set without needing it; none if it is a siphon. */
  private unfed(chosen: PlaceSet, banned: PlaceSet): number[] | undefined {
    let best: number[] | undefined;
    for (let t = 0; t < this.puts.length; t += 1) {
      if (!meets(this.puts[t] as PlaceSet, chosen) || meets(this.needs[t] as PlaceSet, chosen))
        continue;
      const options = (this.flow.needs[t] as readonly number[]).filter(
        (place) => (((banned[place >>> 5] as number) >>> (place & 31)) & 1) === 0,
      );
      if (best === undefined || options.length < best.length) best = options;
      if (best.length === 0) return best;
    }
    return best;
  }
}

/**
 * The minimal siphons: sets of places that stay empty once they are empty, because every transition
 * that puts a token into the set also needs one from it.
 */
export function minimalSiphons(net: PtNet, options: SiphonOptions = {}): Siphons {
  const words = Math.ceil(net.places.length / 32);
  const search = new SiphonSearch(flowOf(net), words, options.maxBranches ?? 20_000);
  let banned: PlaceSet = new Uint32Array(words);
  for (const place of net.places.keys()) {
    search.extend(setOf([place], words), banned);
    banned = withPlace(banned, place);
  }
  const siphons = search.found
    .map((siphon) =>
      [...net.places.keys()].filter(
        (place) => ((siphon[place >>> 5] as number) >>> (place & 31)) & 1,
      ),
    )
    .sort((a, b) => a.length - b.length || (a[0] ?? 0) - (b[0] ?? 0));
  return { siphons, complete: search.branches > 0 };
}

/**
 * The largest trap within a set of places (all places unless given): a set that never gets empty
 * once it is marked, because every transition that takes from it also puts into it. May be empty.
 */
export function maximalTrap(net: PtNet, within?: readonly number[]): readonly number[] {
  const { consumers, puts } = flowOf(net);
  const trap = new Set(within ?? net.places.keys());
  for (let before = -1; before !== trap.size;) {
    before = trap.size;
    for (const place of trap) {
      const leaks = consumers[place]?.some((t) => !puts[t]?.some((output) => trap.has(output)));
      if (leaks === true) trap.delete(place);
    }
  }
  return [...trap].sort((a, b) => a - b);
}

/**
 * True if the net has no deadlock because every minimal siphon contains a trap that is marked at the
 * start (Commoner's condition: in a deadlock the unmarked places would contain an unmarked siphon).
 * Undefined where the condition fails, does not apply (a weight above 1, inhibitor or reset arcs) or
 * the search is too large: then nothing follows.
 */
export function isDeadlockFreeBySiphons(net: PtNet, options: SiphonOptions = {}): true | undefined {
  if (net.transitions.length === 0) return undefined;
  if (net.transitions.some((t) => t.inputs.length + t.reads.length + t.inhibitors.length === 0))
    return true;
  const applies = net.transitions.every(
    ({ inputs, reads, inhibitors, resets }) =>
      inhibitors.length + resets.length === 0 &&
      [...inputs, ...reads].every((arc) => arc.weight === 1),
  );
  if (!applies) return undefined;
  const { siphons, complete } = minimalSiphons(net, options);
  if (!complete) return undefined;
  const safe = siphons.every((siphon) =>
    maximalTrap(net, siphon).some((place) => (net.initial[place] ?? 0) > 0),
  );
  return safe || undefined;
}
