import type { MarketOrder } from '@microgrid/settlement';
import { NotUnderstood } from '../case-error.js';
import { millionths } from '../decimal.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';

/** The orders of a book, with whose price units are whole. */
export interface OrderLists {
  readonly bids: readonly MarketOrder[];
  readonly asks: readonly MarketOrder[];
}

const BIDS = ['buy', 'buys', 'bid', 'bids', 'buyers', 'demand', 'buyorders', 'buyoffers'];
const ASKS = [
  'sell',
  'sells',
  'ask',
  'asks',
  'sellers',
  'supply',
  'offers',
  'sellorders',
  'selloffers',
];
const QUANTITIES = ['quantity', 'qty', 'q', 'amount', 'energy', 'volume', 'kwh'];
const PRICES = ['energyrate', 'price', 'p', 'rate', 'value', 'limit', 'limitprice'];

/** Field names of cases that put both sides or the order of values into the name. */
function sideName(key: string): 'bids' | 'asks' | undefined {
  const name = plainName(key).replace(/(?:qtyprice|quantityprice|priceqty)$/, '');
  if (BIDS.includes(name)) return 'bids';
  if (ASKS.includes(name)) return 'asks';
  return undefined;
}

/** Whether a field of an input holds orders of one side. */
export function isSide(key: string): boolean {
  return sideName(key) !== undefined;
}

/** Whether a value is a record with the sides of a book in it. */
export function holdsSides(value: Json): value is JsonRecord {
  return isRecord(value) && Object.keys(value).some(isSide);
}

/**
 * The book that the fields of a record hold, over the orders of `shared`: lists of `[energy, price]`
 * or of records, or orders by id. Nothing where no field is a side of a book.
 */
export function orderLists(record: JsonRecord, shared?: OrderLists): OrderLists | undefined {
  let { bids, asks } = shared ?? {};
  let fixedDemand: Json | undefined;
  let lone: string | undefined;
  for (const [key, value] of Object.entries(record)) {
    // A field such as bids_qty_price may hold both sides.
    const side = holdsSides(value) ? undefined : sideName(key);
    if (side === undefined) continue;
    if (isScalar(value)) {
      if (side === 'bids' && /demand/i.test(key)) fixedDemand = value;
      else lone ??= key;
      continue;
    }
    if (side === 'bids') bids = orders(value, 'b', key);
    if (side === 'asks') asks = orders(value, 's', key);
  }
  if (bids === undefined && asks === undefined) return undefined;
  if (lone !== undefined && scalarOrders(record) === undefined)
    throw new NotUnderstood(`${lone}: expected orders`);
  if (fixedDemand !== undefined && bids === undefined && asks !== undefined)
    bids = [demandAtAnyPrice(fixedDemand, asks)];
  return { bids: bids ?? [], asks: asks ?? [] };
}

const isScalar = (value: Json): boolean => typeof value === 'number' || typeof value === 'string';

const BID_PRICES = ['buy', 'buyprice', 'minbuy', 'lbuy', 'retail', 'retailprice', 'importprice', 'gridprice', 'pbuy', 'pib']; // prettier-ignore
const ASK_PRICES = ['sell', 'sellprice', 'maxsell', 'lsell', 'feedin', 'feedintariff', 'fit', 'exportprice', 'psell', 'pis']; // prettier-ignore
const DEMANDS = ['demand', 'consumption', 'totalbuy', 'buyvolume'];
const RATIOS = ['r', 'ratio', 'sdr', 'supplydemandratio'];
const SUPPLIES = ['supply', 'production', 'generation', 'totalsell', 'sellvolume'];

/** A demand without a price pays what the dearest ask wants. */
function demandAtAnyPrice(quantity: Json, asks: readonly MarketOrder[]): MarketOrder {
  return {
    id: 'demand',
    milliwattHours: millionths(quantity, 'demand'),
    price: Math.max(...asks.map(({ price }) => price)),
  };
}

