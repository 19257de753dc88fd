import fc from 'fast-check';
import {
  createPtNet,
  exploreStateSpace,
  pathTo,
  type PtNet,
  type StateSpace,
} from '../analysis.js';
import { edgeEnd, edgesOf } from './state-graph.js';
import { naiveSpace, randomPtNet } from './random-pt-net.test-data.js';
import { replayInExecutor } from './replay-witness.test-data.js';

/** `MICROGRID_TEST_SCALE` times as many runs. */
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

function markingsOf(space: StateSpace): string[] {
  const marking = new Int32Array(space.net.places.length);
  return Array.from({ length: space.states }, (_, state) => {
    space.run.store.read(state, marking);
    return marking.join();
  });
}

type Naive = ReturnType<typeof naiveSpace>;

function expectSameStates(space: StateSpace, naive: Naive): void {
  const { net } = space;
  expect(space.complete).toBe(true);
  expect(markingsOf(space).toSorted()).toEqual(
    naive.markings.map((marking) => marking.join()).toSorted(),
  );
  expect(space.firings).toBe(naive.edges.flat().length);
  expect(space.deadStates).toBe(naive.edges.filter((out) => out.length === 0).length);
  expect(Array.from(space.maxima)).toEqual(
    net.places.map((_, place) => Math.max(...naive.markings.map((m) => m[place] ?? 0))),
  );
  expect(space.maxTokensInMarking).toBe(
    Math.max(...naive.markings.map((m) => m.reduce((sum, count) => sum + count, 0))),
  );
  const fired = new Set(naive.edges.flat().map(([t]) => t));
  expect(Array.from(space.fired)).toEqual(net.transitions.map((_, t) => Number(fired.has(t))));
}

function expectSameEdges(space: StateSpace, naive: Naive): void {
  const edges = edgesOf(space);
  const found = markingsOf(space);
  for (const [state, out] of naive.edges.entries()) {
    const own = found.indexOf(naive.markings[state]?.join() ?? '');
    const targets: string[] = [];
    for (let at = edges?.start(own) ?? 0; edges && at < edgeEnd(space, edges, own); at += 1)
      targets.push(found[edges.target(at)] ?? '');
    expect(targets.toSorted()).toEqual(
      out.map(([, target]) => naive.markings[target]?.join() ?? '').toSorted(),
    );
  }
}

/** Without edges the explorers leave out look-ups, with edges they do not: both are compared. */
function expectSameAsNaive(net: PtNet, codeGeneration: boolean): boolean {
  const naive = naiveSpace(net, 300);
  if (!naive.complete) return false;
  const space = exploreStateSpace(net, { codeGeneration });
  const withEdges = exploreStateSpace(net, { codeGeneration, edges: true });
  expectSameStates(space, naive);
  expectSameStates(withEdges, naive);
  expectSameEdges(withEdges, naive);
  expect(markingsOf(space)).toEqual(markingsOf(withEdges));
  return true;
}

describe.each([false, true])('with code generation %s', (codeGeneration) => {
  test('the packed state space is the plain one, with read, inhibitor and reset arcs', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomPtNet({ inhibitors: true, resets: true, maxWeight: 3 }), (net) => {
        if (expectSameAsNaive(net, codeGeneration)) compared += 1;
      }),
      { numRuns: 150 * scale },
    );
    expect(compared).toBeGreaterThan(50);
  });

  test('look-ups are left out only where the successor is known, with read arcs and weights', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomPtNet({ maxWeight: 2 }), (net) => {
        if (expectSameAsNaive(net, codeGeneration)) compared += 1;
      }),
      { numRuns: 150 * scale },
    );
    expect(compared).toBeGreaterThan(50);
  });

  test('fields grow with the counts, and states found before keep their numbers', () => {
    const net = createPtNet({
      name: 'widening',
      places: [{ name: 'source', tokens: 300 }, { name: 'target' }],
      transitions: [
        { name: 'move', inputs: [{ place: 'source' }], outputs: [{ place: 'target', weight: 7 }] },
      ],
    });
    const space = exploreStateSpace(net, { codeGeneration, bounds: [Infinity, Infinity] });
    expect(space.states).toBe(301);
    expect(Array.from(space.maxima)).toEqual([300, 2100]);
    expect(markingsOf(space)[300]).toBe('0,2100');
  });
});

test('both explorers number the states alike', () => {
  fc.assert(
    fc.property(randomPtNet(), (net) => {
      const plain = exploreStateSpace(net, { maxStates: 500 });
      const generated = exploreStateSpace(net, { maxStates: 500, codeGeneration: true });
      expect(generated.explorer).toBe('generated');
      expect(markingsOf(generated)).toEqual(markingsOf(plain));
    }),
    { numRuns: 60 * scale },
  );
});

test('a path to a state is a run that the executor replays', () => {
  fc.assert(
    fc.property(randomPtNet({ inhibitors: true }), fc.nat(), (net, pick) => {
      const space = exploreStateSpace(net, { maxStates: 200 });
      const state = pick % space.states;
      const { counts } = replayInExecutor(net, pathTo(space, state));
      expect(counts.join()).toBe(markingsOf(space)[state]);
    }),
    { numRuns: 60 * scale },
  );
});

const counter = createPtNet({
  name: 'counter',
  places: [{ name: 'ever' }],
  transitions: [{ name: 'more', outputs: [{ place: 'ever' }] }],
});

test('limits end an exploration and are named', () => {
  expect(exploreStateSpace(counter, { maxStates: 1000 })).toMatchObject({
    complete: false,
    stoppedBy: 'states',
    states: 1000,
  });
  expect(exploreStateSpace(counter, { maxBytes: 1_000_000 }).stoppedBy).toBe('bytes');
  let now = 0;
  const clock = (): number => (now += 1);
  expect(exploreStateSpace(counter, { clock, maxMilliseconds: 5 }).stoppedBy).toBe('time');
  expect(exploreStateSpace(counter, { signal: AbortSignal.abort() }).stoppedBy).toBe('aborted');
  const controller = new AbortController();
  const onProgress = ({ states }: { states: number }): void => {
    if (states > 3000) controller.abort();
  };
  const aborted = exploreStateSpace(counter, { signal: controller.signal, onProgress });
  expect(aborted.stoppedBy).toBe('aborted');
  expect(aborted.states).toBeLessThan(10_000);
});

test('edges are given up before states are', () => {
  const net = createPtNet({
    name: 'two counters',
    places: [{ name: 'a' }, { name: 'b' }],
    transitions: ['a', 'b'].map((place) => ({
      name: `more ${place}`,
      outputs: [{ place }],
      inhibitors: [{ place, weight: 200 }],
    })),
  });
  const small = exploreStateSpace(net, { edges: true, maxBytes: 1_500_000 });
  expect(small).toMatchObject({ complete: true, states: 201 * 201 });
  expect(small.run.edges).toBeUndefined();
  expect(exploreStateSpace(net, { edges: true }).run.edges).toBeDefined();
});
