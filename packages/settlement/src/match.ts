import type { ClearedCase, IssuedCase } from './energy-case.js';
import type { EnergyStep, EnergyStepResult } from './energy-steps.js';
import type { MarketAmounts } from './sharing/sharing-rule.js';
import { SettlementError } from './settlement-error.js';
import { columnSum, takeAway, putSlots, type Workspace } from './workspace.js';

/**
 * Moves what the key shares from givers to takers. Below the entitled quantity (transformer limit)
 * both sides are curtailed pro rata.
 */
export function match(
  workspace: Workspace,
  { data, values }: EnergyStep<ClearedCase>,
): EnergyStepResult<IssuedCase> {
  const { startMs, reading, shares, given, entitled, shared, curtailed, withinCapacity } = data;
  const { own, assigned, market } = data;
  const { allocator, zero } = workspace;
  const sharedIn = workspace.column('sharedIn', startMs);
  const sharedOut = workspace.column('sharedOut', startMs);
  if (shared < entitled) {
    allocator.allocate(shared, given, entitled, sharedOut);
    allocator.allocate(shared, shares, entitled, sharedIn);
  } else {
    // The columns of the key and those of the result may be the same ones.
    if (sharedOut !== given) sharedOut.set(given);
    if (sharedIn !== shares) sharedIn.set(shares);
  }
  const importPending = workspace.column('unsharedImport', startMs);
  const exportPending = workspace.column('unsharedExport', startMs);
  const [imports, exports] = [values['importPending'] ?? zero, values['exportPending'] ?? zero];
  const taken = takeAway(imports, sharedIn, importPending, 'imports less shares');
  const gave = takeAway(exports, sharedOut, exportPending, 'exports less shares');
  if (taken !== shared || gave !== shared) {
    throw new SettlementError(
      'not-conserved',
      `shared ${shared} mWh, but ${taken} taken and ${gave} given`,
    );
  }
  if (own !== undefined && assigned !== undefined) {
    checkOwnSurplus(own, assigned, exportPending, startMs, workspace.contract.pointIds);
  }
  const issued: IssuedCase = {
    startMs,
    ...(reading && { reading }),
    shared,
    curtailed,
    withinCapacity,
  };
  const amounts = market && amountsOf(workspace, data, market, sharedIn, sharedOut);
  return {
    data: putSlots(issued, { own, assigned, market: amounts }),
    values: { importPending, exportPending, sharedIn, sharedOut },
  };
}

function amountsOf(
  workspace: Workspace,
  { startMs, shared, entitled }: ClearedCase,
  market: MarketAmounts,
  sharedIn: Float64Array,
  sharedOut: Float64Array,
): MarketAmounts {
  if (shared === entitled) return market;
  const { rule } = workspace.contract;
  const interval = workspace.intervalAt(startMs);
  return rule.curtailed?.(interval, market, sharedIn, sharedOut) ?? market;
}

/** Own surpluses are made of what plants have left: the same energy, sold by somebody else. */
function checkOwnSurplus(
  own: Float64Array,
  assigned: Float64Array,
  left: Float64Array,
  startMs: number,
  ids: readonly string[],
): void {
  const kept = columnSum(own, 'own surpluses', startMs, ids);
  const gave = columnSum(assigned, 'own surpluses', startMs, ids);
  const over = assigned.findIndex((energy, index) => energy > (left[index] as number));
  if (kept === gave && over === -1) return;
  throw new SettlementError(
    'not-conserved',
    over === -1
      ? `own surpluses of ${kept} mWh, but ${gave} mWh of the plants`
      : `point ${over} gives ${assigned[over]} mWh to own surpluses, it has ${left[over]} mWh`,
  );
}