/** Whether a field of an input holds orders, or what a side pays or trades. */
export function isOrderField(field: string): boolean {
  const name = priceName(field);
  return (
    isSide(field) ||
    /^(?:buyer|seller|bids|asks|buys|sells|orders?|book)/i.test(field) ||
    [BID_PRICES, ASK_PRICES, DEMANDS, SUPPLIES, RATIOS].some((names) => names.includes(name))
  );
}

/** `{ buy: 0.25, sell: 0.05, demand: 10, supply: 4 }`: all of one side have one price. */
export function scalarOrders(record: JsonRecord): OrderLists | undefined {
  const scalar = (names: readonly string[]): Json | undefined =>
    Object.entries(record).find(
      ([key, value]) => isScalar(value) && names.includes(priceName(key)),
    )?.[1];
  const [bid, ask] = [scalar(BID_PRICES), scalar(ASK_PRICES)];
  if (bid === undefined || ask === undefined) return undefined;
  // A ratio of supply to demand says both.
  const ratio = scalar(RATIOS);
  const [demand, supply] = [scalar(DEMANDS), scalar(SUPPLIES) ?? ratio];
  return {
    bids: [order([demand ?? 1, bid], 'demand', 'buy')],
    asks: [order([supply ?? 1, ask], 'supply', 'sell')],
  };
}

/** A name without the unit of a price or an energy. */
const priceName = (key: string): string =>
  plainName(key.replace(/_(?:eur|ct|cents?)?_?(?:per_)?[kM]?Wh$/i, ''));

function orders(value: Json, letter: string, what: string): MarketOrder[] {
  if (isList(value)) {
    const width = String(value.length).length;
    return value.map((one, index) =>
      order(one, `${letter}${String(index).padStart(width, '0')}`, what),
    );
  }
  if (isRecord(value)) return Object.entries(value).map(([id, one]) => order(one, id, what));
  throw new NotUnderstood(`${what}: expected orders`);
}

function order(value: Json, position: string, what: string): MarketOrder {
  if (isList(value) && value.length === 2) {
    return {
      id: position,
      milliwattHours: Math.abs(millionths(value[0], `${what} quantity`)),
      price: millionths(value[1], `${what} price`),
    };
  }
  if (!isRecord(value)) throw new NotUnderstood(`${what}: ${JSON.stringify(value)} is no order`);
  const field = (names: readonly string[]): Json | undefined =>
    Object.entries(value).find(([key]) => names.includes(plainName(key)))?.[1];
  const id = field(['id', 'origin', 'name', 'order']);
  const participant = field(['participant', 'user', 'member', 'owner', 'buyer', 'seller']);
  return {
    id: id === undefined ? position : textOf(id),
    ...(participant !== undefined && { participant: textOf(participant) }),
    // Some books write what is sold as a negative quantity.
    milliwattHours: Math.abs(millionths(field(QUANTITIES), `${what} quantity`)),
    price: millionths(field(PRICES), `${what} price`),
  };
}

/**
 * Orders of one unit each, as `{ buyer0: [90, 60], seller1: [10] }`: every number is the value or cost
 * of one more unit of that participant. Nothing where the record has no such fields.
 */
export function unitOrders(record: JsonRecord): OrderLists | undefined {
  const bids: MarketOrder[] = [];
  const asks: MarketOrder[] = [];
  for (const [participant, value] of Object.entries(record)) {
    const side = /^(buyer|seller)/i.exec(participant)?.[1]?.toLowerCase();
    if (side === undefined || !isList(value) || value.some((one) => isList(one) || isRecord(one))) {
      continue;
    }
    const list = side === 'buyer' ? bids : asks;
    for (const [index, price] of value.entries()) {
      list.push({
        id: `${participant}/${String(index).padStart(4, '0')}`,
        participant,
        milliwattHours: 1_000_000,
        price: millionths(price, participant),
      });
    }
  }
  return bids.length > 0 && asks.length > 0 ? { bids, asks } : undefined;
}
