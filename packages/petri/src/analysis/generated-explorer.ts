import type { Confluence } from './confluence.js';
import type { Expand, ExplorationRun } from './exploration-run.js';
import type { FiringTables } from './firing-tables.js';
import { BLOCK_MASK, BLOCK_SHIFT, SPREAD, TABLE_MASK, TABLE_SHIFT } from './state-store.js';
import { batchedExplorer, SuccessorBatch, type FireAll, type Put } from './successor-batch.js';

/** A marking of more words than this is explored by the interpreter: they would not fit registers. */
const MAX_WORDS = 16;

function times(count: number, text: (index: number) => string, separator = ' '): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(separator);
}

/** Whether every count in the word takes one bit. */
function isBitWord({ store }: ExplorationRun, word: number): boolean {
  const { bits, word: wordOf } = store.packing;
  return bits.every((width, place) => wordOf[place] !== word || width === 1);
}

/** The bits of the word that lie in watched fields. */
function watchedBits({ store }: ExplorationRun, { watch }: FiringTables, word: number): number {
  const { placeAtBit } = store.packing;
  let mask = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    const place = placeAtBit[word * 32 + bit] as number;
    if (place >= 0 && watch.start[place] !== watch.start[place + 1]) mask |= 1 << bit;
  }
  return mask;
}

/**
 * The walk over one word, from the high bit down as the interpreter walks. A word of one-bit counts
 * is counted as a whole, and only its watched bits are looked at.
 */
function walkCode(run: ExplorationRun, tables: FiringTables, word: number): string {
  if (isBitWord(run, word))
    return `seen[${word}] |= w${word};
  x = w${word} - (w${word} >>> 1 & 0x55555555);
  x = (x & 0x33333333) + (x >>> 2 & 0x33333333);
  tokens += imul(x + (x >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24;
  rest = w${word} & ${watchedBits(run, tables, word)};
  while (rest !== 0) {
    const bit = 31 - clz32(rest), place = placeAtBit[${word * 32} + bit], end = watchStart[place + 1];
    rest ^= 1 << bit;
    for (let k = watchStart[place]; k < end; k += 2)
      if (watchers[k + 1] === 1) candidates[found++] = watchers[k];
  }`;
  return `rest = w${word};
  while (rest !== 0) {
    const place = placeAtBit[${word * 32} + 31 - clz32(rest)], low = shift[place];
    const value = rest >>> low, end = watchStart[place + 1];
    rest &= (1 << low) - 1;
    tokens += value;
    if (value > maxima[place]) maxima[place] = value;
    for (let k = watchStart[place]; k < end; k += 2)
      if (value >= watchers[k + 1]) candidates[found++] = watchers[k];
  }`;
}

/** A field of the word whose number stands in `values[k]`. */
function fieldCode(words: number): string {
  const pick = times(words - 1, (at) => `values[k] === ${at} ? w${at} :`);
  return `((${pick} w${words - 1}) >>> values[k + 1] & values[k + 2])`;
}

/** The tests that masks do not cover; only nets that have some pay for them. */
function testCode(words: number, { tests }: FiringTables): string {
  if (tests.values.length === 0) return '';
  return `{
      const values = tests.values, end = tests.start[t + 1];
      let k = tests.start[t];
      for (; k < end; k += 5) if (${fieldCode(words)} - values[k + 3] >>> 0 > values[k + 4]) break;
      if (k < end) continue;
    }`;
}

function overflowCode(words: number, { overflows }: FiringTables): string {
  if (overflows.values.length === 0) return '';
  return `{
      const values = overflows.values, end = overflows.start[t + 1];
      for (let k = overflows.start[t]; k < end; k += 5)
        if (${fieldCode(words)} > values[k + 3]) { run.overflow = values[k + 4]; return -1; }
    }`;
}

function fireCode(run: ExplorationRun, tables: FiringTables): string {
  const { words } = run.store.packing;
  const { factors } = run.store;
  const lacking = times(words, (at) => `masks[m + ${at}] & ~w${at}`, ' | ');
  return `function fireAll(i, n, first) {
  const block = blocks[i >>> ${BLOCK_SHIFT}], base = (i & ${BLOCK_MASK}) * ${words + 1};
  ${times(words, (at) => `const w${at} = block[base + ${at}];`)}
  const h = ${times(words, (at) => `imul(w${at}, ${String(factors[at])})`, ' + ')} | 0;
  const row = confluence.row(i, run.via === undefined ? 0 : run.via.of(i));
  let found = ${tables.always.length}, tokens = 0, rest = 0, x = 0, enabled = 0;
  ${times(words, (word) => walkCode(run, tables, word), '\n  ')}
  if (tokens > run.maxTokensInMarking) run.maxTokensInMarking = tokens;
  batch.reserve(n + found);
  const out = batch.words, { hashes, via } = batch;
  for (let at = 0; at < found; at++) {
    const t = candidates[at], m = t * ${words};
    if ((${lacking}) !== 0) continue;
    ${testCode(words, tables)}
    fired[t] = 1;
    enabled++;
    if ((rows[row + (t >>> 5)] >>> (t & 31) & 1) !== 0) continue;
    ${overflowCode(words, tables)}
    const p = n * ${words};
    ${times(words, (at) => `out[p + ${at}] = w${at} + deltas[m + ${at}];`)}
    hashes[n] = h + deltaHash[t];
    via[n] = t;
    n++;
  }
  batch.enabled[i - first] = enabled;
  return n;
}`;
}

