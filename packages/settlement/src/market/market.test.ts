import fc from 'fast-check';
import { isSettlementError } from '../settlement-error.js';
import { Market } from './market.js';
import type { MarketRule } from './market-rule.js';
import { clearOrderBook, type ClearedOrderBook, type MarketOrder } from './order-book.js';

const RUNS = 300 * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

/** Orders from `[energy in kWh, price per kWh]`, named by side and place. */
function side(name: string, orders: readonly (readonly [number, number])[]): MarketOrder[] {
  return orders.map(([kilowattHours, price], index) => ({
    id: `${name}${index}`,
    milliwattHours: Math.round(kilowattHours * 1_000_000),
    price: Math.round(price * 1_000_000),
  }));
}

function clear(
  rule: MarketRule,
  bids: readonly (readonly [number, number])[],
  asks: readonly (readonly [number, number])[],
): ClearedOrderBook {
  return clearOrderBook(rule, { bids: side('b', bids), asks: side('s', asks) });
}

const kilowattHours = (fills: ClearedOrderBook['bids']): number[] =>
  fills.map(({ milliwattHours }) => milliwattHours / 1_000_000);

/** Price of buyers, per kWh. */
const price = (cleared: ClearedOrderBook): number | undefined =>
  cleared.prices && cleared.prices.buyers / 1_000_000;

const pool: MarketRule = { mechanism: 'poolCrossing' };

describe('pool crossing', () => {
  it('takes the price of the ask that is only partly used', () => {
    const cleared = clear(pool, [[3, 0.3]], [[2, 0.1], [2, 0.2]]); // prettier-ignore
    expect(price(cleared)).toBe(0.2);
    expect(kilowattHours(cleared.asks)).toEqual([2, 1]);
  });

  it('takes the price of the bid that is only partly filled, however dear the next ask is', () => {
    const bids = [[1, 0.4], [4, 0.25]] as const; // prettier-ignore
    expect(price(clear(pool, bids, [[2, 0.1], [1, 0.2], [5, 0.3]]))).toBe(0.25); // prettier-ignore
    expect(price(clear(pool, bids, [[2, 0.1], [1, 0.2]]))).toBe(0.25); // prettier-ignore
    const lastAsk = { mechanism: 'poolCrossing', price: 'lastAsk' } as const;
    expect(price(clear(lastAsk, bids, [[2, 0.1], [1, 0.2], [5, 0.3]]))).toBe(0.2); // prettier-ignore
    expect(price(clear(lastAsk, bids, [[2, 0.1], [1, 0.2]]))).toBe(0.25); // prettier-ignore
  });

  it('where supply and demand end together, takes the end of the interval that is asked for', () => {
    const bids = [[2, 0.4], [1, 0.15]] as const; // prettier-ignore
    const asks = [[2, 0.1], [1, 0.3]] as const; // prettier-ignore
    const at = (which: 'lowest' | 'highest' | 'middle'): number | undefined =>
      price(clear({ mechanism: 'poolCrossing', price: which }, bids, asks));
    // Below 0.15 the second bid would want more, above 0.3 the second ask would.
    expect([at('lowest'), at('middle'), at('highest')]).toEqual([0.15, 0.225, 0.3]);
  });

  it('shares the marginal price out pro rata by largest remainder', () => {
    const cleared = clear(pool, [[1, 0.2], [0.5, 0.2], [0.5, 0.2]], [[0.000_003, 0.1]]); // prettier-ignore
    expect(cleared.bids.map(({ milliwattHours }) => milliwattHours)).toEqual([1, 1, 1]);
    const more = clear(pool, [[1, 0.2], [3, 0.2], [1, 0.3]], [[2, 0.1]]); // prettier-ignore
    expect(kilowattHours(more.bids)).toEqual([0.25, 0.75, 1]);
  });

  it('says what price there is without a trade', () => {
    expect(price(clear(pool, [[1, 0.2], [1, 0.3]], []))).toBe(0.3); // prettier-ignore
    expect(price(clear(pool, [], [[1, 0.2], [1, 0.3]]))).toBe(0.2); // prettier-ignore
    expect(price(clear(pool, [], []))).toBe(0);
    expect(price(clear(pool, [[1, 0.1]], [[1, 0.2]]))).toBeUndefined();
  });
});

