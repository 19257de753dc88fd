import fc from 'fast-check';
import {
  advanceClock,
  deposit,
  enabled,
  fire,
  isPetriError,
  nextDueMs,
  run,
  step,
  type Binding,
  type Marking,
  type Net,
} from './index.js';
import { randomCase } from './random-net.test-data.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});

/** Every way to take `weight` of `sequences`, found without the kernel's own search. */
function combinations(sequences: readonly number[], weight: number): number[][] {
  const all = Array.from({ length: 2 ** sequences.length }, (_, mask) =>
    sequences.filter((__, bit) => (mask >> bit) % 2 === 1),
  );
  return all.filter((chosen) => chosen.length === weight);
}

function everyBinding(net: Net, marking: Marking): Binding[] {
  return net.structure.transitions.flatMap(({ name, inputs, reads }) => {
    let partial: Record<string, readonly number[]>[] = [{}];
    for (const { place, weight } of [...inputs, ...reads]) {
      const sequences = (marking.places[place] ?? []).map((token) => token.sequence);
      partial = partial.flatMap((tokens) =>
        combinations(sequences, weight).map((chosen) => ({ ...tokens, [place]: chosen })),
      );
    }
    return partial.map((tokens) => ({ transition: name, tokens }));
  });
}

function canFire(net: Net, marking: Marking, binding: Binding): boolean {
  try {
    fire(net, marking, binding);
    return true;
  } catch (error) {
    if (isPetriError(error) && error.code === 'not-enabled') return false;
    throw error;
  }
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** The documented order, written from the documentation. */
function documentedOrder(net: Net): (a: Binding, b: Binding) => number {
  const { transitions } = net.structure;
  const indexOf = (binding: Binding) => transitions.findIndex((t) => t.name === binding.transition);
  return (a, b) => {
    const [left, right] = [transitions[indexOf(a)], transitions[indexOf(b)]];
    if (left === undefined || right === undefined) throw new Error('unknown transition');
    if (left !== right) return right.priority - left.priority || indexOf(a) - indexOf(b);
    for (const { place } of [...left.inputs, ...left.reads]) {
      const order = compareLists(a.tokens[place] ?? [], b.tokens[place] ?? []);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/** Black tokens are alike, so only the binding with the oldest ones is offered. */
function onlyOldestBlack(marking: Marking, binding: Binding): boolean {
  return ['a', 'c'].every((place) =>
    (binding.tokens[place] ?? []).every(
      (sequence, index) => marking.places[place]?.[index]?.sequence === sequence,
    ),
  );
}

describe('order of firing', () => {
  test('enabled lists exactly the bindings that can fire, in the documented order', () => {
    let seen = 0;
    fc.assert(
      fc.property(randomCase, ({ net, marking }) => {
        const expected = everyBinding(net, marking)
          .filter((binding) => canFire(net, marking, binding))
          .filter((binding) => onlyOldestBlack(marking, binding))
          .sort(documentedOrder(net));
        seen += expected.length;
        expect(enabled(net, marking)).toEqual(expected);
      }),
      runs(300),
    );
    expect(seen).toBeGreaterThan(100);
  });

  test('step fires the first enabled binding and nothing when there is none', () => {
    fc.assert(
      fc.property(randomCase, ({ net, marking }) => {
        const first = enabled(net, marking)[0];
        const stepped = step(net, marking);
        if (first === undefined) expect(stepped).toBeUndefined();
        else expect(stepped).toEqual(fire(net, marking, first));
      }),
      runs(200),
    );
  });

  test('run equals firing the first enabled binding again and again', () => {
    let fired = 0;
    let unresting = 0;
    const limit = 60;
    fc.assert(
      fc.property(randomCase, ({ net, marking, inputs }) => {
        let current = marking;
        const firings: Binding[] = [];
        const settle = () => {
          for (;;) {
            const first = enabled(net, current)[0];
            if (first === undefined || firings.length > limit) return;
            const result = fire(net, current, first);
            current = result.marking;
            firings.push(result.firing);
          }
        };
        settle();
        const elapse = (untilMs: number) => {
          for (;;) {
            const due = firings.length > limit ? undefined : nextDueMs(net, current);
            current = advanceClock(net, current, Math.min(due ?? untilMs, untilMs));
            if (due === undefined || due > untilMs) return;
            settle();
          }
        };
        for (const input of inputs) {
          if ('nowMs' in input) elapse(input.nowMs);
          else current = deposit(net, current, input);
          settle();
        }
        if (firings.length > limit) {
          unresting += 1;
          expect(() => run(net, marking, inputs, { firingLimit: limit })).toThrow(
            'did not come to rest within 60 firings',
          );
          return;
        }
        fired += firings.length;
        const result = run(net, marking, inputs, { firingLimit: limit });
        expect(result.firings).toEqual(firings);
        expect(result.marking).toEqual(current);
      }),
      runs(400),
    );
    expect(fired).toBeGreaterThan(50);
    expect(unresting).toBeGreaterThan(0);
  });
});
