import { Allocator, formatInstant } from '@microgrid/units';
import type { SettlementContract } from './settlement-contract.js';
import { SettlementError } from './settlement-error.js';

/** What a column is made for. */
export type ColumnName =
  | 'nettedImport'
  | 'nettedExport'
  | 'restImport'
  | 'restExport'
  | 'claimed'
  | 'offered'
  | 'limitedClaims'
  | 'limitedOffers'
  | 'shares'
  | 'limitedShares'
  | 'sharedIn'
  | 'sharedOut'
  | 'unsharedImport'
  | 'unsharedExport'
  | 'returnedImport'
  | 'returnedExport';

/**
 * Where columns come from. What it gives is filled before it becomes a token. A source that gives
 * the same column again may do so only once the interval it was given for is over.
 */
export type ColumnSource = (name: ColumnName, startMs: number) => Float64Array;

/** A contract with what is worked out once for many intervals: eligibility, an allocator, columns. */
export class Workspace {
  /** The column of a place without energy; never written. */
  readonly zero: Float64Array;
  readonly allocator: Allocator;
  readonly column: ColumnSource;

  private readonly eligibleMask: Uint8Array;
  private everyoneEligible = false;
  private maskFromMs = Infinity;
  private maskToMs = -Infinity;

  /** @param source default: a new column every time. */
  constructor(
    readonly contract: SettlementContract,
    source?: ColumnSource,
  ) {
    const size = contract.pointIds.length;
    this.zero = new Float64Array(size);
    this.column = source ?? (() => new Float64Array(size));
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

/** out = the sum of columns. */
export function addColumns(columns: readonly Float64Array[], out: Float64Array): Float64Array {
  out.fill(0);
  for (const column of columns) {
    for (let index = 0; index < out.length; index++) {
      out[index] = (out[index] as number) + (column[index] as number);
    }
  }
  return out;
}
