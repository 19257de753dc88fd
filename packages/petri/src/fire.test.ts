import fc from 'fast-check';
import {
  bind,
  conserve,
  createMarking,
  enabled,
  fire,
  isPetriError,
  net,
  run,
  token,
  tokensIn,
  type PetriErrorCode,
} from './index.js';
import { randomCase } from './random-net.test-data.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});

function codeOf(action: () => unknown): PetriErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (isPetriError(error)) return error.code;
    throw error;
  }
  return undefined;
}

describe('fire', () => {
  test('takes and puts what the arcs say and leaves the given marking alone', () => {
    fc.assert(
      fc.property(randomCase, ({ net: random, marking }) => {
        const before = structuredClone(marking);
        for (const binding of enabled(random, marking)) {
          const { marking: after, firing } = fire(random, marking, binding);
          const transition = random.structure.transitions.find(
            ({ name }) => name === binding.transition,
          );
          for (const { name } of random.structure.places) {
            const weight = (arcs?: readonly { place: string; weight: number }[]) =>
              arcs?.find((arc) => arc.place === name)?.weight ?? 0;
            const lay = (before.places[name] ?? []).length;
            const emptied = transition?.resets?.includes(name) === true ? lay : 0;
            const change = weight(transition?.outputs) - weight(transition?.inputs) - emptied;
            expect(after.places[name]).toHaveLength(lay + change);
            expect(firing.removed?.[name] ?? []).toHaveLength(emptied);
            expect(firing.produced[name] ?? []).toHaveLength(weight(transition?.outputs));
          }
          expect(marking).toEqual(before);
        }
      }),
      runs(200),
    );
  });

  test('token numbers ascend in every place and are never used twice', () => {
    fc.assert(
      fc.property(randomCase, ({ net: random, marking }) => {
        for (const binding of enabled(random, marking)) {
          const { marking: after } = fire(random, marking, binding);
          const lists = Object.values(after.places).map((list) => list.map((t) => t.sequence));
          for (const list of lists) expect(list).toEqual([...list].sort((a, b) => a - b));
          const all = lists.flat();
          expect(new Set(all).size).toBe(all.length);
          for (const sequence of all) expect(sequence).toBeLessThan(after.nextSequence);
        }
      }),
      runs(100),
    );
  });

  const shop = net('shop')
    .place('cart', token<number>())
    .place('stock')
    .place('closed')
    .place('sold', token<number>())
    .transition('sell', {
      in: { cart: 1, stock: 2 },
      read: {},
      inhibit: { closed: 1 },
      out: { sold: 2 },
    })
    .build();
  const sell = { out: ({ cart }: { cart: number }) => ({ sold: [cart, cart] }) };

  test('a binding that cannot fire is refused with the reason', () => {
    const bound = bind(shop, { sell: { ...sell, guard: ({ cart }) => cart > 0 } });
    const marking = createMarking(bound, { cart: [5, -1], stock: 2 });
    const binding = { transition: 'sell', tokens: { cart: [0], stock: [2, 3] } };
    expect(tokensIn(fire(bound, marking, binding).marking, 'sold')).toEqual([5, 5]);
    const refused = (tokens: Record<string, number[]>) => () =>
      fire(bound, marking, { transition: 'sell', tokens });
    expect(refused({ cart: [0], stock: [2] })).toThrow('needs 2 tokens, the binding names 1');
    expect(refused({ cart: [0], stock: [2, 2] })).toThrow('needs 2 tokens, the binding names 1');
    expect(refused({ cart: [9], stock: [2, 3] })).toThrow("token 9 does not lie in 'cart'");
    expect(refused({ cart: [1], stock: [2, 3] })).toThrow('its guard says no');
    const closed = createMarking(bound, { cart: [5], stock: 2, closed: 1 });
    expect(enabled(bound, closed)).toEqual([]);
    expect(() =>
      fire(bound, closed, { transition: 'sell', tokens: { cart: [0], stock: [1, 2] } }),
    ).toThrow("'closed' holds 1 tokens, expected fewer than 1");
    expect(codeOf(() => fire(bound, marking, { transition: 'buy', tokens: {} }))).toBe(
      'unknown-transition',
    );
  });

  test('an out function that returns the wrong tokens is refused before the marking changes', () => {
    const marking = { cart: [5], stock: 2 };
    const result = (sold: unknown) => () => {
      const bound = bind(shop, { sell: { out: () => sold as { sold: number[] } } });
      run(bound, createMarking(bound, marking));
    };
    expect(result({})).toThrow("returned no token for 'sold'");
    expect(result({ sold: [1] })).toThrow('returned 1 tokens');
    expect(result({ sold: 1 })).toThrow('returned number');
    expect(result({ sold: [1, 2], cart: 3 })).toThrow("a token for 'cart'");
    expect(codeOf(result({ sold: [1, 2], cart: 3 }))).toBe('bad-output');
    expect(codeOf(result({ sold: [1, 2] }))).toBeUndefined();
  });

  test('a law holds at each firing when asked, and a broken one is named with its amounts', () => {
    const law = [
      conserve<{ cart: number; sold: number }>('goods', {
        cart: (n) => 2 * n,
        sold: (n) => BigInt(n),
      }),
    ];
    const honest = bind(shop, { sell }, law);
    const start = createMarking(honest, { cart: [5], stock: 2 });
    expect(tokensIn(run(honest, start, [], { checkLaws: true }).marking, 'sold')).toEqual([5, 5]);
    const thief = bind(shop, { sell: { out: ({ cart }) => ({ sold: [cart, cart - 1] }) } }, law);
    expect(() => run(thief, start, [], { checkLaws: true })).toThrow(
      "law 'goods': sell(cart=0,stock=1+2) took 10 and put 9, a difference of -1",
    );
    expect(codeOf(() => run(thief, start))).toBeUndefined();
    const float = bind(shop, { sell: { out: () => ({ sold: [0.5, 0.5] }) } }, [
      conserve('goods', { sold: (n: number) => n }),
    ]);
    expect(() => run(float, start, [], { checkLaws: true })).toThrow('expected a safe integer');
  });

  test('laws are exact beyond 2^53', () => {
    const pot = net('pot')
      .place('in', token<bigint>())
      .place('out', token<bigint>())
      .transition('move', { in: { in: 1 }, out: { out: 1 } })
      .build();
    const weights = { in: (n: bigint) => n, out: (n: bigint) => n };
    const off = bind(pot, { move: { out: (t) => ({ out: t.in + 1n }) } }, [conserve('n', weights)]);
    const start = createMarking(off, { in: [2n ** 70n] });
    expect(codeOf(() => run(off, start, [], { checkLaws: true }))).toBe('law-broken');
  });

  test('tokens are passed on, never copied', () => {
    const big = { column: new Float64Array(1000) };
    const pass = net('pass')
      .place('in', token<typeof big>())
      .place('out', token<typeof big>())
      .transition('move', { in: { in: 1 }, out: { out: 1 } })
      .build();
    const bound = bind(pass, { move: { out: (t) => ({ out: t.in }) } });
    const { marking } = run(bound, createMarking(bound), [{ place: 'in', token: big }]);
    expect(tokensIn(marking, 'out')[0]).toBe(big);
  });

  test('a marking of another net is refused', () => {
    const bound = bind(shop, { sell });
    const other = bind(net('other').place('cart').build(), {});
    expect(codeOf(() => run(bound, createMarking(other) as never))).toBe('bad-marking');
  });
});
