import { SettlementError } from './settlement-error.js';
import type { InternalAmounts } from './settled-period.js';
import type { MarketAmounts } from './sharing/sharing-rule.js';

/** Money that a market made, by cell and interval. */
export class MarketColumns implements InternalAmounts {
  readonly paidPico: BigInt64Array;
  readonly earnedPico: BigInt64Array;
  readonly residualPico: BigInt64Array;
  readonly buyersPrices: Float64Array;
  readonly sellersPrices: Float64Array;

  constructor(
    intervals: number,
    private readonly size: number,
  ) {
    this.paidPico = new BigInt64Array(intervals * size);
    this.earnedPico = new BigInt64Array(intervals * size);
    this.residualPico = new BigInt64Array(intervals);
    this.buyersPrices = new Float64Array(intervals);
    this.sellersPrices = new Float64Array(intervals);
  }

  put(interval: number, { paidPico, earnedPico, buyersPrice, sellersPrice }: MarketAmounts): void {
    let residual = 0n;
    for (let point = 0; point < this.size; point++) {
      const paid = paidPico[point] ?? 0n;
      const earned = earnedPico[point] ?? 0n;
      this.paidPico[interval * this.size + point] = inRange(paid);
      this.earnedPico[interval * this.size + point] = inRange(earned);
      residual += paid - earned;
    }
    this.residualPico[interval] = inRange(residual);
    this.buyersPrices[interval] = buyersPrice;
    this.sellersPrices[interval] = sellersPrice;
  }
}

function inRange(pico: bigint): bigint {
  if (BigInt.asIntN(64, pico) === pico) return pico;
  throw new SettlementError(
    'out-of-range',
    `market: got an amount of ${pico / 10n ** 12n} currency units in one interval, expected less than 9 million; check the unit of readings and prices`,
  );
}
