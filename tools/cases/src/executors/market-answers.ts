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
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import type { OrderLists } from './order-lists.js';

const TRADE_IDS = /^(?:id|order|bid|offer|ask|origin|buyer|seller)(?:_id)?$/i;

/** Names that cases give to results, by what they mean. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  price: [
    'price', 'prices', 'clearingprice', 'clearingrate', 'rate', 'mcp', 'equilibriumprice',
    'uniformprice', 'marketprice',
  ],
  buyersPrice: ['buyersprice', 'buyerprice', 'buyprice'],
  sellersPrice: ['sellersprice', 'sellerprice', 'sellprice'],
  volume: [
    'volume', 'quantity', 'traded', 'tradedvolume', 'tradedenergy', 'tradedquantity', 'energy',
    'clearingenergy', 'clearedenergy', 'clearedquantity', 'clearedvolume', 'total',
  ],
  residual: [
    'residual', 'auctioneer', 'budgetsurplus', 'auctioneerkeeps', 'auctioneersurplus', 'marketmaker',
    'marketresidual', 'spread',
  ],
  trades: ['trades'],
  energies: [
    'tradedunits', 'allocation', 'allocations', 'fills', 'quantities', 'bought', 'sold', 'buyers',
    'sellers',
  ],
  amounts: ['payments', 'paid', 'pays', 'earned', 'earns', 'revenues'],
  fees: ['fees'],
  accepted: ['accepted', 'acceptedoffers'],
  cross: ['cross', 'offerscross'],
}; // prettier-ignore

/** A cleared book that can be asked what a case expects of it. */
export class MarketAnswers {
  private readonly cleared: ClearedOrderBook;
  /** Whether some bid is below some ask, so that not all can trade. */
  private readonly offersCross: boolean;
  private readonly participantOf = new Map<string, string>();

  constructor(
    private readonly rule: MarketRule,
    lists: OrderLists,
  ) {
    this.cleared = clearOrderBook(rule, lists);
    const lowestBid = Math.min(...lists.bids.map(({ price }) => price));
    const highestAsk = Math.max(...lists.asks.map(({ price }) => price));
    this.offersCross = lowestBid < highestAsk;
    for (const { id, participant } of [...lists.bids, ...lists.asks]) {
      this.participantOf.set(id, participant ?? id);
    }
  }

  /** What came out for a field of the expectation. @throws NotUnderstood for an unknown field. */
  answer(name: string, expected: Json): Actual {
    const { cleared } = this;
    const price = (side: 'buyers' | 'sellers'): Actual =>
      cleared.prices === undefined ? null : ofMillionths(cleared.prices[side]);
    const plain = plainName(name);
    switch (Object.entries(MEANINGS).find(([, names]) => names.includes(plain))?.[0]) {
      case 'price':
        return this.onePrice();
      case 'buyersPrice':
        return price('buyers');
      case 'sellersPrice':
        return price('sellers');
      case 'volume':
        return ofMillionths(cleared.totalMilliwattHours);
      case 'residual':
        return ofPico(cleared.residualPico);
      case 'trades':
        return this.trades(expected);
      case 'energies':
        return this.byName(expected, ({ milliwattHours }) => ofMillionths(milliwattHours));
      case 'amounts':
        return this.byName(expected, ({ amountPico }) => ofPico(amountPico));
      case 'fees':
        return this.fees(expected);
      case 'accepted':
        return this.accepted(expected);
      case 'cross':
        return this.offersCross;
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

  /** A trade of an order as a record: its id, what was traded, its price, under the names they are asked by. */
  private tradeRecord(row: JsonRecord): Actual {
    const [idField, id] = Object.entries(row).find(([name]) => TRADE_IDS.test(name)) ?? [];
    if (idField === undefined)
      throw new NotUnderstood('expected.trades: expected the id of an order');
    const [, quantity, price] = this.tradeOf(textOf(id), true);
    return Object.fromEntries(
      Object.keys(row).map((name): [string, Actual] => {
        if (name === idField) return [name, textOf(id)];
        if (/rate|price/i.test(name)) return [name, price ?? null];
        if (/energy|quantity|qty|volume|kwh|amount/i.test(name)) return [name, quantity ?? null];
        throw new NotUnderstood(`expected.trades: ${name} is nothing of a trade`);
      }),
    );
  }

  private tradeOf(id: string, withPrice: boolean): Actual[] {
    const [fill, side] = this.fillOf(id);
    const price = this.cleared.prices?.[side];
    const unit = price === undefined ? meanPrice(fill) : ofMillionths(price);
    return [id, ofMillionths(fill.milliwattHours), ...(withPrice ? [unit] : [])];
  }

  /** `[id, quantity, price]` of the orders named, then of others that trade. */
  private trades(expected: Json): Actual {
    if (!isList(expected)) throw new NotUnderstood('expected.trades: expected a list');
    if (expected.length > 0 && expected.every((one) => isRecord(one)))
      return expected.map((one) => this.tradeRecord(one));
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
      ...named.map(([id, , withPrice]) => this.tradeOf(textOf(id), withPrice !== undefined)),
      ...others,
    ];
  }

  /** How many bids and asks trade: a pair, or a record of the two. */
  private accepted(expected: Json): Actual {
    const count = (fills: readonly MarketFill[]): Fraction =>
      fraction(fills.filter(({ milliwattHours }) => milliwattHours > 0).length);
    const [bids, asks] = [count(this.cleared.bids), count(this.cleared.asks)];
    if (!isRecord(expected)) return [bids, asks];
    return Object.fromEntries(
      Object.keys(expected).map((name) => [name, /^(?:buy|bid)/i.test(name) ? bids : asks]),
    );
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
