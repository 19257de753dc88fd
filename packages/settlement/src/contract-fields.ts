import type { SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';

/** What a settled period has from its contract alone. */
export type ContractFields = Pick<
  SettledPeriod,
  | 'contract'
  | 'points'
  | 'members'
  | 'memberOfPoint'
  | 'startMs'
  | 'endMs'
  | 'resolutionMs'
  | 'intervals'
  | 'prices'
>;

/** The fields of a settled period that are its contract's. */
export function contractFields(contract: SettlementContract): ContractFields {
  const { pointIds, members, memberOfPoint, prices } = contract;
  const { startMs, endMs, resolutionMs, intervals } = contract;
  return {
    contract,
    points: pointIds,
    members,
    memberOfPoint,
    startMs,
    endMs,
    resolutionMs,
    intervals,
    prices,
  };
}
