import fc from 'fast-check';
import { analyse, createPtNet, MAX_TOKENS, type Analysis, type PtNet } from '../analysis.js';
import { parsePnml, placeTransitionNet, pnmlOf, writePnml, type PnmlNet } from '../pnml.js';
import { ptNetOf } from './pt-net-of.js';

/**
 * What models of the Model Checking Contest have besides small counts: huge markings, heavy arcs,
 * thousands of places, nodes without arcs, no tokens at all. Each net is compared with an explorer
 * that shares no code with the package: strings in a map, verdicts by their definitions.
 */
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

interface Plain {
  readonly markings: number[][];
  /** By state: (transition, target). */
  readonly edges: [number, number][][];
}

function successor(net: PtNet, marking: readonly number[], t: number): number[] | undefined {
  const transition = net.transitions[t];
  const next = [...marking];
  for (const { place, weight } of transition?.reads ?? [])
    if ((marking[place] ?? 0) < weight) return undefined;
  for (const { place, weight } of transition?.inputs ?? []) {
    if ((marking[place] ?? 0) < weight) return undefined;
    next[place] = (next[place] ?? 0) - weight;
  }
  for (const { place, weight } of transition?.outputs ?? [])
    next[place] = (next[place] ?? 0) + weight;
  return next;
}

/** All markings, or nothing if there are more than `most`. */
function plainSpace(net: PtNet, most: number): Plain | undefined {
  const index = new Map([[net.initial.join(), 0]]);
  const markings = [[...net.initial]];
  const edges: [number, number][][] = [];
  for (let state = 0; state < markings.length; state += 1) {
    const out: [number, number][] = [];
    for (let t = 0; t < net.transitions.length; t += 1) {
      const next = successor(net, markings[state] ?? [], t);
      if (next === undefined) continue;
      const key = next.join();
      const target = index.get(key) ?? markings.length;
      if (target === markings.length) {
        if (markings.length === most) return undefined;
        index.set(key, target);
        markings.push(next);
      }
      out.push([t, target]);
    }
    edges.push(out);
  }
  return { markings, edges };
}

/** By state: the states that can be reached from it. */
function closure({ edges }: Plain, from: number): Set<number> {
  const seen = new Set([from]);
  for (const state of seen) for (const [, target] of edges[state] ?? []) seen.add(target);
  return seen;
}

/** The contest's global properties by their definitions. */
function propertiesOf(net: PtNet, plain: Plain): Record<string, boolean> {
  const { markings, edges } = plain;
  const fires = (states: Iterable<number>): Set<number> =>
    new Set([...states].flatMap((state) => (edges[state] ?? []).map(([t]) => t)));
  const all = net.transitions.length;
  const reach = markings.map((_, state) => closure(plain, state));
  return {
    deadlock: edges.some((out) => out.length === 0),
    oneSafe: markings.every((marking) => marking.every((count) => count <= 1)),
    quasiLive: fires(markings.keys()).size === all,
    live: reach.every((states) => fires(states).size === all),
    stableMarking: net.places.some((_, place) =>
      markings.every((marking) => marking[place] === net.initial[place]),
    ),
    reversible: reach.every((states) => states.has(0)),
  };
}

function expectSame(net: PtNet, analysis: Analysis, plain: Plain): void {
  const { stateSpace, upperBounds } = analysis;
  expect(stateSpace.complete).toBe(true);
  expect(stateSpace.states).toBe(plain.markings.length);
  expect(stateSpace.firings).toBe(plain.edges.flat().length);
  const bounds = net.places.map((_, place) =>
    plain.markings.reduce((most, marking) => Math.max(most, marking[place] ?? 0), 0),
  );
  expect(upperBounds.map(({ atLeast }) => atLeast)).toEqual(bounds);
  expect(upperBounds.map(({ atMost }) => atMost)).toEqual(bounds);
  expect(stateSpace.maxTokensInMarking).toBe(
    Math.max(...plain.markings.map((marking) => marking.reduce((sum, count) => sum + count, 0))),
  );
  for (const [property, holds] of Object.entries(propertiesOf(net, plain)))
    expect([property, analysis[property as 'live'].verdict]).toEqual([property, String(holds)]);
}

