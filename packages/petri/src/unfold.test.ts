import fc from 'fast-check';
import {
  bind,
  createMarking,
  enabled,
  fire,
  isPetriError,
  net,
  token,
  unfold,
  type NetStructure,
  type UnfoldedNet,
} from './index.js';
import { randomCase } from './random-net.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

type Counts = Readonly<Record<string, number>>;

/** Fires a transition of black tokens by the book; undefined where it is not enabled. */
function fired(
  counts: Counts,
  transition: NetStructure['transitions'][number],
): Counts | undefined {
  const of = (place: string) => counts[place] ?? 0;
  const { inputs, reads, inhibitors, outputs, resets = [] } = transition;
  if (![...inputs, ...reads].every(({ place, weight }) => of(place) >= weight)) return undefined;
  if (!inhibitors.every(({ place, weight }) => of(place) < weight)) return undefined;
  const next: Record<string, number> = { ...counts };
  for (const { place, weight } of inputs) next[place] = of(place) - weight;
  for (const place of resets) next[place] = 0;
  for (const { place, weight } of outputs) next[place] = (next[place] ?? 0) + weight;
  return Object.fromEntries(Object.entries(next).filter(([, tokens]) => tokens > 0));
}

const text = (counts: Counts) => JSON.stringify(Object.entries(counts).sort());

function unfolded(random: Parameters<typeof unfold>[0]): UnfoldedNet | undefined {
  const values = Array.from({ length: 11 }, (_, value) => value);
  try {
    return unfold(random, { b: values, d: values });
  } catch (error) {
    if (isPetriError(error) && error.code === 'bad-net') return undefined;
    throw error;
  }
}

describe('unfolding a net with data', () => {
  test('its firings are the firings of the net, value by value', () => {
    let compared = 0;
    let exact = 0;
    fc.assert(
      fc.property(randomCase, ({ net: random, marking }) => {
        // Eleven values to the power of the tokens taken.
        const widest = random.plan.order.map(({ chosen: arcs }) =>
          arcs.reduce((sum, { black, weight }) => sum + (black ? 0 : weight), 0),
        );
        if (Math.max(...widest) > 2) return;
        const flat = unfolded(random);
        if (flat === undefined) return;
        const counts = flat.countsOf(marking);
        const expected = new Set(
          enabled(random, marking).map((binding) =>
            text(flat.countsOf(fire(random, marking, binding).marking)),
          ),
        );
        const found = new Set(
          flat.structure.transitions.flatMap((transition) => {
            const next = fired(counts, transition);
            return next === undefined ? [] : [text(next)];
          }),
        );
        for (const one of expected) expect(found).toContain(one);
        compared += expected.size;
        // Delays are left out of an unfolding, and tokens of one arc may come in any order.
        const chosen = random.plan.order.flatMap((transition) => transition.chosen);
        if (random.plan.timed || chosen.some(({ weight }) => weight > 1)) return;
        expect(found).toEqual(expected);
        exact += expected.size;
      }),
      { numRuns: 400 * scale },
    );
    expect(compared).toBeGreaterThan(10);
    expect(exact).toBeGreaterThan(0);
  });

  const traffic = net('traffic')
    .place('light', token<'red' | 'green'>())
    .place('pressed')
    .transition('go', { in: { light: 1, pressed: 1 }, out: { light: 1 } })
    .transition('stop', { in: { light: 1 }, out: { light: 1 } })
    .build();
  const bound = bind(traffic, {
    go: { guard: ({ light }) => light === 'red', out: () => ({ light: 'green' as const }) },
    stop: { guard: ({ light }) => light === 'green', out: () => ({ light: 'red' as const }) },
  });

  test('only the choices that guards admit become transitions', () => {
    const { structure, countsOf } = unfold(bound, { light: ['red', 'green'] });
    expect(structure.places.map(({ name }) => name)).toEqual([
      'light("red")',
      'light("green")',
      'pressed',
    ]);
    expect(structure.transitions.map(({ name }) => name)).toEqual([
      'go(light="red")',
      'stop(light="green")',
    ]);
    expect(countsOf(createMarking(bound, { light: ['red'], pressed: 2 }))).toEqual({
      'light("red")': 1,
      pressed: 2,
    });
  });

  test('a value that is not given is named', () => {
    expect(() => unfold(bound, { light: ['red'] })).toThrow(
      `place 'light' gets "green", which is none of the values given`,
    );
    // @ts-expect-error the values of 'light' are missing
    expect(() => unfold(bound, {})).toThrow('no values are given for it');
  });
});
