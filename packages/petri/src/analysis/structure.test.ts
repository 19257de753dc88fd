import fc from 'fast-check';
import {
  coverability,
  createPtNet,
  isDeadlockFreeBySiphons,
  maximalTrap,
  minimalSiphons,
  placeSemiflows,
  provenBounds,
  transitionSemiflows,
  weighMarking,
  type PtNet,
} from '../analysis.js';
import { compileNet, fireInPlace } from './compiled-net.js';
import { naiveSpace, randomPtNet } from './random-pt-net.test-data.js';
import { replayInExecutor } from './replay-witness.test-data.js';

/** `MICROGRID_TEST_SCALE` times as many runs. */
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

test('a P-semiflow has the same sum in every reachable marking, and its bounds hold', () => {
  let found = 0;
  fc.assert(
    fc.property(randomPtNet({ inhibitors: true, resets: true }), (net) => {
      const { semiflows, complete } = placeSemiflows(net);
      expect(complete).toBe(true);
      const bounds = provenBounds(net, semiflows);
      for (const marking of naiveSpace(net, 150).markings) {
        for (const semiflow of semiflows)
          expect(weighMarking(semiflow, marking)).toBe(weighMarking(semiflow, net.initial));
        for (const [place, count] of marking.entries())
          expect(count).toBeLessThanOrEqual(bounds[place] ?? 0);
      }
      found += semiflows.length;
    }),
    { numRuns: 100 * scale },
  );
  expect(found).toBeGreaterThan(20);
});

test('minimal P-semiflows are found all: every small solution contains the support of one', () => {
  let solutions = 0;
  fc.assert(
    fc.property(
      randomPtNet(),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }),
      (net, weights) => {
        const constant = net.transitions.every(({ inputs, outputs }) => {
          const sum = (arcs: readonly { place: number; weight: number }[]): number =>
            arcs.reduce((total, arc) => total + arc.weight * (weights[arc.place] ?? 0), 0);
          return sum(inputs) === sum(outputs);
        });
        if (!constant || weights.every((weight) => weight === 0)) return;
        solutions += 1;
        const { semiflows } = placeSemiflows(net);
        expect(
          semiflows.some((semiflow) => semiflow.every(({ index }) => (weights[index] ?? 0) > 0)),
        ).toBe(true);
      },
    ),
    { numRuns: 1500 * scale },
  );
  expect(solutions).toBeGreaterThan(8);
});

test('a T-semiflow changes nothing in sum', () => {
  let found = 0;
  fc.assert(
    fc.property(randomPtNet(), (net) => {
      const compiled = compileNet(net);
      for (const semiflow of transitionSemiflows(net).semiflows) {
        const marking = Int32Array.from(net.initial);
        for (const { index, weight } of semiflow)
          for (let times = 0; times < weight; times += 1) fireInPlace(compiled, marking, index);
        expect(Array.from(marking)).toEqual([...net.initial]);
        found += 1;
      }
    }),
    { numRuns: 100 * scale },
  );
  expect(found).toBeGreaterThan(20);
});

function isSiphon(net: PtNet, places: ReadonlySet<number>): boolean {
  return net.transitions.every(
    ({ inputs, outputs, reads }) =>
      ![...outputs, ...reads].some((arc) => places.has(arc.place)) ||
      [...inputs, ...reads].some((arc) => places.has(arc.place)),
  );
}

function isTrap(net: PtNet, places: ReadonlySet<number>): boolean {
  return net.transitions.every(
    ({ inputs, outputs, reads }) =>
      ![...inputs, ...reads].some((arc) => places.has(arc.place)) ||
      [...outputs, ...reads].some((arc) => places.has(arc.place)),
  );
}

function isWithin(small: ReadonlySet<number>, large: ReadonlySet<number>): boolean {
  return [...small].every((place) => large.has(place));
}

