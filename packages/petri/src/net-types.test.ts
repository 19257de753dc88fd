import { bind, conserve, createMarking, net, run, token, tokensIn } from './index.js';

interface Cart {
  readonly cents: number;
}

const order = net('order')
  .place('cart', token<Cart>())
  .place('coin', token<number>())
  .place('open')
  .place('receipt', token<string>())
  .transition('pay', { in: { cart: 1, coin: 2 }, read: { open: 1 }, out: { receipt: 1 } })
  .transition('close', { in: { open: 1 } })
  .build();

const functions = {
  pay: {
    guard: ({ cart, coin }: { cart: Cart; coin: readonly number[] }) =>
      coin.reduce((sum, value) => sum + value, 0) === cart.cents,
    out: ({ cart }: { cart: Cart }) => ({ receipt: `paid ${cart.cents}` }),
  },
  close: { guard: () => false },
};

describe('types of a net', () => {
  test('a net whose arcs, tokens and outputs fit compiles and runs', () => {
    const bound = bind(order, {
      pay: {
        guard: ({ cart, coin }) => coin.reduce((sum, value) => sum + value, 0) === cart.cents,
        out: ({ cart, open }) => ({ receipt: `paid ${cart.cents}${String(open)}` }),
      },
      close: { guard: () => false },
    });
    const start = createMarking(bound, { cart: [{ cents: 3 }], open: 1 });
    const { marking } = run(bound, start, [
      { place: 'coin', token: 1 },
      { place: 'coin', token: 2 },
    ]);
    const receipts: readonly string[] = tokensIn(marking, 'receipt');
    expect(receipts).toEqual(['paid 3null']);
  });

  test('an arc to an unknown place does not compile', () => {
    const draft = net('draft').place('here');
    expect(() =>
      // @ts-expect-error 'nowhere' is not a place
      draft.transition('go', { in: { here: 1 }, out: { nowhere: 1 } }).build(),
    ).toThrow('no such place');
    // @ts-expect-error the same for input, read and inhibitor arcs
    expect(() => draft.transition('go', { in: { nowhere: 1 } }).build()).toThrow('no such place');
    // @ts-expect-error a read arc from an unknown place
    expect(() => draft.transition('go', { read: { nowhere: 1 } }).build()).toThrow('no such place');
    expect(() =>
      // @ts-expect-error an inhibitor arc from an unknown place
      draft.transition('go', { in: { here: 1 }, inhibit: { nowhere: 1 } }).build(),
    ).toThrow('no such place');
  });

  test('a name used twice does not compile', () => {
    // @ts-expect-error place 'here' exists
    expect(() => net('draft').place('here').place('here').build()).toThrow('declared twice');
    const draft = net('draft')
      .place('here')
      .transition('go', { in: { here: 1 } });
    // @ts-expect-error transition 'go' exists
    expect(() => draft.transition('go', { out: { here: 1 } }).build()).toThrow('declared twice');
  });

  test('a token of the wrong type, a missing output and a missing function do not compile', () => {
    const pay = {
      number: { out: () => ({ receipt: 5 }) },
      nothing: { out: () => ({}) },
      euros: { out: (t: { cart: { euros: string } }) => ({ receipt: t.cart.euros }) },
      oneCoin: { out: (t: { coin: number }) => ({ receipt: String(t.coin) }) },
    };
    // @ts-expect-error receipt is text
    bind(order, { pay: pay.number });
    // @ts-expect-error receipt is missing
    bind(order, { pay: pay.nothing });
    // @ts-expect-error cart has no 'euros'
    bind(order, { pay: pay.euros });
    // @ts-expect-error coin is a list, its weight is 2
    bind(order, { pay: pay.oneCoin });
    // @ts-expect-error pay puts data and needs its function
    expect(() => bind(order, { close: {} })).toThrow("bind an 'out' function");
    // @ts-expect-error there is no transition 'steal'
    expect(() => bind(order, { ...functions, steal: {} })).toThrow("no transition 'steal'");
  });

  test('wrong external tokens, markings and laws do not compile', () => {
    const bound = bind(order, functions);
    // @ts-expect-error a coin is a number
    run(bound, createMarking(bound), [{ place: 'coin', token: 'one' }]);
    // @ts-expect-error no such place
    expect(() => run(bound, createMarking(bound), [{ place: 'purse', token: 1 }])).toThrow('purse');
    // @ts-expect-error black places take a count
    expect(() => createMarking(bound, { open: [null] })).toThrow('a count of black tokens');
    // @ts-expect-error no such place
    expect(() => createMarking(bound, { purse: 1 })).toThrow('purse');
    bind(order, functions, [
      conserve('cents', { cart: (cart) => cart.cents, coin: (coin) => coin }),
    ]);
    // @ts-expect-error a cart has no 'euros'
    bind(order, functions, [conserve('cents', { cart: (cart: { euros: number }) => cart.euros })]);
    const nowhere = { purse: 1 };
    // @ts-expect-error no such place
    expect(() => bind(order, functions, [conserve('cents', nowhere)])).toThrow('no place');
    // @ts-expect-error no such place
    expect(() => tokensIn(createMarking(bound), 'purse')).toThrow('purse');
  });
});