describe('price formulas', () => {
  const bids = [[4, 0.3], [6, 0.24]] as const; // prettier-ignore
  const asks = [[2, 0.06], [3, 0.1]] as const; // prettier-ignore

  it('put the mid-market rate between the highest ask and the lowest bid', () => {
    expect(price(clear({ mechanism: 'midMarketRate' }, bids, asks))).toBe(0.17);
    expect(price(clear({ mechanism: 'midMarketRate', divider: '1/3' }, bids, asks))).toBe(0.146667);
    const short = clear({ mechanism: 'midMarketRate' }, bids, asks);
    expect([kilowattHours(short.bids), kilowattHours(short.asks)]).toEqual([[2, 3], [2, 3]]); // prettier-ignore
  });

  it('let scarcity raise the supply and demand ratio, with or without compensation', () => {
    // r = 1/2: 0.24 x 0.1 / (0.14 x 0.5 + 0.1)
    expect(price(clear({ mechanism: 'supplyDemandRatio' }, bids, asks))).toBe(0.141176);
    // c = 0.14 x 0.5 = 0.07: 0.24 x 0.17 / (0.07 x 0.5 + 0.17)
    const compensated = { mechanism: 'supplyDemandRatio', compensation: '0.5' } as const;
    expect(price(clear(compensated, bids, asks))).toBe(0.199024);
    // r = 2: 0.1 + 0.07 / 2
    expect(price(clear(compensated, bids, [[20, 0.1]]))).toBe(0.135);
    expect(price(clear({ mechanism: 'supplyDemandRatio' }, bids, [[20, 0.1]]))).toBe(0.1);
    expect(price(clear({ mechanism: 'supplyDemandRatio' }, bids, [[5, -0.1]]))).toBe(0);
  });

  it('cross the pool where the lowest bid is below the highest ask', () => {
    const crossed = [[2, 0.06], [4, 0.1], [9, 0.5]] as const; // prettier-ignore
    for (const mechanism of ['midMarketRate', 'supplyDemandRatio'] as const) {
      const cleared = clear({ mechanism }, bids, crossed);
      expect(price(cleared)).toBe(0.1);
      expect(kilowattHours(cleared.asks)).toEqual([2, 4, 0]);
      expect(kilowattHours(cleared.bids)).toEqual([4, 2]);
    }
    const accepted = { mechanism: 'midMarketRate', offers: 'accepted' } as const;
    expect(price(clear(accepted, bids, crossed))).toBe(0.17);
  });
});

describe('published order books', () => {
  // INESC TEC, rec-operation, tests of the pricing mechanisms: offers in kWh and cents.
  const bids = [[500, 45], [500, 40], [500, 35]] as const; // prettier-ignore
  const crossed = [[500, 0], [500, 10], [500, 50]] as const; // prettier-ignore
  const accepted = { offers: 'accepted' } as const;

  it('of the pruned mid-market rate and ratio: offers that would not trade set no price', () => {
    const rate = { mechanism: 'midMarketRate', ...accepted } as const;
    const ratio = { mechanism: 'supplyDemandRatio', ...accepted } as const;
    expect(price(clear(rate, bids, [[500, 0], [600, 10], [500, 50]]))).toBe(22.5); // prettier-ignore
    expect(price(clear(ratio, bids, crossed))).toBe(10);
    const pruned = clear(rate, bids.slice(0, 2), [[500, 0], [500, 10], [100, 20]]); // prettier-ignore
    expect(price(pruned)).toBe(25);
    expect(kilowattHours(pruned.asks)).toEqual([500, 500, 0]);
    const last = clear(ratio, [...bids.slice(0, 2), [100, 35]], crossed.slice(0, 2));
    expect(price(last)).toBe(10);
    expect(kilowattHours(last.bids)).toEqual([500, 500, 0]);
  });

  it("of Huang's auction in pymarket: the marginal bid and ask set the prices and do not trade", () => {
    const cleared = clear(
      { mechanism: 'huang' },
      [[1, 3], [2, 4], [5, 1]], // prettier-ignore
      [[4, 2], [1, 1], [5, 6]], // prettier-ignore
    );
    expect(kilowattHours(cleared.bids)).toEqual([0, 1, 0]);
    expect(kilowattHours(cleared.asks)).toEqual([0, 1, 0]);
    expect(cleared.prices).toEqual({ buyers: 3_000_000, sellers: 2_000_000 });
  });
});

