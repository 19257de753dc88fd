import { EDGE_MASK, EDGE_SHIFT } from './edge-list.js';
import type { Expand, ExplorationRun } from './exploration-run.js';
import type { PackedTransition } from './firing-program.js';
import { BLOCK_MASK, BLOCK_SHIFT, SPREAD, TABLE_MASK, TABLE_SHIFT } from './state-store.js';

/** A list of lists of numbers without objects: those of `t` are `start[t]` to `start[t + 1] - 1`. */
class Lists {
  readonly start: Int32Array;
  readonly values: Int32Array;

  constructor(lists: readonly (readonly number[])[]) {
    this.start = new Int32Array(lists.length + 1);
    for (const [index, list] of lists.entries())
      this.start[index + 1] = (this.start[index] as number) + list.length;
    this.values = Int32Array.from(lists.flat());
  }
}

/** By place the transitions that watch it, each as (transition, least count). */
function watchers(program: readonly PackedTransition[], places: number): Lists {
  const lists = Array.from({ length: places }, (): number[] => []);
  for (const [t, { watch }] of program.entries())
    if (watch !== undefined) lists[watch.place]?.push(t, watch.least);
  return new Lists(lists);
}

/** Expands states by walking tables; no code is generated, so it works under any content policy. */
class Interpreter {
  private readonly words: number;
  private readonly current: Int32Array;
  private readonly candidates: Int32Array;
  private readonly watch: Lists;
  private readonly always: Int32Array;
  private readonly masks: Lists;
  private readonly tests: Lists;
  private readonly overflows: Lists;
  private readonly resets: Lists;
  /** One row per transition and a last one for firings with reset arcs. */
  private readonly deltas: Int32Array;
  private readonly deltaHash: Int32Array;

  constructor(
    private readonly run: ExplorationRun,
    program: readonly PackedTransition[],
  ) {
    const { packing, factors } = run.store;
    this.words = packing.words;
    this.current = new Int32Array(this.words);
    this.candidates = new Int32Array(program.length);
    this.watch = watchers(program, run.net.placeCount);
    this.always = Int32Array.from(
      [...program.entries()].flatMap(([t, { watch }]) => (watch === undefined ? [t] : [])),
    );
    this.masks = new Lists(program.map((t) => t.masks.flatMap((m) => [m.word, m.mask])));
    this.tests = new Lists(
      program.map((t) => t.tests.flatMap((f) => [f.word, f.shift, f.mask, f.least, f.range])),
    );
    this.overflows = new Lists(
      program.map((t) => t.overflows.flatMap((f) => [f.word, f.shift, f.mask, f.most, f.place])),
    );
    this.resets = new Lists(
      program.map((t) => t.resets.flatMap((f) => [f.word, f.shift, f.mask, f.to])),
    );
    this.deltas = new Int32Array((program.length + 1) * this.words);
    this.deltaHash = new Int32Array(program.length + 1);
    for (const [t, { delta }] of program.entries()) {
      this.deltas.set(delta, t * this.words);
      for (let at = 0; at < this.words; at += 1)
        this.deltaHash[t] =
          (this.deltaHash[t] as number) + Math.imul(delta[at] as number, factors[at] as number);
    }
  }

  expand(from: number, to: number): number {
    const { run } = this;
    const { store } = run;
    for (let state = from; state < to; state += 1) {
      const before = run.firings;
      run.edges?.begin(state, before);
      const block = store.blocks[state >>> BLOCK_SHIFT] as Int32Array;
      const base = (state & BLOCK_MASK) * store.stride;
      const count = this.findCandidates(block, base);
      const hash = store.hash(block, base);
      for (let at = 0; at < count; at += 1) {
        const t = this.candidates[at] as number;
        if (!this.passes(t)) continue;
        run.fired[t] = 1;
        if (!this.fire(state, t, hash)) {
          run.firings = before;
          return state;
        }
      }
      if (run.firings === before) {
        if (run.firstDead < 0) run.firstDead = state;
        run.deadStates += 1;
      }
    }
    return to;
  }

  /** Loads the state, notes its counts and lists the transitions whose first need is met. */
  private findCandidates(block: Int32Array, base: number): number {
    const { current, candidates, run, words } = this;
    const { placeAtBit, shift } = run.store.packing;
    const { start, values } = this.watch;
    const { maxima } = run;
    let found = 0;
    for (; found < this.always.length; found += 1) candidates[found] = this.always[found] as number;
    let tokens = 0;
    for (let at = 0; at < words; at += 1) {
      let rest = block[base + at] as number;
      current[at] = rest;
      while (rest !== 0) {
        const place = placeAtBit[(at << 5) | (31 - Math.clz32(rest))] as number;
        const low = shift[place] as number;
        const value = rest >>> low;
        rest &= (1 << low) - 1;
        tokens += value;
        if (value > (maxima[place] as number)) maxima[place] = value;
        const end = start[place + 1] as number;
        for (let next = start[place] as number; next < end; next += 2)
          if (value >= (values[next + 1] as number)) {
            candidates[found] = values[next] as number;
            found += 1;
          }
      }
    }
    if (tokens > run.maxTokensInMarking) run.maxTokensInMarking = tokens;
    return found;
  }