/** \`SuccessorBatch.put\` for this width. */
function putCode(words: number): string {
  return `function put(run, state, from, to) {
  const { store, room, via } = run;
  const { tables, tableBits: bits, blocks } = store;
  const { words, hashes, entries, via: transitions } = batch;
  const last = -1 >>> 32 - bits, shift = 32 - bits;
  for (let at = from; at < to; at++) {
    const p = at * ${words}, hash = hashes[at], g = imul(hash ^ hash >>> 15, ${SPREAD}), tag = g << bits;
    ${times(words, (at) => `const a${at} = words[p + ${at}];`)}
    let slot = g >>> shift, target = -1;
    for (;;) {
      const entry = tables[slot >>> ${TABLE_SHIFT}][slot & ${TABLE_MASK}];
      if (entry === 0) break;
      if ((entry ^ tag) >>> bits === 0) {
        const x = (entry & last) - 1, block = blocks[x >>> ${BLOCK_SHIFT}];
        const base = (x & ${BLOCK_MASK}) * ${words + 1};
        if (${times(words, (at) => `block[base + ${at}] === a${at}`, ' && ')}) { target = x; break; }
      }
      slot = slot === last ? 0 : slot + 1;
    }
    if (target < 0) {
      target = store.count;
      if (target >= room) return at;
      const block = blocks[target >>> ${BLOCK_SHIFT}], base = (target & ${BLOCK_MASK}) * ${words + 1};
      ${times(words, (at) => `block[base + ${at}] = a${at};`)}
      block[base + ${words}] = state;
      if (via !== undefined) via.note(target, transitions[at]);
      tables[slot >>> ${TABLE_SHIFT}][slot & ${TABLE_MASK}] = tag | target + 1;
      store.count = target + 1;
    }
    entries[at] = target;
  }
  return to;
}`;
}

/** Masks and changes of every transition, a row of words each. */
function denseRows({ program }: FiringTables, words: number): [Int32Array, Int32Array] {
  const masks = new Int32Array(program.length * words);
  const deltas = new Int32Array(program.length * words);
  for (const [t, { masks: ofT, delta }] of program.entries()) {
    for (const { word, mask } of ofT) masks[t * words + word] = mask;
    for (const { word, add } of delta) deltas[t * words + word] = add;
  }
  return [masks, deltas];
}

function sourceOf(run: ExplorationRun, tables: FiringTables): string {
  const { words } = run.store.packing;
  return `'use strict';
const { imul, clz32 } = Math;
const { store, fired, maxima } = run;
const { blocks, packing: { placeAtBit, shift } } = store;
const { watch: { start: watchStart, values: watchers }, tests, overflows, deltaHash } = tables;
const { rows } = confluence;
${fireCode(run, tables)}
${putCode(words)}
return { fireAll, put };`;
}

/** Notes what the one-bit words held: a count of 1 wherever a bit was seen. */
function noteSeen({ store, maxima }: ExplorationRun, seen: Int32Array): void {
  const { placeAtBit } = store.packing;
  for (const [word, bits] of seen.entries())
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const place = placeAtBit[word * 32 + 31 - Math.clz32(rest & -rest)] as number;
      maxima[place] = Math.max(1, maxima[place] as number);
    }
  seen.fill(0);
}

/**
 * An explorer written for this net's layout: the words of a marking are variables, and what the net
 * does not need is left out. It needs `new Function`; nothing where a marking takes too many words,
 * or where reset arcs make changes depend on the marking.
 */
export function generatedExplorer(
  run: ExplorationRun,
  tables: FiringTables,
  confluence: Confluence,
): Expand | undefined {
  const { words } = run.store.packing;
  if (words > MAX_WORDS || run.net.hasResets) return undefined;
  const candidates = new Int32Array(tables.program.length);
  candidates.set(tables.always);
  const seen = new Int32Array(words);
  const [masks, deltas] = denseRows(tables, words);
  const batch = new SuccessorBatch(words);
  const names = 'run, tables, confluence, batch, candidates, seen, masks, deltas';
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the documented option codeGeneration: only numbers of a checked net enter the source, no name does
  const make = new Function(names, sourceOf(run, tables)) as (...known: unknown[]) => {
    readonly fireAll: FireAll;
    readonly put: Put;
  };
  const { fireAll, put } = make(run, tables, confluence, batch, candidates, seen, masks, deltas);
  const expand = batchedExplorer(run, batch, fireAll, put);
  return (from, to) => {
    const next = expand(from, to);
    noteSeen(run, seen);
    return next;
  };
}