describe('pay as bid', () => {
  it('gives each seller what its buyers pay, alike to all who ask the same', () => {
    const cleared = clear({ mechanism: 'payAsBid' }, [[1, 0.3], [1, 0.2]], [[1, 0.1], [1, 0.1]]); // prettier-ignore
    expect(cleared.bids.map(({ amountPico }) => amountPico)).toEqual([
      300_000_000_000n,
      200_000_000_000n,
    ]);
    expect(cleared.asks.map(({ amountPico }) => amountPico)).toEqual([
      250_000_000_000n,
      250_000_000_000n,
    ]);
    expect(cleared.residualPico).toBe(0n);
  });

  it('keeps the difference as residual where sellers get what they asked', () => {
    const cleared = clear({ mechanism: 'payAsBid', sellers: 'ask' }, [[1, 0.3]], [[2, 0.1]]);
    expect(cleared.asks[0]?.amountPico).toBe(100_000_000_000n);
    expect(cleared.residualPico).toBe(200_000_000_000n);
  });
});

describe('double auctions', () => {
  it('price between the last used ask and the last filled bid, for all or for each pair', () => {
    const bids = [[1, 0.3], [1, 0.2]] as const; // prettier-ignore
    const asks = [[1, 0.1], [2, 0.15]] as const; // prettier-ignore
    expect(price(clear({ mechanism: 'doubleAuction' }, bids, asks))).toBe(0.175);
    expect(price(clear({ mechanism: 'doubleAuction', k: '1' }, bids, asks))).toBe(0.2);
    const pairs = clear({ mechanism: 'doubleAuction', pricing: 'discriminatory' }, bids, asks);
    expect(pairs.bids.map(({ amountPico }) => Number(amountPico) / 1e12)).toEqual([0.2, 0.175]);
    expect(pairs.prices).toBeUndefined();
  });

  it('of Huang leave the marginal orders out and take the surplus off the longer side in equal parts', () => {
    const cleared = clear(
      { mechanism: 'huang' },
      [[2, 0.5], [0.2, 0.45], [3, 0.4], [2, 0.3]], // prettier-ignore
      [[1, 0.1], [3, 0.15], [3, 0.2]], // prettier-ignore
    );
    // 7 kWh cross; the bid at 0.3 and the ask at 0.2 set the prices. 5.2 are left against 4.
    expect(kilowattHours(cleared.bids)).toEqual([1.5, 0, 2.5, 0]);
    expect(kilowattHours(cleared.asks)).toEqual([1, 3, 0]);
    expect(cleared.prices).toEqual({ buyers: 300_000, sellers: 200_000 });
    expect(cleared.residualPico).toBe(4_000_000n * 100_000n);
  });

  it('of MUDA make each participant of the longer side pay what it keeps others from gaining', () => {
    const asks = side('s', [
      [1, 0.1],
      [1, 0.3],
      [1, 0.2],
      [1, 0.35],
    ]).map((order, index) => ({
      // prettier-ignore
      ...order,
      participant: index < 2 ? 'x' : 'y',
    }));
    const book = { bids: side('b', [[2, 0.6], [1, 0.5]]), asks }; // prettier-ignore
    const cleared = clearOrderBook({ mechanism: 'muda', price: 400_000 }, book);
    expect(kilowattHours(cleared.asks)).toEqual([1, 1, 1, 0]);
    // In the place of x, y would also have sold at 0.35 and gained 0.05; in that of y nobody.
    const earned = cleared.asks.map(({ amountPico }) => Number(amountPico) / 1e12);
    expect(earned).toEqual([0.35, 0.4, 0.4, 0]);
    expect(cleared.residualPico).toBe(50_000_000_000n);
  });

  it('of MUDA trade each seeded half at the price of the other', () => {
    const bids = side(
      'b',
      Array.from({ length: 20 }, (_, i) => [1, 0.2 + i / 100] as const),
    );
    const asks = side(
      's',
      Array.from({ length: 20 }, (_, i) => [1, 0.1 + i / 100] as const),
    );
    const cleared = ['one', 'two', 'three'].map((seed) =>
      clearOrderBook({ mechanism: 'muda', seed }, { bids, asks }),
    );
    for (const { totalMilliwattHours } of cleared) {
      expect(totalMilliwattHours).toBeGreaterThan(2_000_000);
    }
    const fills = new Set(cleared.map((one) => kilowattHours(one.bids).join()));
    expect(fills.size).toBeGreaterThan(1);
  });
});

