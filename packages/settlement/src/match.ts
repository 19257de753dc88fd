import type { ClearedCase, Columns, StepResult } from './interval-case.js';
import { columnSum, subtract } from './workspace.js';
import { SettlementError } from './settlement-error.js';

/**
 * Shares the quantity out: to the takers by the key, to the givers in proportion to what they
 * offered. Below the entitled quantity (transformer limit) both sides are curtailed pro rata.
 */
export function match(cleared: ClearedCase, columns: Columns): StepResult<ClearedCase> {
  const { workspace, sharedIn, sharedOut, shares, entitled, shared, totalOffered, startMs } =
    cleared;
  const { allocator, zero, unsharedClaims, unsharedOffers } = workspace;
  const claimed = columns['claimed'] ?? zero;
  const offered = columns['offered'] ?? zero;
  allocator.allocate(entitled, offered, totalOffered, sharedOut);
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
  subtract(claimed, sharedIn, unsharedClaims, 'claims less shares');
  subtract(offered, sharedOut, unsharedOffers, 'offers less shares');
  return {
    case: cleared,
    columns: { claimed: unsharedClaims, offered: unsharedOffers, sharedIn, sharedOut },
  };
}
