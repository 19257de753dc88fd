import fc from 'fast-check';
import { compileNet, fireInPlace, isEnabled } from './compiled-net.js';
import { createPtNet, type PtNet } from './pt-net.js';

/** Which arcs a random net may have. */
export interface RandomNetOptions {
  readonly inhibitors?: boolean;
  readonly resets?: boolean;
  /** Largest arc weight. */
  readonly maxWeight?: number;
  /** Most places empty at the start, one arc where others have two: chains that can be reduced. */
  readonly sparse?: boolean;
}

const placeNames = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Small nets, often bounded, often not. */
export function randomPtNet(options: RandomNetOptions = {}): fc.Arbitrary<PtNet> {
  const weight = fc.integer({ min: 1, max: options.maxWeight ?? 2 });
  const arcs = (maxLength: number): fc.Arbitrary<{ place: string; weight: number }[]> =>
    fc
      .subarray(placeNames, { maxLength })
      .chain((places) =>
        fc.tuple(...places.map((place) => weight.map((w) => ({ place, weight: w })))),
      );
  const some =
    options.sparse === true
      ? fc.oneof({ weight: 4, arbitrary: arcs(1) }, { weight: 1, arbitrary: arcs(2) })
      : arcs(2);
  const count =
    options.sparse === true ? fc.constantFrom(0, 0, 0, 1) : fc.integer({ min: 0, max: 2 });
  const transition = fc.record({
    inputs: some,
    outputs: some,
    reads: fc.oneof({ weight: 3, arbitrary: arcs(0) }, { weight: 1, arbitrary: arcs(1) }),
    inhibitors:
      options.inhibitors === true
        ? fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: arcs(1) })
        : fc.constant([]),
    resets:
      options.resets === true
        ? fc.oneof(
            { weight: 2, arbitrary: fc.constant([]) },
            { weight: 1, arbitrary: fc.subarray(placeNames, { maxLength: 1 }) },
          )
        : fc.constant([]),
  });
  return fc
    .record({
      transitions: fc.array(transition, { minLength: 1, maxLength: 6 }),
      tokens: fc.tuple(...placeNames.map(() => count)),
    })
    .map(({ transitions, tokens }) =>
      createPtNet({
        name: 'random',
        places: placeNames.map((name, index) => ({ name, tokens: tokens[index] ?? 0 })),
        transitions: transitions.map((arcsOf, index) => ({
          name: `t${index}`,
          ...arcsOf,
          // The executor has no transition that both takes from and reads one place.
          reads: arcsOf.reads.filter((read) => arcsOf.inputs.every((i) => i.place !== read.place)),
        })),
      }),
    );
}

/** The reachability graph by the plainest means: what the packed one is compared with. */
export interface NaiveSpace {
  /** False if there are more states than asked for. */
  readonly complete: boolean;
  readonly markings: readonly (readonly number[])[];
  /** By state: (transition, target). */
  readonly edges: readonly (readonly (readonly [number, number])[])[];
}

/** Explores with a map of texts. */
export function naiveSpace(net: PtNet, maxStates: number): NaiveSpace {
  const compiled = compileNet(net);
  const markings = [[...net.initial]];
  const known = new Map([[net.initial.join(), 0]]);
  const edges: [number, number][][] = [];
  for (let state = 0; state < markings.length; state += 1) {
    if (markings.length > maxStates) return { complete: false, markings, edges };
    const out: [number, number][] = [];
    edges.push(out);
    for (let t = 0; t < net.transitions.length; t += 1) {
      const marking = Int32Array.from(markings[state] ?? []);
      if (!isEnabled(compiled, marking, t)) continue;
      fireInPlace(compiled, marking, t);
      const key = marking.join();
      const target = known.get(key) ?? markings.length;
      if (target === markings.length) {
        known.set(key, target);
        markings.push(Array.from(marking));
      }
      out.push([t, target]);
    }
  }
  return { complete: true, markings, edges };
}
