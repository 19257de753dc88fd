import { bind, createMarking, enabled, fire, net, run, token, tokensIn } from './index.js';

interface Claim {
  readonly contract: string;
  readonly interval: number;
}

const books = net('books')
  .place('claim', token<Claim>())
  .place('payment', token<Claim>())
  .place('hold', token<{ readonly contract: string }>())
  .place('closed', token<Claim>())
  .transition('settle', {
    in: { claim: { key: ['contract', 'interval'] }, payment: { key: ['contract', 'interval'] } },
    out: { closed: 1 },
  })
  .build();
const settle = { settle: { out: ({ claim }: { claim: Claim }) => ({ closed: claim }) } };

describe('matching tokens by key', () => {
  test('only tokens whose keys are equal fire together, the oldest first', () => {
    const bound = bind(books, settle);
    const claims = [1, 2, 2, 3].map((interval) => ({ contract: 'a', interval }));
    const { marking, firings } = run(bound, createMarking(bound, { claim: claims }), [
      { place: 'payment', token: { contract: 'b', interval: 1 } },
      { place: 'payment', token: { contract: 'a', interval: 3 } },
      { place: 'payment', token: { contract: 'a', interval: 2 } },
    ]);
    expect(firings.map(({ tokens }) => tokens)).toEqual([
      { claim: [3], payment: [5] },
      { claim: [1], payment: [7] },
    ]);
    expect(tokensIn(marking, 'payment')).toEqual([{ contract: 'b', interval: 1 }]);
  });

  test('the parts of a key are told apart', () => {
    const pairs = net('pairs')
      .place('a', token<{ readonly x: string | number; readonly y: string }>())
      .place('b', token<{ readonly x: string | number; readonly y: string }>())
      .transition('meet', { in: { a: { key: ['x', 'y'] }, b: { key: ['x', 'y'] } } })
      .build();
    const bound = bind(pairs, {});
    const meets = (a: [string | number, string], b: [string | number, string]) =>
      enabled(bound, createMarking(bound, { a: [{ x: a[0], y: a[1] }], b: [{ x: b[0], y: b[1] }] }))
        .length;
    expect(meets(['1', '2'], ['1', '2'])).toBe(1);
    expect(meets(['1', '2'], [1, '2'])).toBe(0);
    expect(meets(['a,"b', 'c'], ['a', 'b,c'])).toBe(0);
  });

  test('an inhibitor with a key looks at tokens of that key only', () => {
    const held = net('held')
      .place('claim', token<Claim>())
      .place('hold', token<{ readonly contract: string }>())
      .transition('pay', {
        in: { claim: { key: 'contract' } },
        inhibit: { hold: { key: 'contract' } },
      })
      .transition('release', { in: { hold: 1 }, priority: -1 })
      .build();
    const bound = bind(held, {});
    const start = createMarking(bound, {
      claim: ['a', 'b'].map((contract) => ({ contract, interval: 1 })),
      hold: [{ contract: 'a' }],
    });
    expect(run(bound, start).firings.map(({ transition }) => transition)).toEqual([
      'pay',
      'release',
      'pay',
    ]);
  });

  test('waiting tokens cost nothing: the keys read grow with the tokens, not with their pairs', () => {
    const count = 2000;
    let reads = 0;
    const counted = (contract: string): Claim => ({
      interval: 1,
      get contract() {
        reads += 1;
        return contract;
      },
    });
    const bound = bind(books, settle);
    const start = createMarking(bound, {
      claim: Array.from({ length: count }, (_, at) => counted(`c${at}`)),
    });
    const inputs = Array.from({ length: count }, (_, at) => ({
      place: 'payment' as const,
      token: counted(`c${count - 1 - at}`),
    }));
    expect(run(bound, start, inputs).firings).toHaveLength(count);
    expect(reads).toBeLessThan(20 * count);
  });

  test('a token without its key is refused by name, and fire refuses tokens that do not match', () => {
    const bound = bind(books, settle);
    const start = createMarking(bound, { claim: [{ contract: 'a' } as Claim] });
    expect(() => run(bound, start)).not.toThrow();
    expect(() =>
      run(bound, start, [{ place: 'payment', token: { contract: 'a', interval: 1 } }]),
    ).toThrow("a token of place 'claim' has undefined at key 'interval'");
    const marking = createMarking(bound, {
      claim: [{ contract: 'a', interval: 1 }],
      payment: [{ contract: 'b', interval: 1 }],
    });
    const binding = { transition: 'settle', tokens: { claim: [0], payment: [1] } };
    expect(() => fire(bound, marking, binding)).toThrow('expected "a",number:1');
  });

  test('a key that is no field, or no plain value, does not compile', () => {
    const places = net('books')
      .place('claim', token<Claim>())
      .place('black')
      .place('n', token<number>());
    // @ts-expect-error a claim has no 'member'
    places.transition('t', { in: { claim: { key: 'member' } } });
    // @ts-expect-error black tokens have no fields
    expect(() => places.transition('t', { in: { black: { key: 'x' } } }).build()).toThrow(
      'expected fields of a data token',
    );
    // @ts-expect-error a number is its own key
    places.transition('t', { in: { n: { key: 'x' } } });
    places.transition('t', { in: { n: { key: '$' } } });
  });
});
