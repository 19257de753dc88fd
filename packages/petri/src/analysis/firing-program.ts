import type { CompiledNet } from './compiled-net.js';
import type { Packing } from './packing.js';

/** A test on one field: passes where `(field - least) >>> 0 <= range`. */
export interface FieldTest {
  readonly place: number;
  readonly word: number;
  readonly shift: number;
  readonly mask: number;
  readonly least: number;
  readonly range: number;
}

/** One transition on packed markings. */
export interface PackedTransition {
  /** The need that is asked first, by walking the marked places; absent where there is none. */
  readonly watch: { readonly place: number; readonly least: number } | undefined;
  /** All one-bit needs of one word at once: `(word & mask) === mask`. */
  readonly masks: readonly { readonly word: number; readonly mask: number }[];
  /** The other needs, and inhibitors. */
  readonly tests: readonly FieldTest[];
  /** Fields that may become too narrow: more than `most` before the firing overflows. */
  readonly overflows: readonly (FieldTest & { readonly most: number })[];
  /** What the firing adds to words, modulo 2^32; words that stay are left out. */
  readonly delta: readonly { readonly word: number; readonly add: number }[];
  /** Fields set to a constant: reset arcs. */
  readonly resets: readonly (FieldTest & { readonly to: number })[];
}

function fieldOf(packing: Packing, place: number): Omit<FieldTest, 'least' | 'range'> {
  return {
    place,
    word: packing.word[place] as number,
    shift: packing.shift[place] as number,
    mask: packing.capacity[place] as number,
  };
}

function* entries(
  table: CompiledNet['needs'],
  t: number,
): Generator<{ place: number; value: number }> {
  for (let at = table.start[t] as number; at < (table.start[t + 1] as number); at += 1)
    yield { place: table.place[at] as number, value: table.value[at] as number };
}

/** How often a need is met in the states seen so far; the rarest is asked first. */
export type NeedFrequency = (place: number, least: number) => number;

function conditionsOf(
  net: CompiledNet,
  packing: Packing,
  t: number,
  frequency: NeedFrequency,
): Pick<PackedTransition, 'watch' | 'masks' | 'tests'> {
  const needs = [...entries(net.needs, t)]
    .map(({ place, value }) => ({ place, least: value, often: frequency(place, value) }))
    .sort((a, b) => a.often - b.often || a.place - b.place);
  const masks = new Map<number, number>();
  const tests: FieldTest[] = [];
  for (const { place, least } of needs.slice(1)) {
    const field = fieldOf(packing, place);
    if (field.mask === 1 && least === 1)
      masks.set(field.word, (masks.get(field.word) ?? 0) | (1 << field.shift));
    else tests.push({ ...field, least, range: 0x7fffffff });
  }
  for (const { place, value } of entries(net.limits, t))
    tests.push({ ...fieldOf(packing, place), least: 0, range: value - 1 });
  return {
    watch: needs[0],
    masks: [...masks].map(([word, mask]) => ({ word, mask })),
    tests,
  };
}

/** Translates every transition for one layout of the marking. */
export function programOf(
  net: CompiledNet,
  packing: Packing,
  proven: readonly boolean[],
  frequency: NeedFrequency,
): PackedTransition[] {
  return Array.from({ length: net.transitionCount }, (_, t) => {
    const delta = new Map<number, number>();
    const overflows: (FieldTest & { most: number })[] = [];
    for (const { place, value } of entries(net.deltas, t)) {
      const field = fieldOf(packing, place);
      delta.set(field.word, ((delta.get(field.word) ?? 0) + (value << field.shift)) | 0);
      if (value > 0 && proven[place] !== true)
        overflows.push({ ...field, least: 0, range: 0, most: field.mask - value });
    }
    const resets = [...entries(net.resets, t)].map(({ place, value }) => ({
      ...fieldOf(packing, place),
      least: 0,
      range: 0,
      to: value,
    }));
    for (const { to, ...field } of resets)
      if (to > field.mask) overflows.push({ ...field, most: -1 });
    return {
      ...conditionsOf(net, packing, t, frequency),
      overflows,
      delta: [...delta].map(([word, add]) => ({ word, add })),
      resets,
    };
  });
}
