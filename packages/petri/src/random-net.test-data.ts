import fc from 'fast-check';
import { bind, createMarking, parseNet, type ErasedFunction, type Net } from './index.js';
import type {
  ArcStructure,
  ChoiceArcStructure,
  Marking,
  NetStructure,
  RunInput,
  TestArcStructure,
} from './index.js';

/** A small random net with its functions, a marking and inputs, for laws that hold of every net. */
export interface RandomCase {
  readonly net: Net;
  readonly marking: Marking;
  readonly inputs: readonly RunInput[];
}

const placeNames = ['a', 'b', 'c', 'd'];
const dataPlaces = new Set(['b', 'd']);

const weight = fc.integer({ min: 1, max: 2 });

const key = fc.constantFrom(undefined, undefined, ['$']);
const delay = fc.constantFrom(undefined, undefined, undefined, 0, 2, 5);

/** Delays, deadlines and keys on data places only: of black tokens only the oldest are offered. */
function choices(names: readonly string[]): fc.Arbitrary<ChoiceArcStructure[]> {
  return arcs(names).chain((plain) =>
    fc.tuple(
      ...plain.map((arc) =>
        dataPlaces.has(arc.place)
          ? fc
              .record({ key, afterMs: delay, withinMs: delay })
              .map((extra) => defined({ ...arc, ...extra }))
          : fc.constant(arc),
      ),
    ),
  );
}

function tests(names: readonly string[]): fc.Arbitrary<TestArcStructure[]> {
  return arcs(names).chain((plain) =>
    fc.tuple(
      ...plain.map((arc) =>
        dataPlaces.has(arc.place)
          ? key.map((own) => defined({ ...arc, key: own }))
          : fc.constant(arc),
      ),
    ),
  );
}

function defined<Arc extends ArcStructure>(arc: Arc | Record<string, unknown>): Arc {
  return Object.fromEntries(
    Object.entries(arc).filter(([, value]) => value !== undefined),
  ) as never;
}

function arcs(names: readonly string[]): fc.Arbitrary<ArcStructure[]> {
  return fc
    .subarray([...names], { maxLength: 2 })
    .chain((places) =>
      fc.tuple(...places.map((place) => weight.map((w) => ({ place, weight: w })))),
    );
}

const transition = fc
  .record({
    priority: fc.integer({ min: -1, max: 1 }),
    inputs: choices(placeNames),
    reads: choices(placeNames),
    inhibitors: tests(placeNames),
    resets: fc.subarray(placeNames, { maxLength: 1 }),
    outputs: arcs(placeNames),
    salt: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ reads, resets, inhibitors, ...rest }) => {
    const taken = new Set(rest.inputs.map((input) => input.place));
    const shown = reads.filter((read) => !taken.has(read.place));
    for (const { place } of shown) taken.add(place);
    const keyed = [...rest.inputs, ...shown].some((arc) => arc.key !== undefined);
    return {
      ...rest,
      reads: shown,
      resets: resets.filter((place) => !taken.has(place)),
      inhibitors: inhibitors.filter((arc) => keyed || arc.key === undefined),
    };
  })
  // A transition without inputs would never let the net rest.
  .filter(({ inputs }) => inputs.length > 0);

function digest(value: unknown): number {
  return Array.from(JSON.stringify(value)).reduce(
    (sum, character) => (sum * 31 + character.charCodeAt(0)) % 1009,
    7,
  );
}

function functionsFor(
  structure: NetStructure,
  salts: readonly number[],
): Record<string, ErasedFunction> {
  return Object.fromEntries(
    structure.transitions.map(({ name, outputs }, index) => {
      const salt = salts[index] ?? 0;
      return [
        name,
        {
          guard: (tokens) => salt === 0 || digest(tokens) % 6 !== salt,
          out: (tokens) =>
            Object.fromEntries(
              outputs
                .filter((arc) => dataPlaces.has(arc.place))
                .map((arc) => {
                  const value = (digest(tokens) + salt) % 10;
                  return [arc.place, arc.weight === 1 ? value : [value, value + 1]];
                }),
            ),
        },
      ];
    }),
  );
}

const tokens = fc.record({
  a: fc.integer({ min: 0, max: 3 }),
  b: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
  c: fc.integer({ min: 0, max: 3 }),
  d: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }),
});

const input = fc.oneof(
  fc.record({ laterMs: fc.integer({ min: 0, max: 6 }) }),
  fc.constantFrom('a', 'c').map((place) => ({ place, token: null })),
  fc.record({ place: fc.constantFrom('b', 'd'), token: fc.integer({ min: 0, max: 9 }) }),
);

export const randomCase: fc.Arbitrary<RandomCase> = fc
  .record({
    transitions: fc.array(transition, { minLength: 1, maxLength: 4 }),
    tokens,
    inputs: fc.array(input, { maxLength: 4 }),
  })
  .map(({ transitions, tokens: initial, inputs: given }) => {
    let nowMs = 0;
    const inputs = given.map((one): RunInput => {
      if ('place' in one) return one;
      nowMs += one.laterMs;
      return { nowMs };
    });
    const structure = parseNet({
      schema: 'microgrid/petri-net/1',
      name: 'random',
      places: placeNames.map((name) => ({ name, tokens: dataPlaces.has(name) ? 'data' : 'black' })),
      transitions: transitions.map(
        ({ priority, inputs: taken, reads, inhibitors, resets, outputs }, index) => ({
          name: `t${index}`,
          priority,
          inputs: taken,
          reads,
          inhibitors,
          outputs,
          ...(resets.length > 0 && { resets }),
        }),
      ),
    });
    const net = bind(
      structure,
      functionsFor(
        structure,
        transitions.map(({ salt }) => salt),
      ),
    );
    return { net, marking: createMarking(net, initial as never), inputs };
  });