/** True if the net is small enough to be compared. */
function compare(net: PtNet, most = 400): boolean {
  const plain = plainSpace(net, most);
  if (plain === undefined) return false;
  for (const codeGeneration of [false, true])
    expectSame(net, analyse(net, { codeGeneration, structure: false }), plain);
  return true;
}

type Arcs = Readonly<Record<string, number>>;

function netOf(
  places: Arcs,
  transitions: Readonly<Record<string, readonly [inputs: Arcs, outputs: Arcs]>>,
): PtNet {
  const arcs = (of: Arcs): { place: string; weight: number }[] =>
    Object.entries(of).map(([place, weight]) => ({ place, weight }));
  return createPtNet({
    name: 'feature',
    places: Object.entries(places).map(([name, tokens]) => ({ name, tokens })),
    transitions: Object.entries(transitions).map(([name, [inputs, outputs]]) => ({
      name,
      inputs: arcs(inputs),
      outputs: arcs(outputs),
    })),
  });
}

test.each<[string, PtNet]>([
  ['no place and no transition', netOf({}, {})],
  ['no transition', netOf({ a: 3, b: 0 }, {})],
  ['a transition without arcs', netOf({ a: 1 }, { idle: [{}, {}] })],
  ['no token at all', netOf({ a: 0, b: 0 }, { t: [{ a: 1 }, { b: 1 }] })],
  [
    'nodes without arcs',
    netOf({ a: 1, b: 0, alone: 7 }, { t: [{ a: 1 }, { b: 1 }], idle: [{}, {}] }),
  ],
  [
    'a source that a complement place bounds',
    netOf({ room: 5, a: 0 }, { in: [{ room: 1 }, { a: 1 }], out: [{ a: 1 }, { room: 1 }] }),
  ],
  ['a sink', netOf({ a: 9 }, { drain: [{ a: 2 }, {}] })],
  [
    'a self-loop',
    netOf(
      { a: 1, b: 3 },
      {
        look: [
          { a: 1, b: 2 },
          { a: 1, b: 2 },
        ],
        take: [{ b: 1 }, {}],
      },
    ),
  ],
  [
    'weights above 255',
    netOf({ a: 3000, b: 0 }, { t: [{ a: 300 }, { b: 700 }], u: [{ b: 1400 }, { a: 600 }] }),
  ],
  [
    'weights above 65,535',
    netOf({ a: 5, b: 0 }, { t: [{ a: 1 }, { b: 70_000 }], u: [{ b: 140_000 }, { a: 2 }] }),
  ],
  [
    'counts above 65,535',
    netOf({ a: 65_530, b: 0 }, { t: [{ b: 1 }, { a: 1 }], u: [{ a: 30_000 }, { b: 10 }] }),
  ],
  [
    'the largest count',
    netOf(
      { a: MAX_TOKENS, b: 0 },
      { t: [{ a: MAX_TOKENS }, { b: 1 }], u: [{ b: 1 }, { a: MAX_TOKENS }] },
    ),
  ],
  [
    'counts that grow past every width',
    netOf(
      { turns: 20, a: 1, b: 0 },
      {
        up: [
          { a: 1, turns: 1 },
          { a: 1, b: 50_000 },
        ],
      },
    ),
  ],
])('%s', (_, net) => {
  expect(compare(net)).toBe(true);
});

test('a count beyond what fits ends the exploration, and is said', () => {
  const net = netOf({ turns: 6, a: 0 }, { up: [{ turns: 1 }, { a: 200_000_000 }] });
  const { stateSpace, live } = analyse(net, { structure: false });
  expect(stateSpace).toMatchObject({ complete: false, stoppedBy: 'tokens' });
  expect(live.verdict).not.toBe('true');
});

