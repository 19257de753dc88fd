import { applyRules } from './apply-rules.js';
import { curtail, passCapacity } from './capacity.js';
import type { IssuedCase } from './energy-case.js';
import { MarketColumns } from './market-columns.js';
import { match } from './match.js';
import type { SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';
import { partOf } from './settled-part.js';
import { Workspace } from './workspace.js';

/**
 * The first interval settled by the steps that the net fires, without the net around them: thousands
 * of contracts in seconds. That the net gives the same is a test of its own.
 */
export function settledByRules(contract: SettlementContract, grid: SettlementGrid): SettledPeriod {
  const workspace = new Workspace(contract);
  const { importMilliwattHours, exportMilliwattHours } = grid;
  const step = {
    data: { startMs: contract.startMs },
    values: { importPending: importMilliwattHours, exportPending: exportMilliwattHours },
    indices: {},
    tokens: {},
    message: undefined,
  };
  const ruled = applyRules(workspace, step);
  const values = { ...step.values, ...ruled.values };
  const next = { ...step, values, data: ruled.data };
  const cleared = ruled.data.withinCapacity ? passCapacity(next) : curtail(workspace, next);
  const matched = match(workspace, { ...next, data: cleared.data });
  const issued: IssuedCase = matched.data;
  const { sharedIn, sharedOut } = matched.values as Record<string, Float64Array>;
  const size = contract.pointIds.length;
  const market = issued.market && new MarketColumns(1, size);
  if (issued.market) market?.put(0, issued.market);
  const part = partOf(contract, contract.startMs, importMilliwattHours, exportMilliwattHours);
  return {
    contract,
    points: contract.pointIds,
    members: contract.members,
    memberOfPoint: contract.memberOfPoint,
    startMs: contract.startMs,
    endMs: contract.endMs,
    resolutionMs: contract.resolutionMs,
    intervals: 1,
    importMilliwattHours,
    exportMilliwattHours,
    consumedMilliwattHours: part.consumed,
    injectedMilliwattHours: part.injected,
    sharedInMilliwattHours: sharedIn ?? new Float64Array(size),
    sharedOutMilliwattHours: sharedOut ?? new Float64Array(size),
    ...(issued.own && { ownSurplusMilliwattHours: issued.own }),
    ...(issued.assigned && { assignedOutMilliwattHours: issued.assigned }),
    quality: grid.quality,
    sharedMilliwattHours: Float64Array.of(issued.shared),
    curtailedMilliwattHours: Float64Array.of(issued.curtailed),
    capacity: Uint8Array.of(issued.withinCapacity ? 0 : 1),
    prices: contract.prices,
    ...(market && { internalAmounts: market }),
    firings: () => [],
  };
}
