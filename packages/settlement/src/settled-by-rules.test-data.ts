import { applyRules } from './apply-rules.js';
import { curtail, passCapacity } from './capacity.js';
import { MarketColumns } from './market-columns.js';
import { match } from './match.js';
import type { SettledPeriod } from './settled-period.js';
import type { SettlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';
import { partOf } from './settled-part.js';
import { Workspace } from './workspace.js';

/**
 * A period settled by the steps that the net fires, without the net around them: thousands of
 * contracts in seconds. That the net gives the same is a test of its own.
 */
export function settledByRules(contract: SettlementContract, grid: SettlementGrid): SettledPeriod {
  const workspace = new Workspace(contract);
  const { importMilliwattHours, exportMilliwattHours } = grid;
  const { intervals, pointIds, rule } = contract;
  const size = pointIds.length;
  const column = (): Float64Array => new Float64Array(intervals * size);
  const columns = {
    consumedMilliwattHours: column(),
    injectedMilliwattHours: column(),
    sharedInMilliwattHours: column(),
    sharedOutMilliwattHours: column(),
    sharedMilliwattHours: new Float64Array(intervals),
    curtailedMilliwattHours: new Float64Array(intervals),
    capacity: new Uint8Array(intervals),
    ...(rule.keepsUnused && {
      ownSurplusMilliwattHours: column(),
      assignedOutMilliwattHours: column(),
    }),
  };
  const market = rule.market && new MarketColumns(intervals, contract);
  for (let interval = 0; interval < intervals; interval++) {
    const startMs = contract.startMs + interval * contract.resolutionMs;
    const at = interval * size;
    const imports = importMilliwattHours.subarray(at, at + size);
    const exports = exportMilliwattHours.subarray(at, at + size);
    const step = {
      data: { startMs },
      values: { importPending: imports, exportPending: exports },
      indices: {},
      tokens: {},
      message: undefined,
    };
    const ruled = applyRules(workspace, step);
    const next = { ...step, values: { ...step.values, ...ruled.values }, data: ruled.data };
    const cleared = ruled.data.withinCapacity ? passCapacity(next) : curtail(workspace, next);
    const { data: issued, values } = match(workspace, { ...next, data: cleared.data });
    const part = partOf(contract, startMs, imports, exports);
    columns.consumedMilliwattHours.set(part.consumed, at);
    columns.injectedMilliwattHours.set(part.injected, at);
    columns.sharedInMilliwattHours.set(values?.['sharedIn'] ?? [], at);
    columns.sharedOutMilliwattHours.set(values?.['sharedOut'] ?? [], at);
    columns.sharedMilliwattHours[interval] = issued.shared;
    columns.curtailedMilliwattHours[interval] = issued.curtailed;
    columns.capacity[interval] = issued.withinCapacity ? 0 : 1;
    columns.ownSurplusMilliwattHours?.set(issued.own ?? [], at);
    columns.assignedOutMilliwattHours?.set(issued.assigned ?? [], at);
    if (issued.market) market?.put(interval, issued.market);
  }
  return {
    contract,
    points: pointIds,
    members: contract.members,
    memberOfPoint: contract.memberOfPoint,
    startMs: contract.startMs,
    endMs: contract.endMs,
    resolutionMs: contract.resolutionMs,
    intervals,
    importMilliwattHours,
    exportMilliwattHours,
    ...columns,
    quality: grid.quality,
    prices: contract.prices,
    ...(market && { internalAmounts: market }),
    firings: () => [],
  };
}
