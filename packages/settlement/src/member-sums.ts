import { INTERVAL_QUALITIES, type IntervalQuality } from '@microgrid/events';
import { addAmounts, NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
import type { SettledPeriod } from './settled-period.js';

const QUALITIES = INTERVAL_QUALITIES.length;
const MEASURED = INTERVAL_QUALITIES.indexOf('measured');

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
  private readonly consumed: Float64Array;
  private readonly injected: Float64Array;
  private readonly sharedIn: Float64Array;
  private readonly sharedOut: Float64Array;
  private readonly ownSurplus: Float64Array;
  private readonly assignedOut: Float64Array;
  /** Imports that are not measured, by quality. What they leave of all imports is: most of it. */
  private readonly unmeasured: Float64Array;
  /** No sum above is larger than this. */
  private bound = 0;
  private amounts: (MemberAmounts | undefined)[];
  /** What a market says that members pay and earn, since the last time priced. */
  private readonly paid: bigint[];
  private readonly earned: bigint[];
  /** Whether a market makes the money of shared energy. */
  private market = false;

  constructor(private readonly members: number) {
    const column = (): Float64Array => new Float64Array(members);
    this.imports = column();
    this.exports = column();
    this.consumed = column();
    this.injected = column();
    this.sharedIn = column();
    this.sharedOut = column();
    this.ownSurplus = column();
    this.assignedOut = column();
    this.unmeasured = new Float64Array(members * QUALITIES);
    this.amounts = new Array<MemberAmounts | undefined>(members).fill(undefined);
    this.paid = new Array<bigint>(members).fill(0n);
    this.earned = new Array<bigint>(members).fill(0n);
  }

  /**
   * Adds one interval; `prices` are those of every interval since the last {@link priceOut}.
   * @param largest a number that no member's import or export of the interval exceeds.
   */
  add(settled: SettledPeriod, interval: number, prices: PriceTriple, largest: number): void {
    const { memberOfPoint, importMilliwattHours, exportMilliwattHours } = settled;
    const { sharedInMilliwattHours, sharedOutMilliwattHours, quality } = settled;
    const { imports, exports, sharedIn, sharedOut, unmeasured } = this;
    const size = memberOfPoint.length;
    const first = interval * size;
    // Stop before a number could become inexact; above 0, so that something is there to be priced.
    if (this.bound + largest + 1 > Number.MAX_SAFE_INTEGER) this.priceOut(prices);
    this.bound += largest + 1;
    for (let point = 0, cell = first; point < size; point++, cell++) {
      const member = memberOfPoint[point] as number;
      const imported = importMilliwattHours[cell] as number;
      increase(imports, member, imported);
      increase(exports, member, exportMilliwattHours[cell] as number);
      increase(sharedIn, member, sharedInMilliwattHours[cell] as number);
      increase(sharedOut, member, sharedOutMilliwattHours[cell] as number);
      const known = quality[cell] as number;
      if (known !== MEASURED) increase(unmeasured, member * QUALITIES + known, imported);
    }
    const { consumedMilliwattHours, injectedMilliwattHours } = settled;
    this.addColumn(this.consumed, consumedMilliwattHours, first, memberOfPoint);
    this.addColumn(this.injected, injectedMilliwattHours, first, memberOfPoint);
    this.addColumn(this.ownSurplus, settled.ownSurplusMilliwattHours, first, memberOfPoint);
    this.addColumn(this.assignedOut, settled.assignedOutMilliwattHours, first, memberOfPoint);
    this.addMarket(settled, first);
  }

  private addColumn(
    sums: Float64Array,
    column: Float64Array | undefined,
    first: number,
    memberOfPoint: Int32Array,
  ): void {
    if (column === undefined) return;
    for (let point = 0, cell = first; point < memberOfPoint.length; point++, cell++) {
      increase(sums, memberOfPoint[point] as number, column[cell] as number);
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
      const imported = exact(this.imports, member);
      const sharedIn = exact(this.sharedIn, member);
      const sharedOut = exact(this.sharedOut, member);
      const ownSurplus = exact(this.ownSurplus, member);
      const assignedOut = exact(this.assignedOut, member);
      const supply = exact(this.consumed, member) - sharedIn;
      // Energy that leaves a plant's surplus and is another point's own: the community's takes both.
      const surplus = exact(this.injected, member) - sharedOut + ownSurplus - assignedOut;
      const supplyPico = supply * importPrice;
      const sharedInPico = this.market ? (this.paid[member] ?? 0n) : sharedIn * internalPrice;
      const sharedOutPico = -(this.market
        ? (this.earned[member] ?? 0n)
        : sharedOut * internalPrice);
      const surplusPico = -(surplus * exportPrice);
      const added: MemberAmounts = {
        importMilliwattHours: imported,
        exportMilliwattHours: exact(this.exports, member),
        sharedInMilliwattHours: sharedIn,
        sharedOutMilliwattHours: sharedOut,
        supplyMilliwattHours: supply,
        surplusMilliwattHours: surplus,
        ownSurplusMilliwattHours: ownSurplus,
        assignedOutMilliwattHours: assignedOut,
        supplyPico,
        sharedInPico,
        sharedOutPico,
        surplusPico,
        ownSurplusPico: -(ownSurplus * exportPrice),
        costPico: supplyPico + sharedInPico + sharedOutPico + surplusPico,
        importByQuality: this.byQuality(member, imported),
      };
      const known = this.amounts[member];
      this.amounts[member] = known === undefined ? added : addAmounts(known, added);
    }
    for (const sums of [this.imports, this.exports, this.consumed, this.injected]) sums.fill(0);
    for (const sums of [this.sharedIn, this.sharedOut, this.unmeasured]) sums.fill(0);
    for (const sums of [this.ownSurplus, this.assignedOut]) sums.fill(0);
    this.paid.fill(0n);
    this.earned.fill(0n);
    this.bound = 0;
  }

  private byQuality(member: number, imported: bigint): MemberAmounts['importByQuality'] {
    const energies: Partial<Record<IntervalQuality, bigint>> = {};
    const first = member * QUALITIES;
    let others = 0;
    for (let at = first; at < first + QUALITIES; at++) others += this.unmeasured[at] as number;
    const measured = others === 0 ? imported : imported - BigInt(others);
    if (measured > 0n) energies.measured = measured;
    if (others === 0) return energies;
    for (const [index, name] of INTERVAL_QUALITIES.entries()) {
      const energy = this.unmeasured[first + index] as number;
      if (energy > 0) energies[name] = BigInt(energy);
    }
    return energies;
  }

  /** Each member's amounts since the last time, by position; {@link priceOut} comes first. */
  take(): MemberAmounts[] {
    const taken = this.amounts.map((amounts) => amounts ?? NO_AMOUNTS);
    this.amounts.fill(undefined);
    return taken;
  }
}

function increase(sums: Float64Array, index: number, value: number): void {
  sums[index] = (sums[index] as number) + value;
}

function exact(sums: Float64Array, index: number): bigint {
  return BigInt(sums[index] as number);
}
