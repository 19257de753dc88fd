import type { ClearedCase, IssuedCase } from './energy-case.js';
import type { EnergyStep, EnergyStepResult } from './energy-steps.js';
import { SettlementError } from './settlement-error.js';
import { columnSum, subtract, type Workspace } from './workspace.js';

/**
 * Shares the quantity out: to the takers by the key, to the givers in proportion to what they
 * offered. Below the entitled quantity (transformer limit) both sides are curtailed pro rata.
 */
export function match(
  workspace: Workspace,
  { data, values }: EnergyStep<ClearedCase>,
): EnergyStepResult<IssuedCase> {
  const { startMs, reading, shares, entitled, shared, curtailed, withinCapacity } = data;
  const { allocator, zero } = workspace;
  const sharedIn = workspace.column('sharedIn', startMs);
  const sharedOut = workspace.column('sharedOut', startMs);
  allocator.allocate(entitled, data.offered, data.totalOffered, sharedOut);
  if (shared < entitled) {
    allocator.allocate(shared, sharedOut, entitled, sharedOut);
    allocator.allocate(shared, shares, entitled, sharedIn);
  } else {
    sharedIn.set(shares);
  }
  const taken = columnSum(sharedIn, 'shares', startMs);
  const given = columnSum(sharedOut, 'shares', startMs);
  if (taken !== shared || given !== shared) {
    throw new SettlementError(
      'not-conserved',
      `shared ${shared} mWh, but ${taken} taken and ${given} given`,
    );
  }
  const importPending = workspace.column('unsharedImport', startMs);
  const exportPending = workspace.column('unsharedExport', startMs);
  subtract(values['importPending'] ?? zero, sharedIn, importPending, 'imports less shares');
  subtract(values['exportPending'] ?? zero, sharedOut, exportPending, 'exports less shares');
  return {
    data: { startMs, ...(reading && { reading }), shared, curtailed, withinCapacity },
    values: { importPending, exportPending, sharedIn, sharedOut },
  };
}
