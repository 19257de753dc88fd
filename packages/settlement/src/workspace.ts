import { formatInstant } from '@microgrid/units';
import { Allocator } from '@microgrid/units';
import type { SettlementContract } from './settlement-contract.js';
import { SettlementError } from './settlement-error.js';

/**
 * The columns one interval after the other is worked out in, so that the kernel makes no arrays.
 * A column belongs to one place of the net and is not changed while it lies there.
 */
export class Workspace {
  /** The column of a place without energy; never written. */
  readonly zero: Float64Array;
  readonly nettedImport: Float64Array;
  readonly nettedExport: Float64Array;
  readonly imported: Float64Array;
  readonly exported: Float64Array;
  readonly claimed: Float64Array;
  readonly offered: Float64Array;
  readonly limitedClaims: Float64Array;
  readonly limitedOffers: Float64Array;
  readonly curtailedImport: Float64Array;
  readonly curtailedExport: Float64Array;
  readonly unsharedClaims: Float64Array;
  readonly unsharedOffers: Float64Array;
  readonly residual: Float64Array;
  readonly surplus: Float64Array;
  readonly shares: Float64Array;
  readonly allocator: Allocator;

  private readonly eligibleMask: Uint8Array;
  private everyoneEligible = false;
  private maskFromMs = Infinity;
  private maskToMs = -Infinity;

  constructor(readonly contract: SettlementContract) {
    const size = contract.pointIds.length;
    const column = (): Float64Array => new Float64Array(size);
    this.zero = column();
    this.nettedImport = column();
    this.nettedExport = column();
    this.imported = column();
    this.exported = column();
    this.claimed = column();
    this.offered = column();
    this.limitedClaims = column();
    this.limitedOffers = column();
    this.curtailedImport = column();
    this.curtailedExport = column();
    this.unsharedClaims = column();
    this.unsharedOffers = column();
    this.residual = column();
    this.surplus = column();
    this.shares = column();
    // The fixed key shares out over the points and the rest.
    this.allocator = new Allocator(size + 1);
    this.eligibleMask = new Uint8Array(size);
  }

  /** Which points take part in sharing at an instant: 1 or 0 by point. */
  eligible(atMs: number): Uint8Array {
    if (atMs < this.maskFromMs || atMs >= this.maskToMs) this.updateMask(atMs);
    return this.eligibleMask;
  }

  /** Whether every point takes part in sharing at an instant. */
  allEligible(atMs: number): boolean {
    this.eligible(atMs);
    return this.everyoneEligible;
  }

  private updateMask(atMs: number): void {
    const { validFromMs, validToMs } = this.contract;
    this.maskFromMs = -Infinity;
    this.maskToMs = Infinity;
    this.everyoneEligible = true;
    for (const [index, from] of validFromMs.entries()) {
      const to = validToMs[index] as number;
      const eligible = atMs >= from && atMs < to;
      this.eligibleMask[index] = eligible ? 1 : 0;
      if (!eligible) this.everyoneEligible = false;
      for (const change of [from, to]) {
        if (change <= atMs) this.maskFromMs = Math.max(this.maskFromMs, change);
        else this.maskToMs = Math.min(this.maskToMs, change);
      }
    }
  }
}

/** The exact sum of a column. @throws SettlementError `out-of-range` beyond 2^53 - 1 mWh. */
export function columnSum(column: Float64Array, what: string, atMs: number): number {
  let sum = 0;
  for (let index = 0; index < column.length; index++) sum += column[index] as number;
  if (sum <= Number.MAX_SAFE_INTEGER) return sum;
  throw new SettlementError(
    'out-of-range',
    `interval ${formatInstant(atMs)}: ${what} add up to more than 2^53 - 1 mWh; check the unit of the readings`,
  );
}

/** out = from - part, each at least 0. @throws SettlementError `not-conserved`. */
export function subtract(
  from: Float64Array,
  part: Float64Array,
  out: Float64Array,
  what: string,
): void {
  for (let index = 0; index < out.length; index++) {
    const rest = (from[index] as number) - (part[index] as number);
    if (rest < 0) throw new SettlementError('not-conserved', `${what}: point ${index} has ${rest}`);
    out[index] = rest;
  }
}
