import { INTERVAL_QUALITIES, type IntervalQuality } from '@microgrid/events';
import { addAmounts, NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
import type { SettledPeriod } from './settled-period.js';

const QUALITIES = INTERVAL_QUALITIES.length;

/** The three prices of an interval, micro-currency per kWh. */
export interface PriceTriple {
  readonly import: number;
  readonly export: number;
  readonly internal: number;
}

/**
 * Adds up members' energies as numbers while they stay exact and the prices stay the same, so that
 * bigint work is done once per member and stretch of equal prices, not per interval and point.
 */
export class MemberSums {
  private readonly imports: Float64Array;
  private readonly exports: Float64Array;
  private readonly sharedIn: Float64Array;
  private readonly sharedOut: Float64Array;
  private readonly supply: Float64Array;
  private readonly surplus: Float64Array;
  private readonly ownSurplus: Float64Array;
  private readonly assignedOut: Float64Array;
  private readonly quality: Float64Array;
  /** No sum above is larger than this. */
  private bound = 0;
  private amounts: MemberAmounts[];
  /** What a market says that members pay and earn, since the last time priced. */
  private readonly paid: bigint[];
  private readonly earned: bigint[];
  /** Whether a market makes the money of shared energy. */
  private market = false;

  constructor(private readonly members: number) {
    const column = (): Float64Array => new Float64Array(members);
    this.imports = column();
    this.exports = column();
    this.sharedIn = column();
    this.sharedOut = column();
    this.supply = column();
    this.surplus = column();
    this.ownSurplus = column();
    this.assignedOut = column();
    this.quality = new Float64Array(members * QUALITIES);
    this.amounts = Array.from({ length: members }, () => NO_AMOUNTS);
    this.paid = new Array<bigint>(members).fill(0n);
    this.earned = new Array<bigint>(members).fill(0n);
  }

  /**
   * Adds one interval; `prices` are those of every interval since the last {@link priceOut}.
   * @param largest a number that no member's import or export of the interval exceeds.
   */
  add(settled: SettledPeriod, interval: number, prices: PriceTriple, largest: number): void {
    const { memberOfPoint, quality } = settled;
    const size = memberOfPoint.length;
    const first = interval * size;
    // Stop before a number could become inexact; above 0, so that something is there to be priced.
    if (this.bound + largest + 1 > Number.MAX_SAFE_INTEGER) this.priceOut(prices);
    this.bound += largest + 1;
    for (let point = 0; point < size; point++) {
      const cell = first + point;
      const member = memberOfPoint[point] as number;
      const imported = settled.importMilliwattHours[cell] as number;
      const sharedIn = settled.sharedInMilliwattHours[cell] as number;
      const sharedOut = settled.sharedOutMilliwattHours[cell] as number;
      increase(this.imports, member, imported);
      increase(this.exports, member, settled.exportMilliwattHours[cell] as number);
      increase(this.sharedIn, member, sharedIn);
      increase(this.sharedOut, member, sharedOut);
      increase(this.supply, member, (settled.consumedMilliwattHours[cell] as number) - sharedIn);
      increase(this.surplus, member, (settled.injectedMilliwattHours[cell] as number) - sharedOut);
      increase(this.quality, member * QUALITIES + (quality[cell] as number), imported);
    }
    this.addOwnSurplus(settled, first);
    this.addMarket(settled, first);
  }

  /** Energy that leaves a plant's surplus and is another point's: the sums of surplus take both. */
  private addOwnSurplus(settled: SettledPeriod, first: number): void {
    const { memberOfPoint, ownSurplusMilliwattHours, assignedOutMilliwattHours } = settled;
    if (ownSurplusMilliwattHours === undefined || assignedOutMilliwattHours === undefined) return;
    for (let point = 0; point < memberOfPoint.length; point++) {
      const member = memberOfPoint[point] as number;
      const own = ownSurplusMilliwattHours[first + point] as number;
      const assigned = assignedOutMilliwattHours[first + point] as number;
      increase(this.ownSurplus, member, own);
      increase(this.assignedOut, member, assigned);
      increase(this.surplus, member, own - assigned);
    }
  }

  private addMarket(settled: SettledPeriod, first: number): void {
    const { memberOfPoint, internalAmounts } = settled;
    if (internalAmounts === undefined) return;
    this.market = true;
    for (let point = 0; point < memberOfPoint.length; point++) {
      const member = memberOfPoint[point] as number;
      const cell = first + point;
      this.paid[member] = (this.paid[member] ?? 0n) + (internalAmounts.paidPico[cell] ?? 0n);
      this.earned[member] = (this.earned[member] ?? 0n) + (internalAmounts.earnedPico[cell] ?? 0n);
    }
  }

  /** Prices what was added since the last time. */
  priceOut(prices: PriceTriple): void {
    if (this.bound === 0) return;
    const importPrice = BigInt(prices.import);
    const exportPrice = BigInt(prices.export);
    const internalPrice = BigInt(prices.internal);
    for (let member = 0; member < this.members; member++) {
      const sharedIn = exact(this.sharedIn, member);
      const sharedOut = exact(this.sharedOut, member);
      const supply = exact(this.supply, member);
      const surplus = exact(this.surplus, member);
      const ownSurplus = exact(this.ownSurplus, member);
      const supplyPico = supply * importPrice;
      const sharedInPico = this.market ? (this.paid[member] ?? 0n) : sharedIn * internalPrice;
      const sharedOutPico = -(this.market
        ? (this.earned[member] ?? 0n)
        : sharedOut * internalPrice);
      const surplusPico = -(surplus * exportPrice);
      this.amounts[member] = addAmounts(this.amounts[member] ?? NO_AMOUNTS, {
        importMilliwattHours: exact(this.imports, member),
        exportMilliwattHours: exact(this.exports, member),
        sharedInMilliwattHours: sharedIn,
        sharedOutMilliwattHours: sharedOut,
        supplyMilliwattHours: supply,
        surplusMilliwattHours: surplus,
        ownSurplusMilliwattHours: ownSurplus,
        assignedOutMilliwattHours: exact(this.assignedOut, member),
        supplyPico,
        sharedInPico,
        sharedOutPico,
        surplusPico,
        ownSurplusPico: -(ownSurplus * exportPrice),
        costPico: supplyPico + sharedInPico + sharedOutPico + surplusPico,
        importByQuality: this.byQuality(member),
      });
    }
    for (const sums of [this.imports, this.exports, this.sharedIn, this.sharedOut]) sums.fill(0);
    for (const sums of [this.supply, this.surplus, this.quality]) sums.fill(0);
    for (const sums of [this.ownSurplus, this.assignedOut]) sums.fill(0);
    this.paid.fill(0n);
    this.earned.fill(0n);
    this.bound = 0;
  }

  private byQuality(member: number): MemberAmounts['importByQuality'] {
    const energies: Partial<Record<IntervalQuality, bigint>> = {};
    for (const [index, name] of INTERVAL_QUALITIES.entries()) {
      const energy = this.quality[member * QUALITIES + index] as number;
      if (energy > 0) energies[name] = BigInt(energy);
    }
    return energies;
  }

  /** Each member's amounts since the last time, by position; {@link priceOut} comes first. */
  take(): MemberAmounts[] {
    const taken = this.amounts;
    this.amounts = Array.from({ length: this.members }, () => NO_AMOUNTS);
    return taken;
  }
}

function increase(sums: Float64Array, index: number, value: number): void {
  sums[index] = (sums[index] as number) + value;
}

function exact(sums: Float64Array, index: number): bigint {
  return BigInt(sums[index] as number);
}
