import { addAmounts, NO_AMOUNTS, type MemberAmounts } from './member-amounts.js';
import { memberDays, memberTotals, type MemberDay } from './member-days.js';
import type { SettledPeriod } from './settled-period.js';

/** Totals in the form a run's manifest has: decimal integers in strings, mWh and 10^-12 currency units. */
export interface EnergyAndCost {
  readonly importMilliwattHours: string;
  readonly exportMilliwattHours: string;
  readonly sharedInMilliwattHours: string;
  readonly sharedOutMilliwattHours: string;
  readonly costPico: string;
}

/** Totals of a settled period. */
export interface SettlementSummary {
  readonly totals: EnergyAndCost & {
    /** Not shared because of a limit in kVA. */
    readonly curtailedMilliwattHours: string;
  };
  /** By member id. */
  readonly members: Readonly<Record<string, EnergyAndCost>>;
}

function written(amounts: MemberAmounts): EnergyAndCost {
  return {
    importMilliwattHours: amounts.importMilliwattHours.toString(),
    exportMilliwattHours: amounts.exportMilliwattHours.toString(),
    sharedInMilliwattHours: amounts.sharedInMilliwattHours.toString(),
    sharedOutMilliwattHours: amounts.sharedOutMilliwattHours.toString(),
    costPico: amounts.costPico.toString(),
  };
}

/**
 * Exact totals of the community and of each member.
 * @param days the period's {@link memberDays}, when they are at hand already.
 */
export function settlementSummary(
  settled: SettledPeriod,
  days = memberDays(settled),
): SettlementSummary {
  return recordedSummary(settled, days);
}

/** {@link settlementSummary} of a period of which the records by interval were kept. */
export function recordedSummary(
  settled: Pick<SettledPeriod, 'curtailedMilliwattHours'>,
  days: readonly MemberDay[],
): SettlementSummary {
  const members = memberTotals(days);
  const all = members.reduce((sum, { amounts }) => addAmounts(sum, amounts), NO_AMOUNTS);
  let curtailed = 0n;
  for (const energy of settled.curtailedMilliwattHours) curtailed += BigInt(energy);
  return {
    totals: { ...written(all), curtailedMilliwattHours: curtailed.toString() },
    members: Object.fromEntries(members.map(({ member, amounts }) => [member, written(amounts)])),
  };
}
