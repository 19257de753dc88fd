import type { ClearedCase, Columns, RuledCase, StepResult } from './interval-case.js';
import { columnSum } from './workspace.js';

/** The outcome `within`: what the key shares is shared. */
export function passCapacity(ruled: RuledCase): StepResult<ClearedCase> {
  return { case: { ...ruled, shared: ruled.entitled, curtailed: 0 }, columns: {} };
}

/**
 * The outcome `curtailed`: each claim and offer is cut to its point's limit, the key is asked again,
 * and a transformer limit below the result becomes the shared quantity.
 */
export function curtailCapacity(ruled: RuledCase, columns: Columns): StepResult<ClearedCase> {
  const { workspace, startMs } = ruled;
  const { contract, zero, shares, allocator } = workspace;
  const claimedBefore = columns['claimed'] ?? zero;
  const offeredBefore = columns['offered'] ?? zero;
  const { limitedClaims, limitedOffers, curtailedImport, curtailedExport } = workspace;
  cut(claimedBefore, contract.importLimits, limitedClaims, curtailedImport);
  cut(offeredBefore, contract.exportLimits, limitedOffers, curtailedExport);
  const totalClaimed = columnSum(limitedClaims, 'imports', startMs);
  const totalOffered = columnSum(limitedOffers, 'exports', startMs);
  const entitled = contract.rule.share(
    limitedClaims,
    totalClaimed,
    totalOffered,
    shares,
    allocator,
  );
  const shared = Math.min(entitled, contract.transformerLimit);
  return {
    case: {
      ...ruled,
      totalClaimed,
      totalOffered,
      shares,
      entitled,
      shared,
      // A fixed key's whole-mWh parts of a smaller pool can fit the claims better by a unit or two.
      curtailed: Math.max(0, ruled.entitled - shared),
    },
    columns: { claimed: limitedClaims, offered: limitedOffers, curtailedImport, curtailedExport },
  };
}

function cut(
  column: Float64Array,
  limits: Float64Array | undefined,
  kept: Float64Array,
  removed: Float64Array,
): void {
  for (let index = 0; index < column.length; index++) {
    const value = column[index] as number;
    const limited = limits === undefined ? value : Math.min(value, limits[index] as number);
    kept[index] = limited;
    removed[index] = value - limited;
  }
}
