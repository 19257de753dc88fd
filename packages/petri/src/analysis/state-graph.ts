import { isEnabled } from './compiled-net.js';
import type { EdgeList } from './edge-list.js';
import type { StateSpace } from './state-space.js';

/** The strongly connected components of a complete reachability graph. */
export interface Components {
  readonly count: number;
  /** By state; a component is numbered after all components it leads to. */
  readonly of: Int32Array;
  /** By component: 1 if no edge leaves it. */
  readonly terminal: Uint8Array;
}

/** The edges of a complete space that was explored with `edges: true`; nothing otherwise. */
export function edgesOf(space: StateSpace): EdgeList | undefined {
  return space.complete ? space.run.edges : undefined;
}

/** The first edge after those of `state`. */
export function edgeEnd(space: StateSpace, edges: EdgeList, state: number): number {
  return state + 1 < space.states ? edges.start(state + 1) : space.firings;
}

/** Tarjan's algorithm without recursion: three numbers per state. */
class ComponentSearch {
  private readonly low: Int32Array;
  private readonly cursor: Uint32Array;
  private readonly open: Int32Array;
  private readonly path: Int32Array;
  readonly of: Int32Array;
  count = 0;
  private openSize = 0;
  private pathSize = 0;
  private nextNumber = 1;

  constructor(
    private readonly space: StateSpace,
    private readonly edges: EdgeList,
  ) {
    const { states } = space;
    this.low = new Int32Array(states);
    this.cursor = new Uint32Array(states);
    this.open = new Int32Array(states);
    this.path = new Int32Array(states);
    this.of = new Int32Array(states).fill(-1);
  }

  private enter(state: number): void {
    this.low[state] = this.nextNumber;
    this.nextNumber += 1;
    this.cursor[state] = this.edges.start(state);
    this.path[this.pathSize] = state;
    this.pathSize += 1;
  }

  /** Looks at one edge of the state on top; false if none is left. */
  private step(state: number): boolean {
    const at = this.cursor[state] as number;
    if (at === edgeEnd(this.space, this.edges, state)) return false;
    this.cursor[state] = at + 1;
    const target = this.edges.target(at);
    const low = this.low[target] as number;
    if (low === 0) this.enter(target);
    else if (this.of[target] === -1 && low < (this.low[state] as number)) this.low[state] = low;
    return true;
  }

  search(): void {
    // Every state is reachable from the first one.
    const isRoot = new Uint8Array(this.space.states).fill(1);
    this.enter(0);
    while (this.pathSize > 0) {
      const state = this.path[this.pathSize - 1] as number;
      const before = this.low[state] as number;
      if (this.step(state)) {
        if ((this.low[state] as number) < before) isRoot[state] = 0;
        continue;
      }
      this.pathSize -= 1;
      if (isRoot[state] === 1) this.close(state);
      else {
        this.open[this.openSize] = state;
        this.openSize += 1;
      }
      const parent = this.path[this.pathSize - 1] ?? 0;
      if (this.pathSize > 0 && this.of[state] === -1) {
        if ((this.low[state] as number) < (this.low[parent] as number)) {
          this.low[parent] = this.low[state] as number;
          isRoot[parent] = 0;
        }
      }
    }
  }

  private close(root: number): void {
    while (
      this.openSize > 0 &&
      (this.low[this.open[this.openSize - 1] as number] as number) >= (this.low[root] as number)
    ) {
      this.openSize -= 1;
      this.of[this.open[this.openSize] as number] = this.count;
    }
    this.of[root] = this.count;
    this.count += 1;
  }
}

/** Finds the components; the space must be complete and have its edges. */
export function componentsOf(space: StateSpace, edges: EdgeList): Components {
  const search = new ComponentSearch(space, edges);
  search.search();
  const { of, count } = search;
  const terminal = new Uint8Array(count).fill(1);
  for (let state = 0; state < space.states; state += 1) {
    const end = edgeEnd(space, edges, state);
    const own = of[state] as number;
    for (let at = edges.start(state); at < end; at += 1)
      if (of[edges.target(at)] !== own) terminal[own] = 0;
  }
  return { count, of, terminal };
}

/** A transition that some reachable state can lose for good. */
export interface LostTransition {
  readonly transition: number;
  /** A state from which the transition can never fire. */
  readonly state: number;
}

/**
 * The transitions that are not live, each with a state of a terminal component in which it never
 * fires: a transition is live if it fires in every terminal component.
 */
export function lostTransitions(space: StateSpace, components: Components): LostTransition[] {
  const { net, store } = space.run;
  const { count, of, terminal } = components;
  const fired = new Map<number, Uint8Array>();
  const first = new Int32Array(count).fill(-1);
  const marking = new Int32Array(net.placeCount);
  for (let state = 0; state < space.states; state += 1) {
    const component = of[state] as number;
    if (terminal[component] !== 1) continue;
    if (first[component] === -1) first[component] = state;
    const seen = fired.get(component) ?? new Uint8Array(net.transitionCount);
    fired.set(component, seen);
    if (!seen.includes(0)) continue;
    store.read(state, marking);
    for (let t = 0; t < net.transitionCount; t += 1)
      if (seen[t] === 0 && isEnabled(net, marking, t)) seen[t] = 1;
  }
  const lost: LostTransition[] = [];
  for (let t = 0; t < net.transitionCount; t += 1)
    for (const [component, seen] of fired)
      if (seen[t] === 0) {
        lost.push({ transition: t, state: first[component] as number });
        break;
      }
  return lost;
}

/** Marks every state from which some state of `goal` (1) can be reached: backward closure in place. */
export function closeBackward(space: StateSpace, edges: EdgeList, goal: Uint8Array): void {
  const { starts, sources } = predecessorsOf(space, edges);
  const queue = new Int32Array(space.states);
  let size = 0;
  for (let state = 0; state < space.states; state += 1)
    if (goal[state] === 1) {
      queue[size] = state;
      size += 1;
    }
  for (let next = 0; next < size; next += 1) {
    const state = queue[next] as number;
    for (let at = starts[state] as number; at < (starts[state + 1] as number); at += 1) {
      const source = sources[at] as number;
      if (goal[source] === 1) continue;
      goal[source] = 1;
      queue[size] = source;
      size += 1;
    }
  }
}

/** The edges the other way round: predecessors of `s` are `starts[s]` to `starts[s + 1] - 1`. */
export interface Predecessors {
  readonly starts: Float64Array;
  readonly sources: Int32Array;
}

/** Turns the edges round. */
export function predecessorsOf(space: StateSpace, edges: EdgeList): Predecessors {
  const { states, firings } = space;
  const starts = new Float64Array(states + 1);
  for (let at = 0; at < firings; at += 1) {
    const target = edges.target(at) + 1;
    starts[target] = (starts[target] as number) + 1;
  }
  for (let state = 0; state < states; state += 1)
    starts[state + 1] = (starts[state + 1] as number) + (starts[state] as number);
  const next = starts.slice();
  const sources = new Int32Array(firings);
  for (let state = 0; state < states; state += 1) {
    const end = edgeEnd(space, edges, state);
    for (let at = edges.start(state); at < end; at += 1) {
      const target = edges.target(at);
      sources[next[target] as number] = state;
      next[target] = (next[target] as number) + 1;
    }
  }
  return { starts, sources };
}
