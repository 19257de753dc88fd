import type { CompiledNet } from './compiled-net.js';
import type { ExplorationRun } from './exploration-run.js';
import type { PackedTransition } from './firing-program.js';
import { FrontierTransitions } from './frontier-transitions.js';
import type { Packing } from './packing.js';

/** Nets with more transitions do without: the table has a bit for every pair. */
const MAX_TRANSITIONS = 8192;

/**
 * Which successors need no look-up. Let state s have been found first from p by firing a, and let b
 * be enabled in s. If a puts nothing that b needs and b takes nothing that a needs, then b was
 * enabled in p too, a is enabled in r = p after b, and both orders lead to the same marking q. If
 * moreover b comes before a in the order in which successors are stored, r was found before s, so it
 * is expanded before s and q is found by then: s need not look for it.
 */
export class Confluence {
  private readonly zeros: number;
  /** 32-bit words per row. */
  readonly stride: number;
  /** Row a, bit b: set if b needs no look-up in a state that was found first by firing a; a last row of zeros. */
  readonly rows: Int32Array;

  constructor(
    net: CompiledNet,
    order: Int32Array,
    /** States with a smaller number were found when another order held. */
    readonly firstState: number,
  ) {
    const count = net.transitionCount;
    this.stride = (count + 31) >>> 5;
    this.zeros = firstState === Infinity ? 0 : count;
    this.rows = new Int32Array((this.zeros + 1) * this.stride);
    if (firstState === Infinity) return;
    const before = new Int32Array(this.stride);
    for (const a of order) {
      this.rows.set(before, a * this.stride);
      before[a >>> 5] = (before[a >>> 5] as number) | (1 << (a & 31));
    }
    this.dropDependent(net);
  }

  /** Where the row of a state begins that was found by firing `via`. */
  row(state: number, via: number): number {
    return (state < this.firstState ? this.zeros : via) * this.stride;
  }

  private dropDependent({ needs, deltas, placeCount, transitionCount }: CompiledNet): void {
    const needing = Array.from({ length: placeCount }, (): number[] => []);
    for (let t = 0; t < transitionCount; t += 1)
      for (let at = needs.start[t] as number; at < (needs.start[t + 1] as number); at += 1)
        needing[needs.place[at] as number]?.push(t);
    for (let t = 0; t < transitionCount; t += 1)
      for (let at = deltas.start[t] as number; at < (deltas.start[t + 1] as number); at += 1)
        for (const other of needing[deltas.place[at] as number] ?? [])
          if ((deltas.value[at] as number) > 0) this.drop(t, other);
          else this.drop(other, t);
  }

  private drop(a: number, b: number): void {
    const at = a * this.stride + (b >>> 5);
    this.rows[at] = (this.rows[at] as number) & ~(1 << (b & 31));
  }
}

/** The order in which the explorers fire: by watched place as it lies in the marking, then by number. */
function firingOrder(program: readonly PackedTransition[], packing: Packing): Int32Array {
  const position = ({ watch }: PackedTransition): number =>
    watch === undefined
      ? -1
      : (packing.word[watch.place] as number) * 32 + 31 - (packing.shift[watch.place] as number);
  const positions = program.map(position);
  return Int32Array.from(program.keys()).sort(
    (a, b) => (positions[a] as number) - (positions[b] as number) || a - b,
  );
}

/**
 * The table for one order of firing. It is empty where every successor must be looked up: for edges,
 * and with inhibitor or reset arcs.
 */
export function confluenceOf(
  run: ExplorationRun,
  program: readonly PackedTransition[],
): Confluence {
  const { net, store } = run;
  const use =
    run.edges === undefined &&
    !net.hasInhibitors &&
    !net.hasResets &&
    net.transitionCount <= MAX_TRANSITIONS;
  run.via = use ? (run.via ?? new FrontierTransitions()) : undefined;
  const order = firingOrder(program, store.packing);
  return new Confluence(net, order, use ? store.count : Infinity);
}