const RULES: readonly MarketRule[] = [
  ...(['lowest', 'highest', 'middle', 'lastAsk'] as const).map((which) => ({
    mechanism: 'poolCrossing' as const,
    price: which,
  })),
  { mechanism: 'payAsBid' },
  { mechanism: 'payAsBid', sellers: 'ask' },
  { mechanism: 'midMarketRate', divider: '2/7' },
  { mechanism: 'midMarketRate', offers: 'accepted' },
  { mechanism: 'supplyDemandRatio' },
  { mechanism: 'supplyDemandRatio', compensation: '0.3', offers: 'accepted' },
  { mechanism: 'doubleAuction', k: '1/3' },
  { mechanism: 'doubleAuction', pricing: 'discriminatory', k: '0.7' },
  { mechanism: 'huang' },
  { mechanism: 'muda', price: 17 },
  { mechanism: 'muda', seed: 'any' },
];

/** Few prices, so that many orders tie; energies to the largest that twelve orders may have. */
const order = fc.record({
  milliwattHours: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 750_000_000_000_000 })),
  price: fc.oneof(fc.integer({ min: -5, max: 40 }), fc.integer({ min: -900_000, max: 9_000_000 })),
  participant: fc.constantFrom(undefined, 'x', 'y'),
});
const orders = (name: string): fc.Arbitrary<MarketOrder[]> =>
  fc.array(order, { maxLength: 12 }).map((all) =>
    all.map(({ participant, ...rest }, index) => ({
      id: `${name}${index}`,
      ...rest,
      ...(participant !== undefined && { participant: `${participant}${name}` }),
    })),
  );
const book = fc.record({ bids: orders('b'), asks: orders('s') });
type Book = { readonly bids: readonly MarketOrder[]; readonly asks: readonly MarketOrder[] };

const sum = (fills: ClearedOrderBook['bids']): bigint =>
  fills.reduce((total, { milliwattHours }) => total + BigInt(milliwattHours), 0n);
const amount = (fills: ClearedOrderBook['bids']): bigint =>
  fills.reduce((total, { amountPico }) => total + amountPico, 0n);
const byId = (all: readonly MarketOrder[]): MarketOrder[] =>
  [...all].sort((a, b) => (a.id < b.id ? -1 : 1));

