import type { Columns, IntervalCase, RuledCase, StepResult } from './interval-case.js';
import { columnSum, type Workspace } from './workspace.js';

/**
 * The contract's rules: netting (import and export of a point in one interval cancel), eligibility
 * (only points inside their validity claim and offer), then the key's entitlement of every point.
 */
export function applyRules(interval: IntervalCase, columns: Columns): StepResult<RuledCase> {
  const { workspace, startMs } = interval;
  const placed = place(workspace, columns, startMs);
  const claimed = placed['claimed'] ?? workspace.zero;
  const offered = placed['offered'] ?? workspace.zero;
  const totalClaimed = columnSum(claimed, 'imports', startMs);
  const totalOffered = columnSum(offered, 'exports', startMs);
  const { rule, transformerLimit, importLimits, exportLimits } = workspace.contract;
  const { shares, allocator } = workspace;
  const entitled = rule.share(claimed, totalClaimed, totalOffered, shares, allocator);
  const withinCapacity =
    entitled <= transformerLimit &&
    (importLimits === undefined || within(claimed, importLimits)) &&
    (exportLimits === undefined || within(offered, exportLimits));
  return {
    case: { ...interval, totalClaimed, totalOffered, shares, entitled, withinCapacity },
    columns: placed,
  };
}

function within(column: Float64Array, limits: Float64Array): boolean {
  for (let index = 0; index < column.length; index++) {
    if ((column[index] as number) > (limits[index] as number)) return false;
  }
  return true;
}

function place(
  workspace: Workspace,
  columns: Columns,
  startMs: number,
): Record<string, Float64Array> {
  const { zero } = workspace;
  const importedBefore = columns['imported'] ?? zero;
  const exportedBefore = columns['exported'] ?? zero;
  const netting = workspace.contract.community.netting === 'interval';
  if (!netting && workspace.allEligible(startMs)) {
    // Everything takes part: the columns change places instead of values.
    return {
      imported: zero,
      exported: zero,
      nettedImport: zero,
      nettedExport: zero,
      claimed: importedBefore,
      offered: exportedBefore,
    };
  }
  const { imported, exported, nettedImport, nettedExport, claimed, offered } = workspace;
  const eligible = workspace.eligible(startMs);
  for (let index = 0; index < zero.length; index++) {
    const consumed = importedBefore[index] as number;
    const injected = exportedBefore[index] as number;
    const netted = netting ? Math.min(consumed, injected) : 0;
    const takesPart = eligible[index] === 1;
    nettedImport[index] = netted;
    nettedExport[index] = netted;
    claimed[index] = takesPart ? consumed - netted : 0;
    offered[index] = takesPart ? injected - netted : 0;
    imported[index] = takesPart ? 0 : consumed - netted;
    exported[index] = takesPart ? 0 : injected - netted;
  }
  return { imported, exported, nettedImport, nettedExport, claimed, offered };
}
