import type { Confluence } from './confluence.js';
import type { Expand, ExplorationRun } from './exploration-run.js';
import type { FiringTables } from './firing-tables.js';
import { BLOCK_MASK, BLOCK_SHIFT } from './state-store.js';
import { batchedExplorer, SuccessorBatch } from './successor-batch.js';

/** Expands states by walking tables; no code is generated, so it works under any content policy. */
class Interpreter {
  private readonly words: number;
  private readonly current: Int32Array;
  private readonly candidates: Int32Array;
  private readonly alwaysCount: number;

  constructor(
    private readonly run: ExplorationRun,
    private readonly tables: FiringTables,
    private readonly batch: SuccessorBatch,
    private readonly confluence: Confluence,
  ) {
    this.words = run.store.packing.words;
    this.current = new Int32Array(this.words);
    this.candidates = new Int32Array(tables.program.length);
    this.candidates.set(tables.always);
    this.alwaysCount = tables.always.length;
  }

  /** See `FireAll`. */
  fireAll(state: number, size: number, first: number): number {
    const { run, words, current, batch, confluence } = this;
    const { store, via } = run;
    const { deltas, deltaHash, overflows, resets } = this.tables;
    const block = store.blocks[state >>> BLOCK_SHIFT] as Int32Array;
    const base = (state & BLOCK_MASK) * store.stride;
    const candidates = this.findCandidates(block, base);
    const hash = store.hash(block, base);
    const { rows } = confluence;
    const row = confluence.row(state, via === undefined ? 0 : via.of(state));
    batch.reserve(size + candidates);
    let next = size;
    let enabled = 0;
    for (let at = 0; at < candidates; at += 1) {
      const t = this.candidates[at] as number;
      if (!this.passes(t)) continue;
      run.fired[t] = 1;
      enabled += 1;
      if ((((rows[row + (t >>> 5)] as number) >>> (t & 31)) & 1) !== 0) continue;
      if (overflows.start[t] !== overflows.start[t + 1] && this.overflow(t)) return -1;
      const into = next * words;
      const successors = batch.words;
      for (let word = 0; word < words; word += 1) successors[into + word] = current[word] as number;
      const end = deltas.start[t + 1] as number;
      for (let entry = deltas.start[t] as number; entry < end; entry += 2) {
        const word = into + (deltas.values[entry] as number);
        successors[word] = (successors[word] as number) + (deltas.values[entry + 1] as number);
      }
      batch.hashes[next] = hash + (deltaHash[t] as number);
      batch.via[next] = t;
      if (resets.start[t] !== resets.start[t + 1]) this.reset(t, next);
      next += 1;
    }
    batch.enabled[state - first] = enabled;
    return next;
  }

  /** Loads the state, notes its counts and lists the transitions whose first need is met. */
  private findCandidates(block: Int32Array, base: number): number {
    const { current, candidates, run, words } = this;
    const { placeAtBit, shift } = run.store.packing;
    const { start, values } = this.tables.watch;
    const { maxima } = run;
    let found = this.alwaysCount;
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
    const { current } = this;
    const { masks, tests } = this.tables;
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

  /** Notes the first place whose field would be too narrow. */
  private overflow(t: number): boolean {
    const { start, values } = this.tables.overflows;
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

  /** Reset arcs change a word by what lies there. */
  private reset(t: number, successor: number): void {
    const { words, current, run, batch } = this;
    const { start, values } = this.tables.resets;
    for (let at = start[t] as number; at < (start[t + 1] as number); at += 4) {
      const word = values[at] as number;
      const shift = values[at + 1] as number;
      const field = ((current[word] as number) >>> shift) & (values[at + 2] as number);
      const change = ((values[at + 3] as number) - field) << shift;
      const into = successor * words + word;
      batch.words[into] = (batch.words[into] as number) + change;
      batch.hashes[successor] =
        (batch.hashes[successor] as number) + Math.imul(change, run.store.factors[word] as number);
    }
  }
}

/** The explorer that needs no code generation: the default. */
export function interpretedExplorer(
  run: ExplorationRun,
  tables: FiringTables,
  confluence: Confluence,
): Expand {
  const batch = new SuccessorBatch(run.store.packing.words);
  const interpreter = new Interpreter(run, tables, batch, confluence);
  return batchedExplorer(run, batch, (state, size, first) =>
    interpreter.fireAll(state, size, first),
  );
}
