import type { RuledCase } from './energy-case.js';
import type { EnergyStep, EnergyStepResult } from './energy-steps.js';
import { columnSum, putSlots, type Workspace } from './workspace.js';

/**
 * The contract's rules: netting (import and export of a point in one interval cancel), what each point
 * then brings into sharing (eligibility, participation factor, direction of storage, export bounds),
 * and the key's entitlement of every point.
 */
export function applyRules(
  workspace: Workspace,
  { data, values }: EnergyStep,
): EnergyStepResult<RuledCase> {
  const { startMs } = data;
  const netted = netOff(workspace, values, startMs);
  const imports = netted['importPending'] ?? values['importPending'] ?? workspace.zero;
  const exports = netted['exportPending'] ?? values['exportPending'] ?? workspace.zero;
  const { claimed, offered } = bringIn(workspace, imports, exports, startMs);
  const { pointIds } = workspace.contract;
  const totalClaimed = columnSum(claimed, 'imports', startMs, pointIds);
  const totalOffered = columnSum(offered, 'exports', startMs, pointIds);
  checkMetered(workspace, values, claimed, offered, startMs);
  const { transformerLimit, importLimits, exportLimits } = workspace.contract;
  const brought = { claims: claimed, totalClaimed, offers: offered, totalOffered };
  const ruled = workspace.share(startMs, brought, 'free');
  const withinCapacity =
    ruled.entitled <= transformerLimit &&
    (importLimits === undefined || within(claimed, importLimits)) &&
    (exportLimits === undefined || within(offered, exportLimits));
  const { shares, given, entitled } = ruled;
  const made: RuledCase = {
    ...data,
    claimed,
    offered,
    totalClaimed,
    totalOffered,
    // Field by field: a second object spread costs more than sharing an interval's energy.
    shares,
    given,
    entitled,
    withinCapacity,
  };
  return { data: putSlots(made, ruled), values: netted };
}

/** Totals of what was metered are settled too, also where less of it is brought into sharing. */
function checkMetered(
  workspace: Workspace,
  values: Readonly<Record<string, Float64Array>>,
  claimed: Float64Array,
  offered: Float64Array,
  startMs: number,
): void {
  const { zero, contract } = workspace;
  const { importPending = zero, exportPending = zero } = values;
  const { pointIds } = contract;
  if (importPending !== claimed) columnSum(importPending, 'imports', startMs, pointIds);
  if (exportPending !== offered) columnSum(exportPending, 'exports', startMs, pointIds);
}

function within(column: Float64Array, limits: Float64Array): boolean {
  for (let index = 0; index < column.length; index++) {
    if ((column[index] as number) > (limits[index] as number)) return false;
  }
  return true;
}

/** What each point brings into sharing: the columns themselves where that is all they hold. */
export function bringIn(
  workspace: Workspace,
  imports: Float64Array,
  exports: Float64Array,
  startMs: number,
): { readonly claimed: Float64Array; readonly offered: Float64Array } {
  const { broughtIn } = workspace.contract;
  const standing = broughtIn.standing.at(startMs);
  const bounds = broughtIn.boundsAt(workspace.intervalAt(startMs));
  if (broughtIn.isWhole(standing, bounds)) return { claimed: imports, offered: exports };
  const claimed = workspace.column('claimed', startMs);
  const offered = workspace.column('offered', startMs);
  broughtIn.fill(standing, bounds, imports, exports, claimed, offered);
  return { claimed, offered };
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
  const cancelled = workspace.column('netted', startMs);
  const importPending = workspace.column('restImport', startMs);
  const exportPending = workspace.column('restExport', startMs);
  for (let index = 0; index < zero.length; index++) {
    const taken = consumed[index] as number;
    const given = injected[index] as number;
    const netted = Math.min(taken, given);
    cancelled[index] = netted;
    importPending[index] = taken - netted;
    exportPending[index] = given - netted;
  }
  // What import and export cancel is the same: one column stands in both places.
  return { importPending, exportPending, nettedImport: cancelled, nettedExport: cancelled };
}
