import { formatInstant } from '@microgrid/units';
import type { SettlementContract } from './settlement-contract.js';
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

  private readonly size: number;

  /** @param contract whose intervals these are, or some of them from its first on. */
  constructor(
    intervals: number,
    private readonly contract: Pick<SettlementContract, 'pointIds' | 'startMs' | 'resolutionMs'>,
  ) {
    const size = contract.pointIds.length;
    this.size = size;
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
      this.paidPico[interval * this.size + point] = this.inRange(paid, interval, point);
      this.earnedPico[interval * this.size + point] = this.inRange(earned, interval, point);
      residual += paid - earned;
    }
    this.residualPico[interval] = this.inRange(residual, interval);
    this.buyersPrices[interval] = buyersPrice;
    this.sellersPrices[interval] = sellersPrice;
  }

  private inRange(pico: bigint, interval: number, point?: number): bigint {
    if (BigInt.asIntN(64, pico) === pico) return pico;
    const { pointIds, startMs, resolutionMs } = this.contract;
    const whose = point === undefined ? 'what the market keeps' : (pointIds[point] ?? '');
    throw new SettlementError(
      'out-of-range',
      `market in the interval ${formatInstant(startMs + interval * resolutionMs)}: ${whose} comes to ${pico / 10n ** 12n} currency units, expected less than 9 million; check the unit of readings and prices`,
    );
  }
}
