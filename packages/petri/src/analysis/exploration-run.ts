import type { CompiledNet } from './compiled-net.js';
import { EdgeList } from './edge-list.js';
import type { FrontierTransitions } from './frontier-transitions.js';
import type { StateStore } from './state-store.js';

/** What an exploration has counted so far; the explorers write it. */
export class ExplorationRun {
  firings = 0;
  deadStates = 0;
  /** The first state without an enabled transition, or -1. */
  firstDead = -1;
  /** By transition: 1 once it was enabled in an expanded state. */
  readonly fired: Uint8Array;
  /** By place: the most tokens in an expanded state. */
  readonly maxima: Int32Array;
  maxTokensInMarking = 0;
  /** The place whose field is too narrow for the firing at hand, or -1. */
  overflow = -1;
  /** True once a new state had no room within the limits. */
  full = false;
  edges: EdgeList | undefined;
  /** The transitions that found the states which wait to be expanded, where an explorer asks for them. */
  via: FrontierTransitions | undefined;
  /** The count of states at which `makeRoom` must be asked before the next one is stored. */
  room = 0;

  constructor(
    readonly net: CompiledNet,
    public store: StateStore,
    /** By place: true if its field is known to hold every reachable count. */
    readonly proven: readonly boolean[],
    readonly maxStates: number,
    private readonly maxBytes: number,
    withEdges: boolean,
  ) {
    this.fired = new Uint8Array(net.transitionCount);
    this.maxima = new Int32Array(net.placeCount);
    this.edges = withEdges ? new EdgeList() : undefined;
  }

  /** Bytes of states, table and edges. */
  get bytes(): number {
    return this.store.bytes + (this.edges?.bytes ?? 0) + (this.via?.bytes ?? 0);
  }

  /** Makes room for one state more; false (and `full`) where a limit forbids it. */
  makeRoom(): boolean {
    const { store } = this;
    this.full = store.count >= this.maxStates || !this.fits(store.bytesAfterGrowth);
    if (this.full) return false;
    if (store.count >= store.room) store.grow();
    store.addRoom();
    this.room = Math.min(store.capacity, store.room, this.maxStates);
    return true;
  }

  /** Edges are given up before states are. */
  private fits(bytes: number): boolean {
    if (bytes + (this.edges?.bytes ?? 0) <= this.maxBytes) return true;
    this.edges = undefined;
    return bytes <= this.maxBytes;
  }
}

/**
 * Expands the states `from` to `to - 1` in order and returns the next one to expand. Less than `to`
 * means that the run has `overflow` or `full`; the state returned counts as not expanded.
 */
export type Expand = (from: number, to: number) => number;
