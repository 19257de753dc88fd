import { Allocator } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';
import { checkRule } from './check-rule.js';
import { cross, giveCrossing, poolPrice } from './crossing.js';
import { reduceEqually } from './equal-reduction.js';
import { divideHalfEven, unitFraction, type Fraction } from './exact-fraction.js';
import { midMarketPrice, supplyDemandPrice } from './formula-price.js';
import type {
  ClearedColumns,
  MarketBook,
  MarketClearing,
  MarketRule,
  OrderColumns,
  PoolPrice,
} from './market-rule.js';
import { MeritOrder } from './merit-order.js';
import { tierAmounts } from './pair-amounts.js';
import { seededHalf } from './seeded-half.js';
import { vickreyTrade } from './vickrey-trade.js';

type FormulaRule = Extract<MarketRule, { mechanism: 'midMarketRate' | 'supplyDemandRatio' }>;

/**
 * A market ready to clear one interval after another; what it needs per interval is kept and used
 * again. Results depend on the book alone.
 */
export class Market {
  private readonly bids = new MeritOrder('bids');
  private readonly asks = new MeritOrder('asks');
  private readonly fraction: Fraction;
  private allocator = new Allocator(0);
  private allocatorSize = 0;

  /**
   * @throws SettlementError `bad-parameter` for an unknown mechanism, option or word, a ratio that is none
   *   from 0 to 1, or a bad price.
   */
  constructor(readonly rule: MarketRule) {
    checkRule(rule);
    this.fraction = ruleFraction(rule);
  }

  /**
   * Clears one book.
   * @param out default: new columns.
   * @throws SettlementError `bad-value` for an order that is not whole or columns of other lengths,
   *   `out-of-range` when a side is above 2^53 - 1 mWh.
   */
  clear(book: MarketBook, out: ClearedColumns = columnsFor(book)): MarketClearing {
    checkLengths(book, out);
    out.sharedIn.fill(0);
    out.sharedOut.fill(0);
    const { rule } = this;
    if (rule.mechanism === 'muda' && 'seed' in rule) return this.clearHalves(book, rule.seed, out);
    this.bids.load(book.bids);
    this.asks.load(book.asks);
    switch (rule.mechanism) {
      case 'poolCrossing':
        return this.clearPool(rule.price ?? 'lowest', out);
      case 'midMarketRate':
      case 'supplyDemandRatio':
        return this.clearFormula(rule, book, out);
      case 'payAsBid':
        return this.clearPairs(out, rule.sellers === 'ask');
      case 'doubleAuction':
        if (rule.pricing === 'discriminatory') return this.clearPairs(out, false);
        return this.clearDoubleAuction(out);
      case 'huang':
        return this.clearHuang(out);
      case 'muda':
        return this.clearMuda(rule.price, out);
    }
  }

  private clearPool(price: PoolPrice, out: ClearedColumns): MarketClearing {
    const crossing = cross(this.bids, this.asks);
    giveCrossing(this.bids, this.asks, crossing, out.sharedIn, out.sharedOut);
    if (crossing.volume === 0) return this.withoutTrade(out);
    return uniform(crossing.volume, poolPrice(this.bids, this.asks, crossing, price), out);
  }

  private clearFormula(rule: FormulaRule, book: MarketBook, out: ClearedColumns): MarketClearing {
    const { bids, asks } = this;
    if (bids.tiers === 0 || asks.tiers === 0) return this.withoutTrade(out);
    const crossing = cross(bids, asks);
    const accepted = rule.offers === 'accepted';
    if (accepted && crossing.volume === 0) return this.withoutTrade(out);
    const lastBid = accepted ? crossing.lastBid : bids.tiers - 1;
    const lastAsk = accepted ? crossing.lastAsk : asks.tiers - 1;
    const inputs = {
      lowestBid: BigInt(bids.prices[lastBid] as number),
      highestAsk: BigInt(asks.prices[lastAsk] as number),
      demand: BigInt(bids.totalOf(lastBid + 1)),
      supply: BigInt(asks.totalOf(lastAsk + 1)),
    };
    const ratio = rule.mechanism === 'supplyDemandRatio';
    const leastAsk = ratio && inputs.highestAsk < 0n ? 0n : inputs.highestAsk;
    if (inputs.lowestBid < leastAsk) return this.clearPool('lastAsk', out);
    const price = (ratio ? supplyDemandPrice : midMarketPrice)(inputs, this.fraction);
    if (accepted) giveCrossing(bids, asks, crossing, out.sharedIn, out.sharedOut);
    else this.giveProRata(book, out);
    return uniform(crossing.volume, Number(price), out);
  }

