import type { PackedTransition } from './firing-program.js';
import type { StateStore } from './state-store.js';

/** A list of lists of numbers without objects: those of `t` are `start[t]` to `start[t + 1] - 1`. */
export class Lists {
  readonly start: Int32Array;
  readonly values: Int32Array;

  constructor(lists: readonly (readonly number[])[]) {
    this.start = new Int32Array(lists.length + 1);
    for (const [index, list] of lists.entries())
      this.start[index + 1] = (this.start[index] as number) + list.length;
    this.values = Int32Array.from(lists.flat());
  }
}

/** The transitions of a program as flat arrays: what the explorers walk. */
export class FiringTables {
  /** By place the transitions that watch it, each as (transition, least count). */
  readonly watch: Lists;
  /** Transitions that watch no place, as they need nothing. */
  readonly always: readonly number[];
  /** By transition: (word, mask). */
  readonly masks: Lists;
  /** By transition: (word, shift, mask, least, range). */
  readonly tests: Lists;
  /** By transition: (word, shift, mask, most, place). */
  readonly overflows: Lists;
  /** By transition: (word, shift, mask, to). */
  readonly resets: Lists;
  /** By transition: (word, what is added). */
  readonly deltas: Lists;
  /** By transition: what a firing adds to the hash; reset arcs not counted. */
  readonly deltaHash: Int32Array;

  constructor(
    { packing, factors }: StateStore,
    readonly program: readonly PackedTransition[],
  ) {
    const watchers = Array.from(packing.word, (): number[] => []);
    for (const [t, { watch }] of program.entries())
      if (watch !== undefined) watchers[watch.place]?.push(t, watch.least);
    this.watch = new Lists(watchers);
    this.always = [...program.keys()].filter((t) => program[t]?.watch === undefined);
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
    this.deltas = new Lists(program.map((t) => t.delta.flatMap(({ word, add }) => [word, add])));
    this.deltaHash = Int32Array.from(program, ({ delta }) =>
      delta.reduce((sum, { word, add }) => (sum + Math.imul(add, factors[word] as number)) | 0, 0),
    );
  }
}
