import { PetriError } from '../petri-error.js';
import { compileNet, fireInPlace, isEnabled, type CompiledNet } from './compiled-net.js';
import { LimitWatch, type ExplorationLimits, type StopReason } from './limits.js';
import type { PtNet } from './pt-net.js';
import { finish, type Steps } from './steps.js';
import type { Witness } from './verdict.js';

/** A count that can be made as large as one likes. */
export const OMEGA = Infinity;

/** Counts from here on stand for `OMEGA` while the graph is built. */
const OMEGA_COUNT = 0x40000000;

/** How to build the graph. */
export interface CoverabilityOptions extends Omit<ExplorationLimits, 'maxBytes'> {
  /** Stops at the first proof that some place is unbounded. Default false. */
  readonly stopAtUnbounded?: boolean;
}

/** The Karp-Miller graph. */
export interface Coverability {
  /** False if a limit, or `stopAtUnbounded`, ended it early. */
  readonly complete: boolean;
  readonly stoppedBy: StopReason | undefined;
  /** By place index: `OMEGA` where unbounded. A lower bound only, if not complete. */
  readonly maxima: readonly number[];
  /** Indices of places known to be unbounded. */
  readonly unboundedPlaces: readonly number[];
  /** By transition index: 1 if some reachable marking enables it. */
  readonly fired: ArrayLike<number>;
  /** Markings of the graph, with `OMEGA`. */
  readonly markings: readonly (readonly number[])[];
  /** A run and a sequence that, repeated after it, adds tokens each time; absent if none was found. */
  readonly unboundedWitness: Witness | undefined;
}

interface Node {
  readonly marking: Int32Array;
  readonly parent: Node | undefined;
  readonly transition: number;
}

function addOmegas(marking: Int32Array): void {
  for (let place = 0; place < marking.length; place += 1)
    if ((marking[place] as number) >= OMEGA_COUNT / 2) marking[place] = OMEGA_COUNT;
}

/** True if `small` is nowhere above `large`. */
function isBelow(small: Int32Array, large: Int32Array): boolean {
  for (let place = 0; place < small.length; place += 1)
    if ((small[place] as number) > (large[place] as number)) return false;
  return true;
}

/** Arguments of one call: more of them overflow the stack. */
const CHUNK = 8192;

/** A marking as a key: two code units per count. */
function textOf(marking: Int32Array): string {
  const units = new Uint16Array(marking.buffer, marking.byteOffset, marking.length * 2);
  let text = '';
  for (let at = 0; at < units.length; at += CHUNK)
    text += String.fromCharCode(...units.subarray(at, at + CHUNK));
  return text;
}

class Builder {
  readonly seen = new Map<string, Node>();
  readonly fired: Uint8Array;
  witness: Witness | undefined;
  private readonly stack: Node[] = [];

  constructor(
    private readonly net: CompiledNet,
    private readonly options: CoverabilityOptions,
  ) {
    this.fired = new Uint8Array(net.transitionCount);
  }

  *build(): Steps<StopReason | undefined> {
    const { net, options, stack } = this;
    const watch = new LimitWatch(options);
    this.add({ marking: Int32Array.from(net.initial), parent: undefined, transition: -1 });
    let steps = 0;
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (let t = net.transitionCount - 1; t >= 0; t -= 1) {
        if (!isEnabled(net, node.marking, t)) continue;
        this.fired[t] = 1;
        this.add(this.successor(node, t));
        if (options.stopAtUnbounded === true && this.witness !== undefined) return undefined;
      }
      if (this.seen.size > (options.maxStates ?? DEFAULT_MAX_MARKINGS)) return 'states';
      steps += 1;
      const reason = watch.check(this.seen.size, steps, 0);
      if (reason !== undefined) return reason;
      yield;
    }
    return undefined;
  }

  private add(node: Node): void {
    const key = textOf(node.marking);
    if (this.seen.has(key)) return;
    this.seen.set(key, node);
    this.stack.push(node);
  }

  private successor(from: Node, t: number): Node {
    const { net } = this;
    const marking = Int32Array.from(from.marking);
    fireInPlace(net, marking, t);
    addOmegas(marking);
    const node: Node = { marking, parent: from, transition: t };
    for (
      let ancestor: Node | undefined = from;
      ancestor !== undefined;
      ancestor = ancestor.parent
    ) {
      if (!isBelow(ancestor.marking, marking)) continue;
      const grown: number[] = [];
      for (let place = 0; place < marking.length; place += 1)
        if ((marking[place] as number) > (ancestor.marking[place] as number)) grown.push(place);
      if (grown.length === 0) continue;
      this.witness ??= this.pumpOf(node, ancestor, grown);
      for (const place of grown) marking[place] = OMEGA_COUNT;
    }
    return node;
  }

  /** Before the first `OMEGA` every marking of the path is a reachable one. */
  private pumpOf(node: Node, ancestor: Node, grown: readonly number[]): Witness {
    const firings: string[] = [];
    const pump: string[] = [];
    let into = pump;
    for (let at = node; at.parent !== undefined; at = at.parent) {
      if (at === ancestor) into = firings;
      into.push(this.net.net.transitions[at.transition]?.name ?? '');
    }
    const places = grown.map((place) => this.net.net.places[place] ?? '');
    return { firings: firings.reverse(), pump: pump.reverse(), places };
  }
}

/** Markings a coverability graph may have unless told otherwise. */
export const DEFAULT_MAX_MARKINGS = 100_000;

/**
 * The coverability graph after Karp and Miller 1969: a marking above one of its ancestors gets
 * `OMEGA` where it grew. It ends for every net without inhibitor and reset arcs and decides
 * boundedness, the bound of each place and which transitions can fire.
 *
 * `maxStates` counts markings, default 100,000. Throws `not-supported` for inhibitor or reset arcs:
 * with inhibitor arcs these questions are undecidable, with reset arcs boundedness is.
 */
export function coverability(net: PtNet, options: CoverabilityOptions = {}): Coverability {
  return finish(coverabilityInSteps(net, options));
}

/** `coverability` in pieces of one marking. */
export function* coverabilityInSteps(
  net: PtNet,
  options: CoverabilityOptions = {},
): Steps<Coverability> {
  const compiled = compileNet(net);
  if (compiled.hasInhibitors || compiled.hasResets)
    throw new PetriError(
      'not-supported',
      `net '${net.name}' has ${compiled.hasInhibitors ? 'inhibitor' : 'reset'} arcs: a coverability graph is defined for nets without inhibitor and reset arcs`,
    );
  const builder = new Builder(compiled, options);
  const stoppedBy = yield* builder.build();
  const markings = [...builder.seen.values()].map(({ marking }) =>
    Array.from(marking, (count) => (count === OMEGA_COUNT ? OMEGA : count)),
  );
  const maxima = net.places.map((_, place) =>
    markings.reduce((most, marking) => Math.max(most, marking[place] ?? 0), 0),
  );
  const stoppedEarly = options.stopAtUnbounded === true && builder.witness !== undefined;
  return {
    complete: stoppedBy === undefined && !stoppedEarly,
    stoppedBy,
    maxima,
    unboundedPlaces: maxima.flatMap((most, place) => (most === OMEGA ? [place] : [])),
    fired: builder.fired,
    markings,
    unboundedWitness: builder.witness,
  };
}