  /** The short side whole, the long side in proportion: all of a side trade at one price. */
  private giveProRata({ bids, asks }: MarketBook, out: ClearedColumns): void {
    const volume = Math.min(this.bids.total, this.asks.total);
    const size = Math.max(out.sharedIn.length, out.sharedOut.length);
    if (size > this.allocatorSize) {
      this.allocator = new Allocator(size);
      this.allocatorSize = size;
    }
    const { allocator } = this;
    allocator.allocate(volume, bids.milliwattHours, this.bids.total, out.sharedIn);
    allocator.allocate(volume, asks.milliwattHours, this.asks.total, out.sharedOut);
  }

  private clearDoubleAuction(out: ClearedColumns): MarketClearing {
    const { bids, asks } = this;
    const crossing = cross(bids, asks);
    giveCrossing(bids, asks, crossing, out.sharedIn, out.sharedOut);
    if (crossing.volume === 0) return this.withoutTrade(out);
    const bid = bids.prices[crossing.lastBid] as number;
    const ask = asks.prices[crossing.lastAsk] as number;
    return uniform(crossing.volume, this.between(ask, bid), out);
  }

  /** Each pair of tiers at its own price. @param spread each side at its own limit instead. */
  private clearPairs(out: ClearedColumns, spread: boolean): MarketClearing {
    const { bids, asks } = this;
    const paid = new Array<bigint>(bids.tiers).fill(0n);
    const earned = new Array<bigint>(asks.tiers).fill(0n);
    const crossing = cross(bids, asks, (bid, ask, energy) => {
      const dear = bids.prices[bid] as number;
      const cheap = asks.prices[ask] as number;
      const price = spread ? dear : this.between(cheap, dear);
      paid[bid] = (paid[bid] as bigint) + BigInt(energy) * BigInt(price);
      const got = spread ? cheap : price;
      earned[ask] = (earned[ask] as bigint) + BigInt(energy) * BigInt(got);
    });
    giveCrossing(bids, asks, crossing, out.sharedIn, out.sharedOut);
    return withAmounts(
      crossing.volume,
      tierAmounts(bids, paid, out.sharedIn),
      tierAmounts(asks, earned, out.sharedOut),
      out,
    );
  }

  private clearHuang(out: ClearedColumns): MarketClearing {
    const { bids, asks } = this;
    const crossing = cross(bids, asks);
    if (crossing.volume === 0) return this.withoutTrade(out);
    const demand = bids.totalOf(crossing.lastBid);
    const supply = asks.totalOf(crossing.lastAsk);
    const volume = Math.min(demand, supply);
    giveBefore(bids, crossing.lastBid, demand - volume, out.sharedIn);
    giveBefore(asks, crossing.lastAsk, supply - volume, out.sharedOut);
    const prices = {
      buyers: bids.prices[crossing.lastBid] as number,
      sellers: asks.prices[crossing.lastAsk] as number,
    };
    const residualPico = BigInt(volume) * BigInt(prices.buyers - prices.sellers);
    return { ...out, totalMilliwattHours: volume, prices, residualPico };
  }

  private clearMuda(price: number, out: ClearedColumns): MarketClearing {
    const paidPico = noAmounts(out.sharedIn);
    const earnedPico = noAmounts(out.sharedOut);
    vickreyTrade(this.bids, this.asks, price, { ...out, paidPico, earnedPico });
    return withAmounts(sumOf(out.sharedIn), paidPico, earnedPico, out);
  }

  private clearHalves(book: MarketBook, seed: string, out: ClearedColumns): MarketClearing {
    const { bids, asks } = this;
    const paidPico = noAmounts(out.sharedIn);
    const earnedPico = noAmounts(out.sharedOut);
    const prices = ([0, 1] as const).map((half) => {
      this.loadHalf(book, seed, half);
      const crossing = cross(bids, asks);
      return crossing.volume === 0 ? undefined : poolPrice(bids, asks, crossing, 'lowest');
    });
    for (const half of [0, 1] as const) {
      const price = prices[1 - half];
      if (price === undefined) continue;
      this.loadHalf(book, seed, half);
      vickreyTrade(bids, asks, price, { ...out, paidPico, earnedPico });
    }
    return withAmounts(sumOf(out.sharedIn), paidPico, earnedPico, out);
  }

