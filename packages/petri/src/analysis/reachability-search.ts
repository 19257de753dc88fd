import { compileNet, fireInPlace, isEnabled } from './compiled-net.js';
import { holds, type Predicate } from './formula.js';
import { LimitWatch, type ExplorationLimits, type StopReason } from './limits.js';
import { bitsFor, MAX_BITS, packFields, packMarking } from './packing.js';
import type { PtNet } from './pt-net.js';
import { StateStore } from './state-store.js';
import type { Steps } from './steps.js';
import { StubbornSets } from './stubborn-sets.js';

/** What is looked for: a deadlock, or a marking with the predicate. */
export type SearchGoal = 'deadlock' | Predicate;

/** How to search. */
export interface SearchOptions extends ExplorationLimits {
  /** Looks at a stubborn set of transitions only, where that keeps the answer. Default true. */
  readonly stubbornSets?: boolean;
}

/** How a search ended. */
export interface SearchResult {
  /** Whether the goal is reachable; absent if a limit ended the search. */
  readonly found: boolean | undefined;
  readonly stoppedBy: StopReason | undefined;
  /** Transition indices to the goal, where it was found. */
  readonly path: readonly number[] | undefined;
  /** States that were stored. */
  readonly states: number;
}

/** States in which stubborn sets are tried before their use is judged. */
const TRIAL = 500;

/** States times transitions between two looks at clock and signal. */
const PAUSE_WORK = 64_000;

/** Breadth first over packed markings, with a choice of transitions in every state. */
class Search {
  private readonly net;
  private readonly stubborn: StubbornSets | undefined;
  private store: StateStore;
  private words: Int32Array;
  private readonly marking: Int32Array;
  private readonly successor: Int32Array;
  private readonly via: number[] = [];
  private asked = 0;
  private helped = 0;

  constructor(
    net: PtNet,
    private readonly goal: SearchGoal,
    private readonly options: SearchOptions,
  ) {
    this.net = compileNet(net);
    const reduce = options.stubbornSets !== false && !this.net.hasResets;
    this.stubborn = reduce ? new StubbornSets(this.net) : undefined;
    this.store = new StateStore(packFields(Int32Array.from(this.net.initial, bitsFor)));
    this.words = new Int32Array(this.store.packing.words);
    this.marking = new Int32Array(this.net.placeCount);
    this.successor = new Int32Array(this.net.placeCount);
  }

  private result(found: boolean | undefined, stoppedBy?: StopReason, state = -1): SearchResult {
    const path: number[] = [];
    for (let at = state; at > 0; at = this.store.parent(at)) path.push(this.via[at] as number);
    return {
      found,
      stoppedBy,
      path: found === true ? path.reverse() : undefined,
      states: this.store.count,
    };
  }

  private enabled(): number[] {
    const enabled: number[] = [];
    for (let t = 0; t < this.net.transitionCount; t += 1)
      if (isEnabled(this.net, this.marking, t)) enabled.push(t);
    return enabled;
  }

  private chosen(state: number, enabled: readonly number[]): readonly number[] {
    const { stubborn, goal, marking } = this;
    if (stubborn === undefined || enabled.length < 2) return enabled;
    // Where the sets hardly ever leave anything out they only cost time: look now and then.
    if (this.asked > TRIAL && this.helped * 20 < this.asked && state % 64 !== 0) return enabled;
    this.asked += 1;
    const chosen =
      goal === 'deadlock'
        ? stubborn.forDeadlock(marking, enabled)
        : stubborn.forReachability(marking, enabled, goal);
    if (chosen.length < enabled.length) this.helped += 1;
    return chosen;
  }

  /** Stores `successor`; false if a count is too large for any field. */
  private insert(parent: number): boolean {
    while (!packMarking(this.store.packing, this.successor, this.words)) {
      const bits = this.store.packing.bits.map((width, place) =>
        Math.max(width, bitsFor(this.successor[place] as number)),
      );
      if (bits.some((width) => width > MAX_BITS)) return false;
      this.store = this.store.repacked(packFields(bits));
      this.words = new Int32Array(this.store.packing.words);
    }
    this.store.insert(this.words, parent);
    return true;
  }

  *run(): Steps<SearchResult> {
    const { net, goal, options } = this;
    const watch = new LimitWatch(options);
    const maxStates = options.maxStates ?? 10_000_000;
    const pause = Math.max(1, Math.min(64, Math.floor(PAUSE_WORK / (net.transitionCount + 1))));
    const reached = (marking: Int32Array): boolean => goal !== 'deadlock' && holds(goal, marking);
    this.successor.set(net.initial);
    this.insert(-1);
    if (reached(this.successor)) return this.result(true, undefined, 0);
    for (let state = 0; state < this.store.count; state += 1) {
      this.store.read(state, this.marking);
      const enabled = this.enabled();
      if (goal === 'deadlock' && enabled.length === 0) return this.result(true, undefined, state);
      for (const t of this.chosen(state, enabled)) {
        this.successor.set(this.marking);
        fireInPlace(net, this.successor, t);
        const { count } = this.store;
        if (!this.insert(state)) return this.result(undefined, 'tokens');
        if (this.store.count === count) continue;
        this.via.length = count;
        this.via[count] = t;
        if (reached(this.successor)) return this.result(true, undefined, count);
      }
      if (this.store.count > maxStates) return this.result(undefined, 'states');
      if (this.store.bytes > (options.maxBytes ?? Infinity)) return this.result(undefined, 'bytes');
      if (state % pause !== 0) continue;
      const stop = watch.check(this.store.count, state, 0);
      if (stop !== undefined) return this.result(undefined, stop);
      yield;
    }
    return this.result(false);
  }
}

/** Searches a deadlock or a marking with the predicate, in pieces of at most 64 states. */
export function searchState(
  net: PtNet,
  goal: SearchGoal,
  options: SearchOptions = {},
): Steps<SearchResult> {
  return new Search(net, goal, options).run();
}
