import type { RuledCase } from './energy-case.js';
import type { EnergyStep, EnergyStepResult } from './energy-steps.js';
import { columnSum, type Workspace } from './workspace.js';

/**
 * The contract's rules: netting (import and export of a point in one interval cancel), eligibility
 * (only points inside their validity claim and offer), then the key's entitlement of every point.
 */
export function applyRules(
  workspace: Workspace,
  { data, values }: EnergyStep,
): EnergyStepResult<RuledCase> {
  const { startMs } = data;
  const netted = netOff(workspace, values, startMs);
  const imports = netted['importPending'] ?? values['importPending'] ?? workspace.zero;
  const exports = netted['exportPending'] ?? values['exportPending'] ?? workspace.zero;
  const claimed = takingPart(workspace, imports, 'claimed', startMs);
  const offered = takingPart(workspace, exports, 'offered', startMs);
  const totalClaimed = columnSum(claimed, 'imports', startMs);
  const totalOffered = columnSum(offered, 'exports', startMs);
  const { rule, transformerLimit, importLimits, exportLimits } = workspace.contract;
  const shares = workspace.column('shares', startMs);
  const entitled = rule.share(claimed, totalClaimed, totalOffered, shares, workspace.allocator);
  const withinCapacity =
    entitled <= transformerLimit &&
    (importLimits === undefined || within(claimed, importLimits)) &&
    (exportLimits === undefined || within(offered, exportLimits));
  return {
    data: {
      ...data,
      claimed,
      offered,
      totalClaimed,
      totalOffered,
      shares,
      entitled,
      withinCapacity,
    },
    values: netted,
  };
}

function within(column: Float64Array, limits: Float64Array): boolean {
  for (let index = 0; index < column.length; index++) {
    if ((column[index] as number) > (limits[index] as number)) return false;
  }
  return true;
}

/** The column with 0 for every point that takes no part; the column itself where all do. */
function takingPart(
  workspace: Workspace,
  column: Float64Array,
  name: 'claimed' | 'offered',
  startMs: number,
): Float64Array {
  if (workspace.allEligible(startMs)) return column;
  const eligible = workspace.eligible(startMs);
  const out = workspace.column(name, startMs);
  for (let index = 0; index < out.length; index++) {
    out[index] = eligible[index] === 1 ? (column[index] as number) : 0;
  }
  return out;
}

function netOff(
  workspace: Workspace,
  values: Readonly<Record<string, Float64Array>>,
  startMs: number,
): Record<string, Float64Array> {
  if (workspace.contract.community.netting !== 'interval') return {};
  const { zero } = workspace;
  const consumed = values['importPending'] ?? zero;
  const injected = values['exportPending'] ?? zero;
  const nettedImport = workspace.column('nettedImport', startMs);
  const nettedExport = workspace.column('nettedExport', startMs);
  const importPending = workspace.column('restImport', startMs);
  const exportPending = workspace.column('restExport', startMs);
  for (let index = 0; index < zero.length; index++) {
    const taken = consumed[index] as number;
    const given = injected[index] as number;
    const netted = Math.min(taken, given);
    nettedImport[index] = netted;
    nettedExport[index] = netted;
    importPending[index] = taken - netted;
    exportPending[index] = given - netted;
  }
  return { importPending, exportPending, nettedImport, nettedExport };
}