  private loadHalf(book: MarketBook, seed: string, half: 0 | 1): void {
    const inHalf =
      ({ participants }: OrderColumns) =>
      (position: number) =>
        seededHalf(seed, participants?.[position] ?? position) === half;
    this.bids.load(book.bids, inHalf(book.bids));
    this.asks.load(book.asks, inHalf(book.asks));
  }

  /** ask + (bid - ask) x k, rounded half-even. */
  private between(ask: number, bid: number): number {
    const { numerator, denominator } = this.fraction;
    const spread = (BigInt(bid) - BigInt(ask)) * numerator;
    return Number(divideHalfEven(BigInt(ask) * denominator + spread, denominator));
  }

  private withoutTrade(out: ClearedColumns): MarketClearing {
    const nothing = { ...out, totalMilliwattHours: 0, residualPico: 0n };
    const { bids, asks } = this;
    if (bids.tiers > 0 && asks.tiers > 0) return nothing;
    const price = bids.tiers > 0 ? bids.prices[0] : asks.tiers > 0 ? asks.prices[0] : 0;
    return { ...nothing, prices: { buyers: price as number, sellers: price as number } };
  }
}

/**
 * Clears one book by a rule. For many intervals make one {@link Market} and clear with it.
 * @throws SettlementError as {@link Market}.
 */
export function clearMarket(rule: MarketRule, book: MarketBook): MarketClearing {
  return new Market(rule).clear(book);
}

/** What each bid pays and each ask earns, exact, whichever way the clearing says it. */
export function clearedAmounts(clearing: MarketClearing): {
  readonly paidPico: readonly bigint[];
  readonly earnedPico: readonly bigint[];
} {
  const { prices, sharedIn, sharedOut } = clearing;
  const at = (price: number | undefined, energies: Float64Array): bigint[] =>
    Array.from(energies, (energy) => BigInt(energy) * BigInt(price ?? 0));
  return {
    paidPico: clearing.paidPico ?? at(prices?.buyers, sharedIn),
    earnedPico: clearing.earnedPico ?? at(prices?.sellers, sharedOut),
  };
}

function ruleFraction(rule: MarketRule): Fraction {
  switch (rule.mechanism) {
    case 'midMarketRate':
      return unitFraction(rule.divider ?? '1/2', 'divider');
    case 'supplyDemandRatio':
      return unitFraction(rule.compensation ?? '0', 'compensation');
    case 'doubleAuction':
      return unitFraction(rule.k ?? '1/2', 'k');
    default:
      return { numerator: 1n, denominator: 1n };
  }
}

/** The orders of the tiers before the marginal one, less what the longer side gives up. */
function giveBefore(side: MeritOrder, tiers: number, reduction: number, out: Float64Array): void {
  side.giveWhole(tiers, out);
  if (reduction === 0) return;
  const positions = Array.from(side.order.subarray(0, side.starts[tiers])).sort((a, b) => a - b);
  reduceEqually(positions, out, reduction);
}

function uniform(volume: number, price: number, out: ClearedColumns): MarketClearing {
  const prices = { buyers: price, sellers: price };
  return { ...out, totalMilliwattHours: volume, prices, residualPico: 0n };
}

function withAmounts(
  volume: number,
  paidPico: bigint[],
  earnedPico: bigint[],
  out: ClearedColumns,
): MarketClearing {
  const sum = (amounts: bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
  const residualPico = sum(paidPico) - sum(earnedPico);
  return { ...out, totalMilliwattHours: volume, paidPico, earnedPico, residualPico };
}

function columnsFor({ bids, asks }: MarketBook): ClearedColumns {
  return {
    sharedIn: new Float64Array(bids.milliwattHours.length),
    sharedOut: new Float64Array(asks.milliwattHours.length),
  };
}

function noAmounts(column: Float64Array): bigint[] {
  return new Array<bigint>(column.length).fill(0n);
}

function sumOf(column: Float64Array): number {
  return column.reduce((sum, energy) => sum + energy, 0);
}

function checkLengths({ bids, asks }: MarketBook, out: ClearedColumns): void {
  for (const [side, columns, cleared] of [
    ['bids', bids, out.sharedIn],
    ['asks', asks, out.sharedOut],
  ] as const) {
    const size = columns.milliwattHours.length;
    const same =
      columns.prices.length === size &&
      cleared.length === size &&
      (columns.participants?.length ?? size) === size;
    if (!same) {
      throw new SettlementError(
        'bad-value',
        `${side}: got ${size} energies, ${columns.prices.length} prices and ${cleared.length} places for results, expected as many of each`,
      );
    }
  }
}
