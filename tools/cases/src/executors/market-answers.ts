import {
  clearOrderBook,
  type ClearedOrderBook,
  type MarketFill,
  type MarketRule,
} from '@microgrid/settlement';
import { fraction, type Fraction } from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { ofMillionths } from '../decimal.js';
import { isList, isRecord, plainName, textOf, type Json } from '../json.js';
import type { OrderLists } from './order-lists.js';

/** A cleared book that can be asked what a case expects of it. */
export class MarketAnswers {
  private readonly cleared: ClearedOrderBook;
  private readonly participantOf = new Map<string, string>();

  constructor(
    private readonly rule: MarketRule,
    lists: OrderLists,
  ) {
    this.cleared = clearOrderBook(rule, lists);
    for (const { id, participant } of [...lists.bids, ...lists.asks]) {
      this.participantOf.set(id, participant ?? id);
    }
  }

  /** What came out for a field of the expectation. @throws NotUnderstood for an unknown field. */
  answer(name: string, expected: Json): Actual {
    const { cleared } = this;
    const price = (side: 'buyers' | 'sellers'): Actual =>
      cleared.prices === undefined ? null : ofMillionths(cleared.prices[side]);
    switch (plainName(name)) {
      case 'price':
      case 'prices':
      case 'clearingprice':
      case 'clearingrate':
      case 'rate':
      case 'mcp':
      case 'equilibriumprice':
      case 'uniformprice':
      case 'marketprice':
        return this.onePrice();
      case 'buyersprice':
      case 'buyerprice':
      case 'buyprice':
        return price('buyers');
      case 'sellersprice':
      case 'sellerprice':
      case 'sellprice':
        return price('sellers');
      case 'volume':
      case 'quantity':
      case 'traded':
      case 'tradedvolume':
      case 'tradedenergy':
      case 'tradedquantity':
      case 'clearingenergy':
      case 'clearedenergy':
      case 'clearedquantity':
      case 'clearedvolume':
      case 'total':
        return ofMillionths(cleared.totalMilliwattHours);
      case 'residual':
      case 'auctioneer':
      case 'budgetsurplus':
      case 'auctioneerkeeps':
      case 'auctioneersurplus':
      case 'marketmaker':
      case 'marketresidual':
      case 'spread':
        return ofPico(cleared.residualPico);
      case 'trades':
        return this.trades(expected);
      case 'tradedunits':
      case 'allocation':
      case 'allocations':
      case 'fills':
      case 'quantities':
      case 'bought':
      case 'sold':
      case 'buyers':
      case 'sellers':
        return this.byName(expected, ({ milliwattHours }) => ofMillionths(milliwattHours));
      case 'payments':
      case 'paid':
      case 'pays':
      case 'earned':
      case 'earns':
      case 'revenues':
        return this.byName(expected, ({ amountPico }) => ofPico(amountPico));
      case 'fees':
        return this.fees(expected);
      default:
        throw new NotUnderstood(`expected.${name} is nothing a market answers`);
    }
  }

  /** The price buyers and sellers have in common, or what MUDA was given. */
  private onePrice(): Actual {
    const { cleared, rule } = this;
    if (rule.mechanism === 'muda' && 'price' in rule) return ofMillionths(rule.price);
    if (cleared.prices === undefined) return null;
    const { buyers, sellers } = cleared.prices;
    if (buyers !== sellers) throw new NotUnderstood('expected.price: buyers and sellers have two');
    return ofMillionths(buyers);
  }

  /** `[id, quantity, price]` of the orders named, then of others that trade. */
  private trades(expected: Json): Actual {
    if (!isList(expected)) throw new NotUnderstood('expected.trades: expected a list');
    const named = expected.map((one) => {
      if (isList(one) && (one.length === 2 || one.length === 3)) return one;
      throw new NotUnderstood(
        'expected.trades: expected [order, quantity] or [order, quantity, price]',
      );
    });
    const ids = new Set(named.map(([id]) => textOf(id)));
    // A list of one side's trades says nothing of the other side.
    const sides = [this.cleared.bids, this.cleared.asks];
    const asked = sides.filter((side) => side.some(({ id }) => ids.has(id)));
    const others = (asked.length === 0 ? sides : asked)
      .flat()
      .filter(({ id, milliwattHours }) => milliwattHours > 0 && !ids.has(id))
      .map(({ id, milliwattHours }) => [id, ofMillionths(milliwattHours)]);
    return [
      ...named.map(([id, , withPrice]) => {
        const [fill, side] = this.fillOf(textOf(id));
        const price = this.cleared.prices?.[side];
        return [
          textOf(id),
          ofMillionths(fill.milliwattHours),
          ...(withPrice === undefined
            ? []
            : [price === undefined ? meanPrice(fill) : ofMillionths(price)]),
        ];
      }),
      ...others,
    ];
  }

  private fillOf(id: string): [MarketFill, 'buyers' | 'sellers'] {
    const { bids, asks } = this.cleared;
    const bid = bids.find((fill) => fill.id === id);
    const ask = asks.find((fill) => fill.id === id);
    if (bid !== undefined && ask !== undefined)
      throw new NotUnderstood(`order ${id} is on both sides`);
    if (bid !== undefined) return [bid, 'buyers'];
    if (ask !== undefined) return [ask, 'sellers'];
    throw new NotUnderstood(`order ${id} is in no book`);
  }

  /** One value for each order or participant the expectation names. */
  private byName(expected: Json, value: (fill: MarketFill) => Fraction): Actual {
    const ids = isRecord(expected) ? Object.keys(expected) : [];
    if (ids.length === 0) throw new NotUnderstood('expected values by order or participant');
    return Object.fromEntries(ids.map((id) => [id, sum(this.fillsOf(id).map(value))]));
  }

  private fillsOf(name: string): MarketFill[] {
    const fills = [...this.cleared.bids, ...this.cleared.asks].filter(
      ({ id }) => id === name || this.participantOf.get(id) === name,
    );
    if (fills.length === 0) throw new NotUnderstood(`${name} has no order`);
    return fills;
  }

  /** What a participant pays above, or gets below, the price of the trade. */
  private fees(expected: Json): Actual {
    const { rule } = this;
    if (rule.mechanism !== 'muda' || !('price' in rule)) {
      throw new NotUnderstood('expected.fees: only MUDA at a given price has fees');
    }
    const bids = new Set(this.cleared.bids.map(({ id }) => id));
    return this.byName(expected, ({ id, milliwattHours, amountPico }) => {
      const plain = BigInt(milliwattHours) * BigInt(rule.price);
      return ofPico(bids.has(id) ? amountPico - plain : plain - amountPico);
    });
  }
}

function ofPico(amount: bigint): Fraction {
  return fraction(amount, 1_000_000_000_000n);
}

/** What a kWh of an order cost or brought, where it did trade. */
function meanPrice({ milliwattHours, amountPico }: MarketFill): Actual {
  if (milliwattHours === 0) return null;
  return fraction(amountPico, BigInt(milliwattHours) * 1_000_000n);
}

function sum(values: readonly Fraction[]): Fraction {
  return values.reduce(
    (total, value) =>
      fraction(
        total.numerator * value.denominator + value.numerator * total.denominator,
        total.denominator * value.denominator,
      ),
    fraction(0),
  );
}
