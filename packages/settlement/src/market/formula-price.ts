import { divideHalfEven, type Fraction } from './exact-fraction.js';

/** What the price formulas know of a book. */
export interface FormulaInputs {
  /** Lowest bid and highest ask, micro-currency per kWh; the bid is at least the ask. */
  readonly lowestBid: bigint;
  readonly highestAsk: bigint;
  /** All energy bid and asked, mWh, both above 0. */
  readonly demand: bigint;
  readonly supply: bigint;
}

/**
 * Mid-market rate, or with a divider other than one half the intermediate rate:
 * highest ask + (lowest bid - highest ask) x divider, rounded half-even to micro-currency per kWh.
 */
export function midMarketPrice(inputs: FormulaInputs, divider: Fraction): bigint {
  const { lowestBid, highestAsk } = inputs;
  const { numerator, denominator } = divider;
  return divideHalfEven(
    highestAsk * denominator + (lowestBid - highestAsk) * numerator,
    denominator,
  );
}

/**
 * Supply and demand ratio r = supply / demand with the compensation c = (bid - ask) x share:
 * r >= 1: ask + c / r; r < 1: bid (ask + c) / ((bid - ask - c) r + ask + c), rounded half-even to
 * micro-currency per kWh. An ask below 0 counts as 0: the second form has a pole there. The result
 * lies from ask to bid.
 */
export function supplyDemandPrice(inputs: FormulaInputs, compensation: Fraction): bigint {
  const { lowestBid, demand, supply } = inputs;
  const ask = inputs.highestAsk < 0n ? 0n : inputs.highestAsk;
  const { numerator, denominator } = compensation;
  const compensated = (lowestBid - ask) * numerator;
  if (supply >= demand) {
    return divideHalfEven(ask * denominator * supply + compensated * demand, denominator * supply);
  }
  const floor = ask * denominator + compensated;
  const divisor = (lowestBid * denominator - floor) * supply + floor * demand;
  return divisor === 0n ? 0n : divideHalfEven(lowestBid * floor * demand, divisor);
}
