import type { Expand, ExplorationRun } from './exploration-run.js';
import type { PackedTransition } from './firing-program.js';
import { BLOCK_MASK, BLOCK_SHIFT, SPREAD, TABLE_MASK, TABLE_SHIFT } from './state-store.js';

/** A marking of more words than this is explored by the interpreter: it would not fit arguments. */
const MAX_WORDS = 16;

/** Transitions per generated function: V8 does not optimise very large ones. */
const GROUP = 24;

function times(count: number, text: (index: number) => string, separator = ','): string {
  return Array.from({ length: count }, (_, index) => text(index)).join(separator);
}

/** One transition: its tests, its overflow checks and the call that stores its successor. */
function transitionCode(run: ExplorationRun, program: PackedTransition, t: number): string {
  const { words } = run.store.packing;
  const { factors } = run.store;
  const field = (f: { word: number; shift: number; mask: number }): string =>
    `(w${f.word} >>> ${f.shift} & ${f.mask})`;
  const conditions = [
    ...program.masks.map(({ word, mask }) => `(w${word} & ${mask}) === ${mask}`),
    ...program.tests.map((f) => `(${field(f)} - ${f.least} >>> 0) <= ${f.range}`),
    ...(program.watch !== undefined && program.watch.least > 1
      ? [`v >= ${program.watch.least}`]
      : []),
  ];
  const overflows = program.overflows.map(
    (f) => `if (${field(f)} > ${f.most}) { run.overflow = ${f.place}; return -1; }`,
  );
  let hashDelta = 0;
  for (let at = 0; at < words; at += 1)
    hashDelta = (hashDelta + Math.imul(program.delta[at] as number, factors[at] as number)) | 0;
  const next = times(words, (at) => {
    const delta = program.delta[at] as number;
    const keep = program.resets.filter((reset) => reset.word === at);
    const kept = keep.reduce((mask, { mask: m, shift }) => mask & ~(m << shift), -1);
    const set = keep.reduce((sum, { to, shift }) => sum | (to << shift), 0);
    if (keep.length > 0) return `(w${at} & ${kept}) + ${delta} + ${set} | 0`;
    return delta === 0 ? `w${at}` : `w${at} + ${delta} | 0`;
  });
  const hash = program.resets.length > 0 ? `hashOf(${next})` : `h + ${hashDelta} | 0`;
  return `if (${conditions.join(' && ') || 'true'}) {
    ${overflows.join('\n    ')}
    fired[${t}] = 1;
    if (!add(i, ${hash}, ${next})) return -1;
    n++;
  }`;
}

/** A function over a group of transitions: how many fired, or -1. */
function groupCode(
  run: ExplorationRun,
  program: readonly PackedTransition[],
  group: readonly number[],
  name: string,
): string {
  const { words } = run.store.packing;
  const bodies = group.map((t) => transitionCode(run, program[t] as PackedTransition, t));
  return `function ${name}(i, h, v, ${times(words, (at) => `w${at}`)}) {
  let n = 0;
  ${bodies.join('\n  ')}
  return n;
}`;
}

/** The store's lookup for this width, with the words as arguments. */
function addCode(words: number): string {
  return `function add(i, h, ${times(words, (at) => `a${at}`)}) {
  const g = imul(h ^ h >>> 15, ${SPREAD});
  const tag = g << bits;
  let slot = g >>> 32 - bits;
  let target = -1;
  for (;;) {
    const entry = tables[slot >>> ${TABLE_SHIFT}][slot & ${TABLE_MASK}];
    if (entry === 0) break;
    if ((entry ^ tag) >>> bits === 0) {
      const x = (entry & last) - 1;
      const block = blocks[x >>> ${BLOCK_SHIFT}];
      const base = (x & ${BLOCK_MASK}) * ${words + 1};
      if (${times(words, (at) => `block[base + ${at}] === a${at}`, ' && ')}) { target = x; break; }
    }
    slot = slot === last ? 0 : slot + 1;
  }
  if (target < 0) {
    if (count >= room) {
      store.count = count;
      if (!run.makeRoom()) return false;
      load();
      return add(i, h, ${times(words, (at) => `a${at}`)});
    }
    target = count++;
    const block = blocks[target >>> ${BLOCK_SHIFT}];
    const base = (target & ${BLOCK_MASK}) * ${words + 1};
    ${times(words, (at) => `block[base + ${at}] = a${at};`, ' ')}
    block[base + ${words}] = i;
    tables[slot >>> ${TABLE_SHIFT}][slot & ${TABLE_MASK}] = tag | target + 1;
  }
  if (edges !== undefined) edges.put(firings, target);
  firings++;
  return true;
}`;
}

