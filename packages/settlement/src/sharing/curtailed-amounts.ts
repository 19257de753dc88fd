import type { MarketAmounts } from './sharing-rule.js';

/**
 * What a market's amounts come to when less than it traded is shared: each in proportion to the energy
 * left of it, to whole pico, payments up and earnings down, so that no more is earned than is paid.
 */
export function curtailedAmounts(
  market: MarketAmounts,
  traded: { readonly shares: Float64Array; readonly given: Float64Array },
  sharedIn: Float64Array,
  sharedOut: Float64Array,
): MarketAmounts {
  const scaled = (
    amounts: readonly bigint[],
    before: Float64Array,
    after: Float64Array,
    up: boolean,
  ): bigint[] =>
    amounts.map((amount, point) => {
      const whole = BigInt(before[point] as number);
      if (whole === 0n) return 0n;
      const product = amount * BigInt(after[point] as number);
      const floor = product / whole - (product < 0n && product % whole !== 0n ? 1n : 0n);
      return up && floor * whole !== product ? floor + 1n : floor;
    });
  return {
    ...market,
    paidPico: scaled(market.paidPico, traded.shares, sharedIn, true),
    earnedPico: scaled(market.earnedPico, traded.given, sharedOut, false),
  };
}
