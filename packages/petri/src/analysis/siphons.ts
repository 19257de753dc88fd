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
  /** Branches of the search. Default 3,000. */
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

/** Searches siphons that contain `chosen` and none of `banned`. */
class SiphonSearch {
  readonly found: Set<number>[] = [];

  constructor(
    private readonly flow: Flow,
    public branches: number,
  ) {}

  extend(chosen: ReadonlySet<number>, banned: ReadonlySet<number>): void {
    if (this.branches <= 0) return;
    this.branches -= 1;
    if (this.found.some((siphon) => [...siphon].every((place) => chosen.has(place)))) return;
    const options = this.unfed(chosen, banned);
    if (options === undefined) {
      this.keep(new Set(chosen));
      return;
    }
    const excluded = new Set(banned);
    for (const place of options) {
      this.extend(new Set([...chosen, place]), excluded);
      excluded.add(place);
    }
  }

  /** The fewest choices for a transition that feeds the set without needing it; none if it is a siphon. */
  private unfed(chosen: ReadonlySet<number>, banned: ReadonlySet<number>): number[] | undefined {
    const { producers, needs } = this.flow;
    let best: number[] | undefined;
    for (const place of chosen)
      for (const t of producers[place] ?? []) {
        const inputs = needs[t] ?? [];
        if (inputs.some((input) => chosen.has(input))) continue;
        const options = inputs.filter((input) => !banned.has(input));
        if (best === undefined || options.length < best.length) best = options;
        if (best.length === 0) return best;
      }
    return best;
  }

  private keep(siphon: Set<number>): void {
    for (let at = this.found.length - 1; at >= 0; at -= 1)
      if ([...siphon].every((place) => this.found[at]?.has(place))) this.found.splice(at, 1);
    this.found.push(siphon);
  }
}

/**
 * The minimal siphons: sets of places that stay empty once they are empty, because every transition
 * that puts a token into the set also needs one from it.
 */
export function minimalSiphons(net: PtNet, options: SiphonOptions = {}): Siphons {
  const search = new SiphonSearch(flowOf(net), options.maxBranches ?? 3000);
  const banned = new Set<number>();
  for (const place of net.places.keys()) {
    search.extend(new Set([place]), banned);
    banned.add(place);
  }
  const siphons = search.found
    .filter(
      (siphon) =>
        !search.found.some(
          (other) =>
            other !== siphon &&
            other.size < siphon.size &&
            [...other].every((place) => siphon.has(place)),
        ),
    )
    .map((siphon) => [...siphon].sort((a, b) => a - b))
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
