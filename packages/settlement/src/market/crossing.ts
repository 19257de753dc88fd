import type { MeritOrder } from './merit-order.js';
import { divideHalfEven } from './exact-fraction.js';
import type { PoolPrice } from './market-rule.js';

/** Where the falling bids meet the rising asks: the most energy both sides' limits allow. */
export interface Crossing {
  readonly volume: number;
  /** Last bid and ask tier that trade, and how much of them; -1 without a trade. */
  readonly lastBid: number;
  readonly lastAsk: number;
  readonly lastBidEnergy: number;
  readonly lastAskEnergy: number;
  /** First tiers that are not wholly served; the number of tiers where all are. */
  readonly openBid: number;
  readonly openAsk: number;
}

/**
 * Pairs the dearest bids with the cheapest asks as long as the bid is at least the ask.
 * @param pair called for each pair of tiers with the energy they trade.
 */
export function cross(
  bids: MeritOrder,
  asks: MeritOrder,
  pair?: (bid: number, ask: number, energy: number) => void,
): Crossing {
  let bid = 0;
  let ask = 0;
  let usedBid = 0;
  let usedAsk = 0;
  let volume = 0;
  let lastBid = -1;
  let lastAsk = -1;
  let lastBidEnergy = 0;
  let lastAskEnergy = 0;
  while (bid < bids.tiers && ask < asks.tiers) {
    if ((bids.prices[bid] as number) < (asks.prices[ask] as number)) break;
    const bidTotal = bids.totals[bid] as number;
    const askTotal = asks.totals[ask] as number;
    const energy = Math.min(bidTotal - usedBid, askTotal - usedAsk);
    pair?.(bid, ask, energy);
    volume += energy;
    usedBid += energy;
    usedAsk += energy;
    lastBid = bid;
    lastAsk = ask;
    lastBidEnergy = usedBid;
    lastAskEnergy = usedAsk;
    if (usedBid === bidTotal) {
      bid++;
      usedBid = 0;
    }
    if (usedAsk === askTotal) {
      ask++;
      usedAsk = 0;
    }
  }
  return {
    volume,
    lastBid,
    lastAsk,
    lastBidEnergy,
    lastAskEnergy,
    openBid: bid,
    openAsk: ask,
  };
}

/** Writes what each order trades in a crossing: whole before the last tier, pro rata in it. */
export function giveCrossing(
  bids: MeritOrder,
  asks: MeritOrder,
  crossing: Crossing,
  sharedIn: Float64Array,
  sharedOut: Float64Array,
): void {
  if (crossing.volume === 0) return;
  bids.giveWhole(crossing.lastBid, sharedIn);
  bids.givePart(crossing.lastBid, crossing.lastBidEnergy, sharedIn);
  asks.giveWhole(crossing.lastAsk, sharedOut);
  asks.givePart(crossing.lastAsk, crossing.lastAskEnergy, sharedOut);
}

/**
 * The uniform price of a crossing with a trade. At every price from `lowest` to `highest` nobody whose
 * limit is strictly better than the price is left unserved: a bid that is only partly filled sets the
 * price itself, however far away the next ask is.
 */
export function poolPrice(
  bids: MeritOrder,
  asks: MeritOrder,
  crossing: Crossing,
  price: PoolPrice,
): number {
  const lastAsk = asks.prices[crossing.lastAsk] as number;
  const lastBid = bids.prices[crossing.lastBid] as number;
  const unserved = crossing.openBid < bids.tiers;
  const unused = crossing.openAsk < asks.tiers;
  const low = unserved ? Math.max(lastAsk, bids.prices[crossing.openBid] as number) : lastAsk;
  const high = unused ? Math.min(lastBid, asks.prices[crossing.openAsk] as number) : lastBid;
  if (price === 'lowest') return low;
  if (price === 'highest') return high;
  if (price === 'middle') return Number(divideHalfEven(BigInt(low) + BigInt(high), 2n));
  return unused ? lastAsk : low;
}