test('unbounded nets are told from large ones', () => {
  const source = netOf({ a: 0 }, { ever: [{}, { a: 1 }] });
  expect(analyse(source)).toMatchObject({
    bounded: { verdict: 'false' },
    deadlock: { verdict: 'false' },
    quasiLive: { verdict: 'true' },
  });
  const counter = netOf({ a: 30_000, b: 0 }, { t: [{ a: 1 }, { b: 3 }] });
  expect(analyse(counter)).toMatchObject({
    bounded: { verdict: 'true' },
    deadlock: { verdict: 'true' },
  });
});

test('thousands of places and transitions are explored, in markings of 94 words', () => {
  const size = 3000;
  const places = Object.fromEntries(
    Array.from({ length: size }, (_, at) => [`p${at}`, at === 0 ? 1 : 0]),
  );
  const transitions = Object.fromEntries(
    Array.from({ length: size }, (_, at) => [
      `t${at}`,
      [{ [`p${at}`]: 1 }, { [`p${(at + 1) % size}`]: 1 }] as const,
    ]),
  );
  const analysis = analyse(netOf(places, transitions), {
    structure: false,
    semiflows: { maxRows: 100 },
    maxStates: 2000,
  });
  expect(analysis.stateSpace).toMatchObject({ states: 2000, stoppedBy: 'states' });
  expect(analysis.oneSafe.verdict).not.toBe('false');
  expect(analysis.stateSpace.maxTokensInMarking).toBe(1);
});

/** Weights and counts near the borders of widths, few tokens moved at once so that spaces stay small. */
function wideNet(): fc.Arbitrary<PtNet> {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const weight = fc.constantFrom(1, 1, 1, 2, 3, 15, 16, 255, 256, 257, 65_535, 65_536, 100_000);
  const count = fc.constantFrom(0, 0, 1, 2, 16, 255, 256, 511, 65_536, 200_000);
  const arcs = fc
    .subarray(names, { minLength: 0, maxLength: 2 })
    .chain((places) => fc.tuple(...places.map((place) => weight.map((w) => [place, w] as const))))
    .map((pairs) => Object.fromEntries(pairs));
  return fc
    .tuple(
      fc.tuple(...names.map(() => count)),
      fc.array(fc.tuple(arcs, arcs), { minLength: 1, maxLength: 5 }),
    )
    .map(([counts, transitions]) =>
      netOf(
        Object.fromEntries(names.map((name, at) => [name, counts[at] ?? 0])),
        Object.fromEntries(transitions.map((pair, at) => [`t${at}`, pair] as const)),
      ),
    );
}

test('random nets with heavy arcs have the states, bounds and verdicts of their definitions', () => {
  let compared = 0;
  fc.assert(
    fc.property(wideNet(), (net) => {
      if (compare(net, 150)) compared += 1;
    }),
    { numRuns: 150 * scale },
  );
  console.log(`compared ${compared} nets`);
  expect(compared).toBeGreaterThan(30);
});

test('a net that went through PNML has the same states', () => {
  fc.assert(
    fc.property(wideNet(), (net) => {
      const plain = plainSpace(net, 60);
      if (plain === undefined) return;
      const { structure, initial } = placeTransitionNet(
        parsePnml(writePnml(pnmlOf(structureOf(net), initialOf(net)))).nets[0] as PnmlNet,
      );
      expectSame(net, analyse(ptNetOf(structure, initial), { structure: false }), plain);
    }),
    { numRuns: 40 * scale },
  );
});

function initialOf(net: PtNet): Record<string, number> {
  return Object.fromEntries(net.places.map((name, at) => [name, net.initial[at] ?? 0]));
}

function structureOf(net: PtNet): Parameters<typeof pnmlOf>[0] {
  const arcs = (of: readonly { place: number; weight: number }[]) =>
    of.map(({ place, weight }) => ({ place: net.places[place] ?? '', weight }));
  return {
    schema: 'microgrid/petri-net/1',
    name: net.name,
    places: net.places.map((name) => ({ name, tokens: 'black' as const })),
    transitions: net.transitions.map(({ name, inputs, outputs }) => ({
      name,
      priority: 0,
      inputs: arcs(inputs),
      reads: [],
      inhibitors: [],
      outputs: arcs(outputs),
    })),
  };
}
