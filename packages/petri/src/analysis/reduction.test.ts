import fc from 'fast-check';
import {
  createPtNet,
  findDeadlock,
  query,
  reduceNet,
  reductionRules,
  type PtNet,
} from '../analysis.js';
import { compileNet, isEnabled } from './compiled-net.js';
import { naiveSpace, randomPtNet } from './random-pt-net.test-data.js';
import { finish } from './steps.js';
import { searchState } from './reachability-search.js';
import { replayInExecutor } from './replay-witness.test-data.js';

/** `MICROGRID_TEST_SCALE` times as many runs. */
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

function hasDeadlock(net: PtNet): boolean | undefined {
  const naive = naiveSpace(net, LIMIT);
  return naive.complete ? naive.edges.some((out) => out.length === 0) : undefined;
}

/** States a random net may have to be compared. */
const LIMIT = 200;

const nets = fc.oneof(
  { arbitrary: randomPtNet(), weight: 1 },
  { arbitrary: randomPtNet({ sparse: true, maxWeight: 1 }), weight: 3 },
  { arbitrary: randomPtNet({ inhibitors: true, resets: true }), weight: 1 },
);

test('a deadlock’s witness ends where the net itself is dead, also when transitions were fused', () => {
  const net = createPtNet({
    name: 'fused',
    places: [{ name: 'a' }, { name: 'd', tokens: 1 }, { name: 'f', tokens: 2 }],
    transitions: [
      { name: 't0', inputs: [{ place: 'f' }], outputs: [{ place: 'a' }] },
      { name: 't1', inputs: [{ place: 'a' }, { place: 'd' }] },
    ],
  });
  const { verdict, witness } = findDeadlock(net);
  expect(verdict).toBe('true');
  expect(replayInExecutor(net, witness?.firings ?? []).enabled).toEqual([]);
});

test('deadlocks: with reductions, with stubborn sets, with both and with neither is one answer', () => {
  const counts = { with: 0, without: 0 };
  fc.assert(
    fc.property(nets, (net) => {
      const expected = hasDeadlock(net);
      if (expected === undefined) return;
      counts[expected ? 'with' : 'without'] += 1;
      const reduced = reduceNet(net, { property: 'deadlock' });
      expect(finish(searchState(net, 'deadlock', { stubbornSets: true })).found).toBe(expected);
      expect(finish(searchState(reduced.net, 'deadlock', { stubbornSets: false })).found).toBe(
        expected,
      );
      const both = findDeadlock(net);
      expect(both.verdict).toBe(String(expected));
      if (both.witness !== undefined && net.transitions.every((t) => t.resets.length === 0))
        expect(replayInExecutor(net, both.witness.firings).enabled).toEqual([]);
    }),
    { numRuns: 600 * scale },
  );
  expect(counts.with).toBeGreaterThan(80);
  expect(counts.without).toBeGreaterThan(40);
});

test('each rule by itself keeps the answer for each property it claims to keep', () => {
  const used = new Map<string, number>();
  fc.assert(
    fc.property(nets, fc.nat({ max: 5 }), fc.nat({ max: 2 }), (net, place, tokens) => {
      const naive = naiveSpace(net, LIMIT);
      if (!naive.complete) return;
      for (const { name, keeps } of reductionRules) {
        if (keeps.includes('deadlock')) {
          const reduced = reduceNet(net, { property: 'deadlock', rules: [name] });
          expect(hasDeadlock(reduced.net)).toBe(naive.edges.some((out) => out.length === 0));
          used.set(name, (used.get(name) ?? 0) + (reduced.used[name] ?? 0));
        }
        const reduced = reduceNet(net, {
          property: 'reachability',
          observed: [place],
          rules: [name],
        });
        used.set(name, (used.get(name) ?? 0) + (reduced.used[name] ?? 0));
        const at = reduced.net.places.indexOf(net.places[place] ?? '');
        expect(naiveSpace(reduced.net, LIMIT).markings.some((m) => m[at] === tokens)).toBe(
          naive.markings.some((m) => m[place] === tokens),
        );
      }
    }),
    { numRuns: 400 * scale },
  );
  expect([...used.keys()].toSorted()).toEqual(reductionRules.map(({ name }) => name).toSorted());
  for (const [name, count] of used)
    expect({ name, often: count > 3 }).toEqual({ name, often: true });
});

test('reachability of a predicate is the same with and without reduction, and the witness shows it', () => {
  const counts = { true: 0, false: 0 };
  const relation = fc.constantFrom('<', '<=', '==', '!=', '>=', '>');
  const atom = fc
    .tuple(
      fc.subarray(['a', 'b', 'c', 'd', 'e', 'f'], { minLength: 1, maxLength: 2 }),
      relation,
      fc.nat({ max: 4 }),
    )
    .map(([places, sign, bound]) => `${places.join(' + ')} ${sign} ${bound}`);
  const formula = fc
    .tuple(atom, fc.constantFrom('&&', '||'), atom, fc.constantFrom('EF', 'AG', '!EF'))
    .map(([left, join, right, path]) => `${path} (${left} ${join} ${right})`);
  fc.assert(
    fc.property(
      fc.oneof(randomPtNet({ inhibitors: true }), randomPtNet({ sparse: true, maxWeight: 1 })),
      formula,
      (net, text) => {
        if (!naiveSpace(net, LIMIT).complete) return;
        const plain = query(net, text, { reduce: false });
        const reduced = query(net, text);
        expect(reduced.verdict).toBe(plain.verdict);
        expect(reduced.witness === undefined).toBe(plain.witness === undefined);
        counts[plain.verdict as 'true' | 'false'] += 1;
        const firings = reduced.witness?.firings;
        if (firings === undefined) return;
        const { counts: reached } = replayInExecutor(net, firings);
        const there = { ...net, initial: reached };
        const now = text.replace(/^(?:EF|AG|!EF)/, '');
        expect(query(there, now).verdict).toBe(text.startsWith('AG') ? 'false' : 'true');
      },
    ),
    { numRuns: 600 * scale },
  );
  expect(Math.min(counts.true, counts.false)).toBeGreaterThan(80);
});

test('fireability of a transition is the same with and without reduction', () => {
  let dead = 0;
  fc.assert(
    fc.property(randomPtNet({ inhibitors: true }), (net) => {
      const naive = naiveSpace(net, LIMIT);
      if (!naive.complete) return;
      const compiled = compileNet(net);
      for (const [t, { name }] of net.transitions.entries()) {
        const fires = naive.markings.some((m) => isEnabled(compiled, Int32Array.from(m), t));
        dead += Number(!fires);
        expect(query(net, `EF fireable(${name})`).verdict).toBe(String(fires));
      }
    }),
    { numRuns: 300 * scale },
  );
  expect(dead).toBeGreaterThan(50);
});