  /** The needs beside the watched one, and inhibitors. */
  private passes(t: number): boolean {
    const { current, masks, tests } = this;
    const maskEnd = masks.start[t + 1] as number;
    for (let at = masks.start[t] as number; at < maskEnd; at += 2) {
      const mask = masks.values[at + 1] as number;
      if (((current[masks.values[at] as number] as number) & mask) !== mask) return false;
    }
    const end = tests.start[t + 1] as number;
    for (let at = tests.start[t] as number; at < end; at += 5) {
      const { values } = tests;
      const word = current[values[at] as number] as number;
      const field = (word >>> (values[at + 1] as number)) & (values[at + 2] as number);
      if ((field - (values[at + 3] as number)) >>> 0 > (values[at + 4] as number)) return false;
    }
    return true;
  }

  /** Stores the successor by `t`; false on overflow or without room. */
  private fire(state: number, t: number, hashBefore: number): boolean {
    const { run, words, current, deltas } = this;
    if (this.overflows.start[t] !== this.overflows.start[t + 1] && this.overflow(t)) return false;
    const row = this.resets.start[t] === this.resets.start[t + 1] ? t : this.resetRow(t);
    const delta = row * words;
    const hash = (hashBefore + (this.deltaHash[row] as number)) | 0;
    const { store } = run;
    const { tables, tableBits, blocks, stride } = store;
    const slots = 2 ** tableBits;
    const spread = Math.imul(hash ^ (hash >>> 15), SPREAD);
    const tag = spread << tableBits;
    let slot = spread >>> (32 - tableBits);
    let target = -1;
    for (;;) {
      const entry = (tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] as number;
      if (entry === 0) break;
      if ((entry ^ tag) >>> tableBits === 0) {
        const candidate = (entry & (slots - 1)) - 1;
        const block = blocks[candidate >>> BLOCK_SHIFT] as Int32Array;
        const base = (candidate & BLOCK_MASK) * stride;
        let at = 0;
        while (
          at < words &&
          block[base + at] === (((current[at] as number) + (deltas[delta + at] as number)) | 0)
        )
          at += 1;
        if (at === words) {
          target = candidate;
          break;
        }
      }
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
    if (target < 0) {
      if (store.count >= this.room) {
        if (!run.makeRoom()) return false;
        this.room = run.room;
        return this.fire(state, t, hashBefore);
      }
      target = store.count;
      const block = blocks[target >>> BLOCK_SHIFT] as Int32Array;
      const base = (target & BLOCK_MASK) * stride;
      for (let at = 0; at < words; at += 1)
        block[base + at] = (current[at] as number) + (deltas[delta + at] as number);
      block[base + words] = state;
      (tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] = tag | (target + 1);
      store.count = target + 1;
    }
    const { edges } = run;
    if (edges !== undefined) {
      const block = edges.blocks[run.firings >>> EDGE_SHIFT];
      if (block === undefined) edges.put(run.firings, target);
      else block[run.firings & EDGE_MASK] = target;
    }
    run.firings += 1;
    return true;
  }

  private room = 0;

  /** Notes the first place whose field would be too narrow. */
  private overflow(t: number): boolean {
    const { start, values } = this.overflows;
    for (let at = start[t] as number; at < (start[t + 1] as number); at += 5) {
      const word = this.current[values[at] as number] as number;
      const field = (word >>> (values[at + 1] as number)) & (values[at + 2] as number);
      if (field > (values[at + 3] as number)) {
        this.run.overflow = values[at + 4] as number;
        return true;
      }
    }
    return false;
  }

  /** Reset arcs change a word by what lies there: the last row is written for this firing. */
  private resetRow(t: number): number {
    const { words, current, deltas, resets } = this;
    const row = this.deltaHash.length - 1;
    for (let at = 0; at < words; at += 1)
      deltas[row * words + at] = deltas[t * words + at] as number;
    for (let at = resets.start[t] as number; at < (resets.start[t + 1] as number); at += 4) {
      const word = resets.values[at] as number;
      const shift = resets.values[at + 1] as number;
      const field = ((current[word] as number) >>> shift) & (resets.values[at + 2] as number);
      const change = (resets.values[at + 3] as number) - field;
      deltas[row * words + word] = (deltas[row * words + word] as number) + (change << shift);
    }
    let hash = 0;
    for (let at = 0; at < words; at += 1)
      hash =
        (hash +
          Math.imul(deltas[row * words + at] as number, this.run.store.factors[at] as number)) |
        0;
    this.deltaHash[row] = hash;
    return row;
  }
}

/** The explorer that needs no code generation: the default. */
export function interpretedExplorer(
  run: ExplorationRun,
  program: readonly PackedTransition[],
): Expand {
  const interpreter = new Interpreter(run, program);
  return (from, to) => interpreter.expand(from, to);
}
