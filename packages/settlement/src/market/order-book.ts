import { compareIds } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import { clearedAmounts, clearMarket } from './market.js';
import type { MarketClearing, MarketRule, OrderColumns } from './market-rule.js';

/** One bid or ask of a book. */
export interface MarketOrder {
  /** Unique on its side; ties go by id. */
  readonly id: string;
  /** Who made it, where one participant has several orders; default: its id. */
  readonly participant?: string;
  /** Most energy, whole mWh from 0. */
  readonly milliwattHours: number;
  /** Most a bid pays, least an ask takes: whole micro-currency per kWh. */
  readonly price: number;
}

/** What became of one order. */
export interface MarketFill {
  readonly id: string;
  readonly milliwattHours: number;
  /** What the bid pays or the ask earns, exact: 10^-12 currency units. */
  readonly amountPico: bigint;
}

/** A cleared order book; fills in id order, one for every order. */
export interface ClearedOrderBook {
  readonly bids: readonly MarketFill[];
  readonly asks: readonly MarketFill[];
  readonly totalMilliwattHours: number;
  /** As {@link MarketClearing.prices}. */
  readonly prices?: MarketClearing['prices'];
  /** Paid less earned, never below 0: for the account `market-residual`. */
  readonly residualPico: bigint;
}

/**
 * Clears an order book: {@link clearMarket} for lists of orders. The order of the lists does not matter.
 * @throws SettlementError `bad-value` for an id that comes twice or an order that is not whole,
 *   `bad-parameter` for a bad rule.
 */
export function clearOrderBook(
  rule: MarketRule,
  book: { readonly bids: readonly MarketOrder[]; readonly asks: readonly MarketOrder[] },
): ClearedOrderBook {
  const bids = sorted(book.bids, 'bids');
  const asks = sorted(book.asks, 'asks');
  const names = [...bids, ...asks].map(({ id, participant }) => participant ?? id);
  const number = new Map([...new Set(names)].sort(compareIds).map((id, index) => [id, index]));
  const clearing = clearMarket(rule, {
    bids: columns(bids, number, 'bids'),
    asks: columns(asks, number, 'asks'),
  });
  const { paidPico, earnedPico } = clearedAmounts(clearing);
  return {
    bids: fills(bids, clearing.sharedIn, paidPico),
    asks: fills(asks, clearing.sharedOut, earnedPico),
    totalMilliwattHours: clearing.totalMilliwattHours,
    ...(clearing.prices && { prices: clearing.prices }),
    residualPico: clearing.residualPico,
  };
}

function sorted(orders: readonly MarketOrder[] | undefined, side: string): MarketOrder[] {
  if (orders === undefined) {
    throw new SettlementError(
      'bad-value',
      `${side}: expected a list of orders, which may be empty`,
    );
  }
  const inOrder = [...orders].sort((a, b) => compareIds(a.id, b.id));
  for (const [index, { id }] of inOrder.entries()) {
    if (inOrder[index + 1]?.id !== id) continue;
    throw new SettlementError(
      'bad-value',
      `${side}: the id ${JSON.stringify(id)} comes twice, expected one order of an id; give a participant's several orders ids of their own and the same participant`,
    );
  }
  return inOrder;
}

function columns(
  orders: readonly MarketOrder[],
  numberOf: ReadonlyMap<string, number>,
  side: string,
): OrderColumns {
  for (const { id, milliwattHours } of orders) {
    if (Number.isSafeInteger(milliwattHours) && milliwattHours >= 0) continue;
    throw new SettlementError(
      'bad-value',
      `${side}: order ${JSON.stringify(id)} has ${milliwattHours} mWh, expected a whole number from 0 to 2^53 - 1`,
    );
  }
  return {
    milliwattHours: Float64Array.from(orders, ({ milliwattHours }) => milliwattHours),
    prices: Float64Array.from(orders, ({ price }) => price),
    participants: Int32Array.from(
      orders,
      ({ id, participant }) => numberOf.get(participant ?? id) ?? -1,
    ),
  };
}

function fills(
  orders: readonly MarketOrder[],
  traded: Float64Array,
  amounts: readonly bigint[],
): MarketFill[] {
  return orders.map(({ id }, index) => ({
    id,
    milliwattHours: traded[index] as number,
    amountPico: amounts[index] as bigint,
  }));
}