/** What is wrong with a cleared book: energy, money, limits. */
function faults(rule: MarketRule, given: Book, cleared: ClearedOrderBook): string[] {
  const found: string[] = [];
  const total = BigInt(cleared.totalMilliwattHours);
  if (sum(cleared.bids) !== total || sum(cleared.asks) !== total) found.push('energy');
  if (amount(cleared.bids) - amount(cleared.asks) !== cleared.residualPico) found.push('money');
  if (cleared.residualPico < 0n) found.push('residual');
  for (const [limits, fills, sign] of [
    [byId(given.bids), cleared.bids, 1n],
    [byId(given.asks), cleared.asks, -1n],
  ] as const) {
    // A fee of MUDA is booked on one order of a participant and covered by all of them.
    const gains = new Map<string, bigint>();
    for (const [index, fill] of fills.entries()) {
      const limit = limits[index] as MarketOrder;
      if (!(fill.milliwattHours >= 0 && fill.milliwattHours <= limit.milliwattHours)) {
        found.push(`${fill.id} trades ${fill.milliwattHours} of ${limit.milliwattHours}`);
      }
      const worth = BigInt(fill.milliwattHours) * BigInt(limit.price);
      const who = rule.mechanism === 'muda' ? (limit.participant ?? fill.id) : fill.id;
      gains.set(who, (gains.get(who) ?? 0n) + sign * (worth - fill.amountPico));
    }
    for (const [who, gain] of gains) if (gain < 0n) found.push(`${who} loses ${gain}`);
  }
  return found;
}

describe.each(RULES.map((rule) => [JSON.stringify(rule), rule] as const))('%s', (_, rule) => {
  it('conserves energy and money and treats nobody worse than its limit', () => {
    let traded = 0;
    fc.assert(
      fc.property(book, (given) => {
        const cleared = clearOrderBook(rule, given);
        expect(faults(rule, given, cleared)).toEqual([]);
        if (cleared.totalMilliwattHours > 0) traded++;
      }),
      { numRuns: RUNS },
    );
    expect(traded).toBeGreaterThan(RUNS / 10);
  });

  it('gives the same for every order of the book', () => {
    const shuffled = book.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(given.bids, { minLength: given.bids.length }),
        fc.shuffledSubarray(given.asks, { minLength: given.asks.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([given, bids, asks]) => {
        expect(clearOrderBook(rule, { bids, asks })).toEqual(clearOrderBook(rule, given));
      }),
      { numRuns: RUNS / 3 },
    );
  });
});

