import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  analyse,
  exploreStateSpace,
  findDeadlock,
  query,
  type Analysis,
  type PtNet,
  type Verdict,
} from '../analysis.js';
import { replayInExecutor } from './replay-witness.test-data.js';
import { readContestModel } from './contest-model.test-data.js';

/** One model's answers in `../shared/petri/expected.json`; null where the contest has none. */
interface Expected {
  readonly places: number;
  readonly transitions: number;
  readonly arcs: number;
  readonly states: number | null;
  readonly edges: number | null;
  readonly maxTokenInPlace: number | null;
  readonly maxTokenPerMarking: number | null;
  readonly bounded: boolean;
  readonly deadlock: boolean | null;
  readonly globalProperties?: Readonly<
    Record<'oneSafe' | 'quasiLive' | 'stableMarking' | 'live' | 'reversible', boolean>
  > & { readonly deadStates: number };
  readonly upperBoundsByPlaceOrder?: readonly number[];
}

/** Beside the repository. */
const modelsFolder = join(__dirname, '../../../../../shared/petri');

function readModel(name: string): PtNet {
  return readContestModel(readFileSync(join(modelsFolder, 'models', `${name}.pnml`), 'utf8'));
}

const file = join(modelsFolder, 'expected.json');
const expected: Readonly<Record<string, Expected>> = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { models: Record<string, Expected> }).models
  : {};
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

/** States up to which a model is explored in full. */
const LIMIT = scale >= 20 ? 3_000_000 : 60_000;
const names = Object.keys(expected);
const small = names.filter((name) => (expected[name]?.states ?? Infinity) <= LIMIT);
const large = names.filter((name) => !small.includes(name));

const skip = names.length === 0;
if (skip) console.log(`skipped: no contest models in ${modelsFolder}`);

const holdsIf = (value: boolean): string => String(value);

/** What the expectations say, and `undefined` where they say nothing. */
function verdictsOf(analysis: Analysis, model: Expected): [string, string | undefined, Verdict][] {
  const global = model.globalProperties;
  const keys = ['oneSafe', 'quasiLive', 'stableMarking', 'live', 'reversible'] as const;
  return [
    ['bounded', holdsIf(model.bounded), analysis.bounded],
    ['deadlock', model.deadlock === null ? undefined : holdsIf(model.deadlock), analysis.deadlock],
    ...keys.map((key): [string, string | undefined, Verdict] => [
      key,
      global && holdsIf(global[key]),
      analysis[key],
    ]),
  ];
}

function expectExact(analysis: Analysis, model: Expected): void {
  const { stateSpace } = analysis;
  expect(analysis.size).toEqual({
    places: model.places,
    transitions: model.transitions,
    arcs: model.arcs,
  });
  expect({
    complete: stateSpace.complete,
    states: stateSpace.states,
    edges: stateSpace.firings,
    maxTokenInPlace: Array.from(stateSpace.maxima).reduce((a, b) => Math.max(a, b), 0),
    maxTokenPerMarking: stateSpace.maxTokensInMarking,
  }).toEqual({
    complete: true,
    states: model.states,
    edges: model.edges,
    maxTokenInPlace: model.maxTokenInPlace,
    maxTokenPerMarking: model.maxTokenPerMarking,
  });
  if (model.globalProperties !== undefined)
    expect(stateSpace.deadStates).toBe(model.globalProperties.deadStates);
  if (model.upperBoundsByPlaceOrder !== undefined) {
    expect(analysis.upperBounds.map((bound) => bound.atMost)).toEqual(
      model.upperBoundsByPlaceOrder,
    );
    expect(analysis.upperBounds.map((bound) => bound.atLeast)).toEqual(
      model.upperBoundsByPlaceOrder,
    );
  }
}

const structural = { semiflows: { maxRows: 300 }, siphons: { maxBranches: 300 } };

/** A list that is never empty: without models each test runs once and does nothing. */
function available(list: readonly string[]): readonly string[] {
  return list.length > 0 ? list : ['no models'];
}

