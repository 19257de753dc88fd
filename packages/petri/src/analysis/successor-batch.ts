import type { Expand, ExplorationRun } from './exploration-run.js';
import { BLOCK_MASK, BLOCK_SHIFT, SPREAD, TABLE_MASK, TABLE_SHIFT } from './state-store.js';

/** Successors after which a batch is stored, once the state at hand is done. */
const BATCH_SUCCESSORS = 512;

const FIRST_CAPACITY = 2 * BATCH_SUCCESSORS;

/** States that one call of an explorer expands at most. */
export const BATCH_STATES = 2048;

/**
 * Successors of some states in a row that are not stored yet. Storing one costs two accesses to
 * memory that is in no cache; a batch does those of all its successors in two short loops first, in
 * which the processor overlaps them, and then finds everything at hand.
 */
export class SuccessorBatch {
  /** Markings, packed, one after the other. */
  words: Int32Array;
  hashes: Int32Array;
  /** By state of the batch: the successors up to and with its own. */
  readonly ends = new Int32Array(BATCH_STATES);
  /** By state of the batch: its enabled transitions, also those whose successors are known to be stored. */
  readonly enabled = new Int32Array(BATCH_STATES);
  /** By successor: the transition that leads to it. */
  via: Int32Array;
  /** By successor: what its first slot of the hash table holds, and later its number. */
  entries: Int32Array;
  /** Keeps the early reads from being optimised away. */
  touched = 0;

  constructor(private readonly width: number) {
    this.words = new Int32Array(FIRST_CAPACITY * width);
    this.hashes = new Int32Array(FIRST_CAPACITY);
    this.entries = new Int32Array(FIRST_CAPACITY);
    this.via = new Int32Array(FIRST_CAPACITY);
  }

  /** Makes room for this many successors. */
  reserve(size: number): void {
    if (size > this.hashes.length) this.grow(Math.max(size, 2 * this.hashes.length));
  }

  private grow(capacity: number): void {
    const larger = (array: Int32Array, length: number): Int32Array => {
      const next = new Int32Array(length);
      next.set(array);
      return next;
    };
    this.words = larger(this.words, capacity * this.width);
    this.hashes = larger(this.hashes, capacity);
    this.entries = larger(this.entries, capacity);
    this.via = larger(this.via, capacity);
  }

  /**
   * Stores the successors of the states `from` to `to - 1` and counts their firings. Less than `to`
   * means that there is no room for those of the state returned.
   */
  store(run: ExplorationRun, from: number, to: number, put: Put): number {
    this.lookAhead(run, this.ends[to - 1 - from] ?? 0);
    let next = 0;
    for (let state = from; state < to; state += 1) {
      const end = this.ends[state - from] as number;
      const enabled = this.enabled[state - from] as number;
      if (enabled === 0) {
        if (run.firstDead < 0) run.firstDead = state;
        run.deadStates += 1;
      }
      run.edges?.begin(state, run.firings);
      for (let done = next; done < end;) {
        done = put(run, state, done, end);
        if (done < end && !run.makeRoom()) return state;
      }
      run.edges?.putAll(run.firings, this.entries, next, end);
      run.firings += enabled;
      next = end;
    }
    return to;
  }

  /** Reads slot and state of every successor. */
  private lookAhead(run: ExplorationRun, count: number): void {
    const { hashes, entries } = this;
    const { tables, tableBits, blocks, stride } = run.store;
    const last = -1 >>> (32 - tableBits);
    const shift = 32 - tableBits;
    for (let at = 0; at < count; at += 1) {
      const hash = hashes[at] as number;
      const slot = Math.imul(hash ^ (hash >>> 15), SPREAD) >>> shift;
      entries[at] = (tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] as number;
    }
    let touched = 0;
    for (let at = 0; at < count; at += 1) {
      const state = ((entries[at] as number) & last) - 1;
      if (state >= 0)
        touched ^= (blocks[state >>> BLOCK_SHIFT] as Int32Array)[
          (state & BLOCK_MASK) * stride
        ] as number;
    }
    this.touched ^= touched;
  }

  /**
   * Stores the successors `from` to `to - 1` of `state` and writes their numbers over `entries`.
   * Returns the first one without room.
   */
  put(run: ExplorationRun, state: number, from: number, to: number): number {
    const { store, room, via } = run;
    const { tables, tableBits, blocks, stride } = store;
    const { words, hashes, entries } = this;
    const width = stride - 1;
    const last = -1 >>> (32 - tableBits);
    const shift = 32 - tableBits;
    for (let at = from; at < to; at += 1) {
      const first = at * width;
      const hash = hashes[at] as number;
      const spread = Math.imul(hash ^ (hash >>> 15), SPREAD);
      const tag = spread << tableBits;
      let slot = spread >>> shift;
      let target = -1;
      for (;;) {
        const entry = (tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] as number;
        if (entry === 0) break;
        if ((entry ^ tag) >>> tableBits === 0) {
          const candidate = (entry & last) - 1;
          const block = blocks[candidate >>> BLOCK_SHIFT] as Int32Array;
          const base = (candidate & BLOCK_MASK) * stride;
          let word = 0;
          while (word < width && block[base + word] === words[first + word]) word += 1;
          if (word === width) {
            target = candidate;
            break;
          }
        }
        slot = slot === last ? 0 : slot + 1;
      }
      if (target < 0) {
        target = store.count;
        if (target >= room) return at;
        const block = blocks[target >>> BLOCK_SHIFT] as Int32Array;
        const base = (target & BLOCK_MASK) * stride;
        for (let word = 0; word < width; word += 1)
          block[base + word] = words[first + word] as number;
        block[base + width] = state;
        via?.note(target, this.via[at] as number);
        (tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] = tag | (target + 1);
        store.count = target + 1;
      }
      entries[at] = target;
    }
    return to;
  }
}

/** Stores successors of a state: see `SuccessorBatch.put`. */
export type Put = (run: ExplorationRun, state: number, from: number, to: number) => number;

/**
 * Puts the successors of `state` into the batch that holds `size` already and returns its size after
 * that, or -1 where a count does not fit its field (`run.overflow`).
 */
export type FireAll = (state: number, size: number, first: number) => number;

/** An explorer that fires state by state and stores batch by batch. */
export function batchedExplorer(
  run: ExplorationRun,
  batch: SuccessorBatch,
  fireAll: FireAll,
  put: Put = (of, state, from, to) => batch.put(of, state, from, to),
): Expand {
  return (from, to) => {
    let first = from;
    let size = 0;
    for (let state = from; state < to; state += 1) {
      size = fireAll(state, size, first);
      // The states before this one are done; this one is expanded again in a wider layout.
      if (size < 0) return state === first ? state : batch.store(run, first, state, put);
      batch.ends[state - first] = size;
      if (size < BATCH_SUCCESSORS) continue;
      const next = batch.store(run, first, state + 1, put);
      if (next <= state) return next;
      first = next;
      size = 0;
    }
    return first === to ? to : batch.store(run, first, to, put);
  };
}
