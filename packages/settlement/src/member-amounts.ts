import { INTERVAL_QUALITIES, type IntervalQuality } from '@microgrid/events';
import type { Pico } from '@microgrid/units';

/** Energy and exact money of one member over some time. Costs are positive, credits negative. */
export interface MemberAmounts {
  /** As metered, gross, mWh. */
  readonly importMilliwattHours: bigint;
  readonly exportMilliwattHours: bigint;
  readonly sharedInMilliwattHours: bigint;
  readonly sharedOutMilliwattHours: bigint;
  /** Bought from the supplier: consumed (after netting) less shared in. */
  readonly supplyMilliwattHours: bigint;
  /**
   * Sold outside: injected (after netting) less shared out, less what it gave to others' own surpluses,
   * with its own.
   */
  readonly surplusMilliwattHours: bigint;
  /** Of that, what stayed the member's of its part of the pool. */
  readonly ownSurplusMilliwattHours: bigint;
  /** Injected by the member's plants and others' own surplus. */
  readonly assignedOutMilliwattHours: bigint;
  readonly supplyPico: Pico;
  readonly sharedInPico: Pico;
  /** A credit: 0 or negative at prices of 0 or more. */
  readonly sharedOutPico: Pico;
  /** A credit: 0 or negative at prices of 0 or more. */
  readonly surplusPico: Pico;
  /** Of that, what its own surplus of the pool earns. */
  readonly ownSurplusPico: Pico;
  /** The sum of the four. */
  readonly costPico: Pico;
  /** Gross import by how it is known; only qualities with energy. */
  readonly importByQuality: Readonly<Partial<Record<IntervalQuality, bigint>>>;
}

/** Nothing at all. */
export const NO_AMOUNTS: MemberAmounts = {
  importMilliwattHours: 0n,
  exportMilliwattHours: 0n,
  sharedInMilliwattHours: 0n,
  sharedOutMilliwattHours: 0n,
  supplyMilliwattHours: 0n,
  surplusMilliwattHours: 0n,
  ownSurplusMilliwattHours: 0n,
  assignedOutMilliwattHours: 0n,
  supplyPico: 0n,
  sharedInPico: 0n,
  sharedOutPico: 0n,
  surplusPico: 0n,
  ownSurplusPico: 0n,
  costPico: 0n,
  importByQuality: {},
};

/** The sum of two, exact. */
export function addAmounts(a: MemberAmounts, b: MemberAmounts): MemberAmounts {
  return {
    importMilliwattHours: a.importMilliwattHours + b.importMilliwattHours,
    exportMilliwattHours: a.exportMilliwattHours + b.exportMilliwattHours,
    sharedInMilliwattHours: a.sharedInMilliwattHours + b.sharedInMilliwattHours,
    sharedOutMilliwattHours: a.sharedOutMilliwattHours + b.sharedOutMilliwattHours,
    supplyMilliwattHours: a.supplyMilliwattHours + b.supplyMilliwattHours,
    surplusMilliwattHours: a.surplusMilliwattHours + b.surplusMilliwattHours,
    ownSurplusMilliwattHours: a.ownSurplusMilliwattHours + b.ownSurplusMilliwattHours,
    assignedOutMilliwattHours: a.assignedOutMilliwattHours + b.assignedOutMilliwattHours,
    supplyPico: a.supplyPico + b.supplyPico,
    sharedInPico: a.sharedInPico + b.sharedInPico,
    sharedOutPico: a.sharedOutPico + b.sharedOutPico,
    surplusPico: a.surplusPico + b.surplusPico,
    ownSurplusPico: a.ownSurplusPico + b.ownSurplusPico,
    costPico: a.costPico + b.costPico,
    importByQuality: addQualities(a.importByQuality, b.importByQuality),
  };
}

function addQualities(
  a: MemberAmounts['importByQuality'],
  b: MemberAmounts['importByQuality'],
): MemberAmounts['importByQuality'] {
  const sum: Partial<Record<IntervalQuality, bigint>> = {};
  for (const quality of INTERVAL_QUALITIES) {
    const energy = (a[quality] ?? 0n) + (b[quality] ?? 0n);
    if (energy > 0n) sum[quality] = energy;
  }
  return sum;
}