describe('a uniform price', () => {
  /** Most energy any single price clears, tried at every limit there is. */
  function mostEnergy({ bids, asks }: Book): number {
    let most = 0;
    for (const { price: tried } of [...bids, ...asks]) {
      let demand = 0;
      let supply = 0;
      for (const bid of bids) if (bid.price >= tried) demand += bid.milliwattHours;
      for (const ask of asks) if (ask.price <= tried) supply += ask.milliwattHours;
      most = Math.max(most, Math.min(demand, supply));
    }
    return most;
  }

  it.each(['lowest', 'highest', 'middle'] as const)(
    'of a crossing (%s) clears the most energy and leaves nobody unserved whose limit is better',
    (which) => {
      fc.assert(
        fc.property(book, (given) => {
          const cleared = clearOrderBook({ mechanism: 'poolCrossing', price: which }, given);
          expect(cleared.totalMilliwattHours).toBe(mostEnergy(given));
          if (cleared.totalMilliwattHours === 0) return;
          const at = cleared.prices?.buyers ?? NaN;
          const served = (fills: ClearedOrderBook['bids'], all: readonly MarketOrder[]) =>
            byId(all).map((limit, index) => [limit, fills[index]?.milliwattHours] as const);
          for (const [bid, energy] of served(cleared.bids, given.bids)) {
            if (bid.price > at) expect(energy).toBe(bid.milliwattHours);
            if (bid.price < at) expect(energy).toBe(0);
          }
          for (const [ask, energy] of served(cleared.asks, given.asks)) {
            if (ask.price < at) expect(energy).toBe(ask.milliwattHours);
            if (ask.price > at) expect(energy).toBe(0);
          }
        }),
        { numRuns: RUNS },
      );
    },
  );

  it('serves equal orders alike, to one mWh', () => {
    fc.assert(
      fc.property(book, fc.nat({ max: 1e12 }), fc.integer({ min: 0, max: 40 }), (given, q, p) => {
        const twins = ['t0', 't1'].map((id) => ({ id, milliwattHours: q, price: p }));
        const cleared = clearOrderBook(pool, { bids: given.bids, asks: [...given.asks, ...twins] });
        const [first, second] = twins.map(
          (twin) => cleared.asks.find(({ id }) => id === twin.id)?.milliwattHours ?? NaN,
        );
        expect(Math.abs((first ?? NaN) - (second ?? NaN))).toBeLessThanOrEqual(1);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a market', () => {
  const columns = (energies: number[], prices: number[]) => ({
    milliwattHours: Float64Array.from(energies),
    prices: Float64Array.from(prices),
  });

  it('clears interval after interval into the same columns, whatever came before', () => {
    const market = new Market(pool);
    const out = { sharedIn: new Float64Array(2), sharedOut: new Float64Array(2) };
    const busy = { bids: columns([5, 0], [9, 9]), asks: columns([0, 7], [1, 2]) };
    const idle = { bids: columns([0, 0], [9, 9]), asks: columns([0, 0], [1, 2]) };
    expect(market.clear(busy, out)).toMatchObject({ totalMilliwattHours: 5 });
    expect([[...out.sharedIn], [...out.sharedOut]]).toEqual([[5, 0], [0, 5]]); // prettier-ignore
    expect(market.clear(idle, out)).toMatchObject({ totalMilliwattHours: 0 });
    expect([[...out.sharedIn], [...out.sharedOut]]).toEqual([[0, 0], [0, 0]]); // prettier-ignore
  });

  it.each([
    ['a broken energy', columns([1.5], [1]), 'bad-value'],
    ['a negative energy', columns([-1], [1]), 'bad-value'],
    ['a missing energy', columns([NaN], [1]), 'bad-value'],
    ['a broken price', columns([1], [0.5]), 'bad-value'],
    ['too few prices', columns([1, 1], [1]), 'bad-value'],
    ['more than 2^53 - 1 mWh', columns([2 ** 53 - 1, 1], [1, 1]), 'out-of-range'],
  ])('refuses %s', (_, bids, code) => {
    let thrown: unknown;
    try {
      new Market(pool).clear({ bids, asks: columns([1], [1]) });
    } catch (error) {
      thrown = error;
    }
    expect(isSettlementError(thrown) && thrown.code).toBe(code);
  });

  it('refuses rules whose types nobody checked, by what is wrong with them', () => {
    const made = (rule: object): (() => Market) => {
      return () => new Market(rule as MarketRule);
    };
    expect(made({ mechanism: 'vcg' })).toThrow(
      /mechanism: got "vcg", expected one of poolCrossing/,
    );
    expect(made({ mechanism: 'poolCrossing', price: 'mean' })).toThrow(/one of lowest, highest/);
    expect(made({ mechanism: 'huang', k: '1/2' })).toThrow(
      /option k: .*expected an option of it: none/,
    );
    expect(made({ mechanism: 'muda' })).toThrow(/either a price or a seed/);
    expect(made({ mechanism: 'muda', price: 1, seed: 'x' })).toThrow(/either a price or a seed/);
    expect(made({ mechanism: 'muda', price: '1' })).toThrow(/muda price: got "1"/);
    expect(() => clearOrderBook(pool, { bids: [] } as never)).toThrow(/asks: expected a list/);
  });

  it('refuses ratios outside 0 to 1, broken prices and an id that comes twice', () => {
    const rules: MarketRule[] = [
      { mechanism: 'midMarketRate', divider: '1.1' },
      { mechanism: 'midMarketRate', divider: '3/0' },
      { mechanism: 'supplyDemandRatio', compensation: '-0.1' },
      { mechanism: 'muda', price: 0.5 },
    ];
    for (const rule of rules) expect(() => new Market(rule)).toThrow(/expected/);
    const [twice] = side('b', [[1, 1]]);
    if (twice === undefined) throw new Error('no order');
    expect(() => clearOrderBook(pool, { bids: [twice, twice], asks: [] })).toThrow(/comes twice/);
  });
});