test.each(available(small))('%s: every number and verdict', (name) => {
  const model = expected[name];
  if (model === undefined) return;
  const net = readModel(name);
  const analysis = analyse(net, { codeGeneration: scale > 1, maxStates: LIMIT, ...structural });
  expectExact(analysis, model);
  for (const [property, wanted, verdict] of verdictsOf(analysis, model)) {
    expect([property, verdict.verdict]).toEqual([property, wanted ?? verdict.verdict]);
    expect(verdict.verdict).not.toBe('unknown');
  }
  const { deadlock, oneSafe } = analysis;
  if (deadlock.witness !== undefined)
    expect(replayInExecutor(net, deadlock.witness.firings).enabled).toEqual([]);
  if (oneSafe.witness !== undefined)
    expect(
      replayInExecutor(net, oneSafe.witness.firings).counts[
        net.places.indexOf(oneSafe.witness.places?.[0] ?? '')
      ],
    ).toBeGreaterThan(1);
});

test.each(
  available(small.filter((name) => (expected[name]?.states ?? 0) <= (scale > 1 ? 25_000 : 2_000))),
)(
  '%s: the same deadlock verdict with reductions, with stubborn sets, with both, with neither',
  (name) => {
    if (skip) return;
    const net = readModel(name);
    const wanted = holdsIf(expected[name]?.deadlock === true);
    const plain = query(net, 'EF deadlock', { reduce: false });
    const reduced = findDeadlock(net, { maxSiphonBranches: 0 });
    expect([plain.verdict, reduced.verdict, findDeadlock(net).verdict]).toEqual([
      wanted,
      wanted,
      wanted,
    ]);
    expect(reduced.states).toBeLessThanOrEqual(plain.states);
    if (reduced.witness !== undefined)
      expect(replayInExecutor(net, reduced.witness.firings).enabled).toEqual([]);
  },
);

test.each(available(large))('%s: what is known of a part of it is right', (name) => {
  const model = expected[name];
  if (model === undefined) return;
  const net = readModel(name);
  const analysis = analyse(net, {
    maxStates: 5000 * scale,
    maxDeadlockStates: 2000 * scale,
    maxCoverabilityMarkings: 2000,
    ...structural,
  });
  const { stateSpace } = analysis;
  // No weighted sum bounds every place of this one: that takes all of its 199,051 states.
  if (name !== 'PhilosophersDyn-PT-10')
    expect(analysis.bounded.verdict).toBe(holdsIf(model.bounded));
  for (const [property, wanted, { verdict }] of verdictsOf(analysis, model))
    if (verdict !== 'unknown') expect([property, verdict]).toEqual([property, wanted ?? verdict]);
  if (model.states !== null) expect(stateSpace.states).toBeLessThanOrEqual(model.states);
  for (const [place, { atLeast, atMost }] of analysis.upperBounds.entries()) {
    const bound = model.upperBoundsByPlaceOrder?.[place];
    if (bound === undefined) continue;
    expect(atLeast).toBeLessThanOrEqual(bound);
    expect(atMost).toBeGreaterThanOrEqual(bound);
  }
  if (
    model.maxTokenInPlace !== null &&
    analysis.upperBounds.every((b) => Number.isFinite(b.atMost))
  )
    expect(Math.max(...analysis.upperBounds.map((bound) => bound.atMost))).toBeGreaterThanOrEqual(
      model.maxTokenInPlace,
    );
});

(skip ? test.skip : test)(
  'the unbounded model is recognised, with a pump that the executor repeats',
  () => {
    const net = readModel('Planning-PT-none');
    const { bounded, deadlock } = analyse(net, structural);
    expect(bounded).toMatchObject({ verdict: 'false', method: 'coverability' });
    const { firings = [], pump = [], places = [] } = bounded.witness ?? {};
    const at = (times: number): number[] => {
      const run = [...firings, ...Array.from({ length: times }, () => pump).flat()];
      const { counts } = replayInExecutor(net, run);
      return places.map((place) => counts[net.places.indexOf(place)] ?? 0);
    };
    const [once, thrice] = [at(1), at(3)];
    expect(places.length).toBeGreaterThan(0);
    for (const [index, count] of once.entries()) expect(thrice[index]).toBeGreaterThan(count);
    expect(deadlock).toMatchObject({ verdict: 'false', method: 'siphons and traps' });
  },
);

(skip ? test.skip : test)('generated and interpreted explorers agree on the models', () => {
  for (const name of small.filter((one) => (expected[one]?.states ?? 0) <= 25_000)) {
    const net = readModel(name);
    const generated = exploreStateSpace(net, { codeGeneration: true });
    const model = expected[name];
    expect([name, generated.states, generated.firings]).toEqual([
      name,
      model?.states,
      model?.edges,
    ]);
  }
});