/** The walk over the fields of one word, in the interpreter's order: from the high bit down. */
function wordCode(
  run: ExplorationRun,
  word: number,
  groups: ReadonlyMap<number, readonly string[]>,
): string {
  const { packing } = run.store;
  const words = times(packing.words, (at) => `w${at}`);
  const places = Array.from(packing.word.keys())
    .filter((place) => packing.word[place] === word)
    .sort((a, b) => (packing.shift[b] as number) - (packing.shift[a] as number));
  const fields = places.map((place) => {
    const calls = (groups.get(place) ?? []).map(
      (name) => `if ((r = ${name}(i, h, v, ${words})) < 0) return stop(i, before); n += r;`,
    );
    const shift = packing.shift[place] as number;
    const mask = packing.capacity[place] as number;
    return `v = w${word} >>> ${shift} & ${mask};
      if (v !== 0) { tokens += v; if (v > maxima[${place}]) maxima[${place}] = v; ${calls.join(' ')} }`;
  });
  return `function walk${word}(i, h, before, ${words}) {
  let v = 0, r = 0, n = 0;
  ${fields.join('\n      ')}
  return n;
}`;
}

function sourceOf(run: ExplorationRun, program: readonly PackedTransition[]): string {
  const { words } = run.store.packing;
  const groups = new Map<number, string[]>();
  const functions: string[] = [];
  const byPlace = new Map<number, number[]>();
  for (const [t, { watch }] of program.entries()) {
    const place = watch?.place ?? -1;
    byPlace.set(place, [...(byPlace.get(place) ?? []), t]);
  }
  for (const [place, transitions] of byPlace)
    for (let from = 0; from < transitions.length; from += GROUP) {
      const name = `group${functions.length}`;
      functions.push(groupCode(run, program, transitions.slice(from, from + GROUP), name));
      groups.set(place, [...(groups.get(place) ?? []), name]);
    }
  const list = times(words, (at) => `w${at}`);
  const always = (groups.get(-1) ?? []).map(
    (name) => `if ((r = ${name}(i, h, 0, ${list})) < 0) return stop(i, before); n += r;`,
  );
  return `'use strict';
const { imul } = Math;
const { store, fired, maxima } = run;
const { factors } = store;
let { tables, blocks, count } = store;
let bits = 0, last = 0, room = 0, firings = 0, tokens = 0, edges;
function load() {
  ({ tables, blocks, count } = store);
  bits = store.tableBits; last = 2 ** bits - 1; room = run.room; edges = run.edges;
}
function hashOf(${list}) { return ${times(words, (at) => `imul(w${at}, ${String(run.store.factors[at])})`, ' + ')} | 0; }
function stop(i, before) { firings = before; return -1; }
${addCode(words)}
${functions.join('\n')}
${times(words, (word) => wordCode(run, word, groups), '\n')}
function expandOne(i) {
  const block = blocks[i >>> ${BLOCK_SHIFT}], base = (i & ${BLOCK_MASK}) * ${words + 1};
  ${times(words, (at) => `const w${at} = block[base + ${at}];`, ' ')}
  const h = hashOf(${list}), before = firings;
  let n = 0, r = 0;
  if (edges !== undefined) edges.begin(i, before);
  tokens = 0;
  ${always.join('\n  ')}
  ${times(words, (word) => `if (w${word} !== 0) { if ((r = walk${word}(i, h, before, ${list})) < 0) return -1; n += r; }`, '\n  ')}
  if (tokens > run.maxTokensInMarking) run.maxTokensInMarking = tokens;
  return n;
}
return function expand(from, to) {
  load();
  firings = run.firings;
  let i = from;
  for (; i < to; i++) {
    const n = expandOne(i);
    if (n < 0) break;
    if (n === 0) { if (run.firstDead < 0) run.firstDead = i; run.deadStates++; }
  }
  store.count = count;
  run.firings = firings;
  return i;
};`;
}

/**
 * An explorer written for this net and layout: tests and changes are constants in the code. It needs
 * `new Function`; nothing where a marking takes too many words for it.
 */
export function generatedExplorer(
  run: ExplorationRun,
  program: readonly PackedTransition[],
): Expand | undefined {
  if (run.store.packing.words > MAX_WORDS) return undefined;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the documented option codeGeneration: only numbers of a checked net enter the source, no name does
  const make = new Function('run', sourceOf(run, program)) as (run: ExplorationRun) => Expand;
  return make(run);
}
