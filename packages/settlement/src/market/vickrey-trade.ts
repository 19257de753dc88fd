import type { MeritOrder } from './merit-order.js';

/** What one half of a MUDA market trades; amounts and energies are added to the arrays. */
export interface VickreyTrade {
  readonly sharedIn: Float64Array;
  readonly sharedOut: Float64Array;
  readonly paidPico: bigint[];
  readonly earnedPico: bigint[];
}

/**
 * Trades the orders of both sides at a price none of them made: the shorter side whole, of the longer
 * side the orders with the best limits. Each participant of the longer side also pays a fee: the gain
 * at this price of the others' orders that would have traded in the place of its own.
 * Source: Segal-Halevi, Hassidim, Aumann, "MUDA", AAAI 2018 (Vickrey form).
 */
export function vickreyTrade(
  bids: MeritOrder,
  asks: MeritOrder,
  price: number,
  trade: VickreyTrade,
): void {
  const demandTiers = tiersWithin(bids, (limit) => limit >= price);
  const supplyTiers = tiersWithin(asks, (limit) => limit <= price);
  const demand = bids.totalOf(demandTiers);
  const supply = asks.totalOf(supplyTiers);
  const volume = Math.min(demand, supply);
  if (volume === 0) return;
  bids.giveBest(volume, trade.sharedIn);
  asks.giveBest(volume, trade.sharedOut);
  pay(bids, trade.sharedIn, price, trade.paidPico);
  pay(asks, trade.sharedOut, price, trade.earnedPico);
  if (demand > supply) {
    chargeFees(bids, demandTiers, price, trade.sharedIn, (position, fee) => {
      trade.paidPico[position] = (trade.paidPico[position] as bigint) + fee;
    });
  } else if (supply > demand) {
    chargeFees(asks, supplyTiers, price, trade.sharedOut, (position, fee) => {
      trade.earnedPico[position] = (trade.earnedPico[position] as bigint) - fee;
    });
  }
}

function tiersWithin(side: MeritOrder, within: (limit: number) => boolean): number {
  let tiers = 0;
  while (tiers < side.tiers && within(side.prices[tiers] as number)) tiers++;
  return tiers;
}

function pay(side: MeritOrder, traded: Float64Array, price: number, amounts: bigint[]): void {
  for (const position of tradingPositions(side, side.tiers)) {
    const energy = traded[position] as number;
    if (energy > 0) amounts[position] = BigInt(energy) * BigInt(price);
  }
}

function tradingPositions(side: MeritOrder, tiers: number): Int32Array {
  return side.order.subarray(0, side.starts[tiers]);
}

/** The fee of a participant is booked on its first order that trades. */
function chargeFees(
  side: MeritOrder,
  tiers: number,
  price: number,
  traded: Float64Array,
  charge: (position: number, fee: bigint) => void,
): void {
  const positions = tradingPositions(side, tiers);
  const { milliwattHours, prices, participants } = side.columns;
  const owner = (position: number): number => participants?.[position] ?? position;
  const first = new Map<number, number>();
  const energies = new Map<number, number>();
  const waiting: number[] = [];
  for (const position of positions) {
    const energy = traded[position] as number;
    if (energy > 0) {
      const id = owner(position);
      if (!first.has(id)) first.set(id, position);
      energies.set(id, (energies.get(id) ?? 0) + energy);
    }
    if (energy < (milliwattHours[position] as number)) waiting.push(position);
  }
  for (const [id, position] of first) {
    let left = energies.get(id) as number;
    let fee = 0n;
    for (const other of waiting) {
      if (left === 0) break;
      if (owner(other) === id) continue;
      const unserved = (milliwattHours[other] as number) - (traded[other] as number);
      const energy = Math.min(left, unserved);
      fee += BigInt(energy) * BigInt(Math.abs((prices[other] as number) - price));
      left -= energy;
    }
    if (fee > 0n) charge(position, fee);
  }
}
