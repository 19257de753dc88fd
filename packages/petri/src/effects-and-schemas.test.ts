import { z } from 'zod';
import {
  bind,
  createMarking,
  deposit,
  net,
  parseNet,
  restore,
  run,
  snapshot,
  token,
  tokensIn,
} from './index.js';

const order = net('order')
  .place('cart', z.object({ cents: z.number().int().min(0) }))
  .place('basket', token<string>())
  .place('receipt', z.string())
  .transition('pay', {
    in: { cart: 1 },
    reset: ['basket'],
    out: { receipt: 1 },
    emits: token<{ readonly mail: string }>(),
  })
  .build();

const functions = {
  pay: {
    out: ({ cart, basket }: { cart: { cents: number }; basket: readonly string[] }) => ({
      receipt: `${cart.cents} for ${basket.join('+')}`,
    }),
    emit: (_: unknown, { receipt }: { receipt: string }) => [{ mail: receipt }],
  },
};

describe('emissions and reset arcs', () => {
  test('a firing tells the outside, and the answer comes back as an input', () => {
    const bound = bind(order, functions);
    const start = createMarking(bound, { cart: [{ cents: 3 }], basket: ['tea', 'milk'] });
    const { marking, firings, effects } = run(bound, start);
    const [first] = effects;
    const mail: string | undefined = first?.effect.mail;
    expect(mail).toBe('3 for tea+milk');
    expect(effects).toEqual([{ transition: 'pay', firing: 0, effect: { mail } }]);
    expect(firings[0]?.removed).toEqual({ basket: [1, 2] });
    expect(tokensIn(marking, 'basket')).toEqual([]);
  });

  test('an emission without a function, and a function without an emission, are refused', () => {
    // @ts-expect-error pay emits and needs its function
    expect(() => bind(order, { pay: { out: functions.pay.out } })).toThrow("bind an 'emit'");
    const silent = net('silent')
      .place('a')
      .transition('t', { in: { a: 1 } })
      .build();
    // @ts-expect-error t does not emit
    expect(() => bind(silent, { t: { emit: () => [1] } })).toThrow('not declared to emit');
    // @ts-expect-error an emission of another type
    bind(order, { pay: { out: functions.pay.out, emit: () => [{ letter: 'x' }] } });
  });
});

describe('schemas on places', () => {
  const bound = bind(order, functions);

  test('tokens from outside are checked: at the start, as inputs, and from a snapshot', () => {
    const wrong = "a token for place 'cart' is refused: cents: ";
    expect(() => createMarking(bound, { cart: [{ cents: -1 }] })).toThrow(wrong);
    const start = createMarking(bound);
    expect(() => run(bound, start, [{ place: 'cart', token: { cents: 0.5 } }])).toThrow(wrong);
    expect(() => deposit(bound, start, { place: 'cart', token: { cents: 0.5 } })).toThrow(wrong);
    // @ts-expect-error cents is a number
    expect(() => run(bound, start, [{ place: 'cart', token: { cents: '1' } }])).toThrow(wrong);
    const json = snapshot(bound, createMarking(bound, { cart: [{ cents: 1 }] }));
    const bad = { ...json, places: { cart: [{ sequence: 0, token: { cents: 'x' } }] } };
    expect(() => restore(bound, bad)).toThrow(wrong);
  });

  test('tokens that a net makes are checked when asked', () => {
    const liar = bind(order, {
      pay: { out: () => ({ receipt: 5 as never }), emit: () => [] },
    });
    const start = createMarking(liar, { cart: [{ cents: 1 }] });
    expect(() => run(liar, start)).not.toThrow();
    expect(() => run(liar, start, [], { checkTokens: true })).toThrow("place 'receipt' is refused");
  });

  test('a net read from JSON takes its schemas at bind; a schema that needs waiting is refused', () => {
    const read = parseNet(JSON.parse(JSON.stringify(order)));
    const rebound = bind(read, functions as never, [], {
      schemas: { basket: z.string().refine((text) => Promise.resolve(text !== '')) },
    });
    expect(() => createMarking(rebound, { cart: [{ cents: 'x' }] })).not.toThrow();
    expect(() => createMarking(rebound, { basket: ['x'] })).toThrow();
    const slow = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => Promise.resolve({ value: 1 }),
      },
    };
    const waiting = bind(net('slow').place('a', slow).build(), {});
    expect(() => createMarking(waiting, { a: [1] as never })).toThrow('answers asynchronously');
    expect(() => bind(read, functions as never, [], { schemas: { nowhere: slow } })).toThrow(
      "a schema is given for 'nowhere'",
    );
  });
});