test('minimal siphons and maximal traps are those of all subsets of places', () => {
  fc.assert(
    fc.property(randomPtNet(), (net) => {
      const subsets = Array.from(
        { length: 63 },
        (_, index) => new Set([0, 1, 2, 3, 4, 5].filter((place) => ((index + 1) >> place) & 1)),
      );
      const siphons = subsets.filter((subset) => isSiphon(net, subset));
      const minimal = siphons.filter(
        (siphon) => !siphons.some((other) => other.size < siphon.size && isWithin(other, siphon)),
      );
      const sorted = (sets: readonly (readonly number[])[]): string[] =>
        sets.map((set) => set.join()).sort();
      expect(sorted(minimalSiphons(net).siphons)).toEqual(sorted(minimal.map((set) => [...set])));
      const trap = new Set(maximalTrap(net));
      expect(isTrap(net, trap)).toBe(true);
      for (const subset of subsets.filter((one) => isTrap(net, one)))
        expect(isWithin(subset, trap)).toBe(true);
    }),
    { numRuns: 80 * scale },
  );
});

test('where the siphon condition says deadlock-free, no reachable marking is dead', () => {
  let proved = 0;
  fc.assert(
    fc.property(randomPtNet({ maxWeight: 1 }), (net) => {
      if (isDeadlockFreeBySiphons(net) !== true) return;
      proved += 1;
      expect(naiveSpace(net, 150).edges.every((out) => out.length > 0)).toBe(true);
    }),
    { numRuns: 400 * scale },
  );
  expect(proved).toBeGreaterThan(40);
});

test('coverability agrees with the reachable markings of bounded nets', () => {
  let bounded = 0;
  fc.assert(
    fc.property(randomPtNet(), (net) => {
      const graph = coverability(net, { maxStates: 150 });
      const naive = naiveSpace(net, 150);
      if (!graph.complete || !naive.complete) return;
      bounded += 1;
      expect(graph.unboundedPlaces).toEqual([]);
      expect(graph.maxima).toEqual(
        net.places.map((_, place) => Math.max(...naive.markings.map((m) => m[place] ?? 0))),
      );
      const fired = new Set(naive.edges.flat().map(([t]) => t));
      expect(Array.from(graph.fired)).toEqual(net.transitions.map((_, t) => Number(fired.has(t))));
    }),
    { numRuns: 200 * scale },
  );
  expect(bounded).toBeGreaterThan(40);
});

test('an unbounded net has a pump that the executor repeats, and no finite state space', () => {
  let unbounded = 0;
  fc.assert(
    fc.property(randomPtNet(), (net) => {
      const graph = coverability(net, { maxStates: 150, stopAtUnbounded: true });
      const { firings, pump = [], places = [] } = graph.unboundedWitness ?? { firings: [] };
      expect(graph.unboundedWitness === undefined).toBe(graph.unboundedPlaces.length === 0);
      if (graph.unboundedWitness === undefined) return;
      unbounded += 1;
      expect(naiveSpace(net, 150).complete).toBe(false);
      const tokens = (times: number): number[] => {
        const run = [...firings, ...Array.from({ length: times }, () => pump).flat()];
        const { counts } = replayInExecutor(net, run);
        return places.map((place) => counts[net.places.indexOf(place)] ?? 0);
      };
      const [once, thrice] = [tokens(1), tokens(3)];
      for (const [at, count] of once.entries()) expect(thrice[at]).toBeGreaterThan(count);
    }),
    { numRuns: 100 * scale },
  );
  expect(unbounded).toBeGreaterThan(20);
});

test('nets for which coverability is not defined are refused by name', () => {
  const net = createPtNet({
    name: 'zero test',
    places: [{ name: 'a' }],
    transitions: [{ name: 't', inhibitors: [{ place: 'a' }], outputs: [{ place: 'a' }] }],
  });
  expect(() => coverability(net)).toThrow(/'zero test' has inhibitor arcs/);
});
