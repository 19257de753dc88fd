import { BLOCK_MASK, BLOCK_SHIFT } from './state-store.js';

/** Edges per block: 2^18, 1 MiB. */
export const EDGE_SHIFT = 18;
export const EDGE_MASK = (1 << EDGE_SHIFT) - 1;

/** No more edges than this can be numbered. */
export const MAX_EDGES = 2 ** 32 - 1;

/** The arcs of the reachability graph: for every expanded state, the numbers of its successors. */
export class EdgeList {
  readonly blocks: Int32Array[] = [];
  readonly starts: Uint32Array[] = [];

  /** Bytes taken. */
  get bytes(): number {
    return (this.blocks.length << (EDGE_SHIFT + 2)) + (this.starts.length << (BLOCK_SHIFT + 2));
  }

  /** Notes that the successors of `state` begin at edge `at`. */
  begin(state: number, at: number): void {
    const block = (this.starts[state >>> BLOCK_SHIFT] ??= new Uint32Array(1 << BLOCK_SHIFT));
    block[state & BLOCK_MASK] = at;
  }

  /** Sets the target of edge `at`. */
  put(at: number, target: number): void {
    const block = (this.blocks[at >>> EDGE_SHIFT] ??= new Int32Array(1 << EDGE_SHIFT));
    block[at & EDGE_MASK] = target;
  }

  /** Sets the targets of the edges from `at` on to `targets[from]` to `targets[to - 1]`. */
  putAll(at: number, targets: Int32Array, from: number, to: number): void {
    let edge = at;
    for (let next = from; next < to; next += 1, edge += 1) {
      const block = (this.blocks[edge >>> EDGE_SHIFT] ??= new Int32Array(1 << EDGE_SHIFT));
      block[edge & EDGE_MASK] = targets[next] as number;
    }
  }

  /** The first edge of `state`. */
  start(state: number): number {
    return (this.starts[state >>> BLOCK_SHIFT] as Uint32Array)[state & BLOCK_MASK] as number;
  }

  /** The target of edge `at`. */
  target(at: number): number {
    return (this.blocks[at >>> EDGE_SHIFT] as Int32Array)[at & EDGE_MASK] as number;
  }
}
