import type { ClearedCase, RuledCase } from './energy-case.js';
import type { EnergyStep, EnergyStepResult } from './energy-steps.js';
import { columnSum, putSlots, type Workspace } from './workspace.js';

/** The outcome `within`: what the key shares is shared. */
export function passCapacity({ data }: EnergyStep<RuledCase>): EnergyStepResult<ClearedCase> {
  return { data: { ...data, shared: data.entitled, curtailed: 0 } };
}

/**
 * The outcome `curtailed`: each claim and offer is cut to its point's limit, the key is asked again,
 * and a transformer limit below the result becomes the shared quantity.
 */
export function curtail(
  workspace: Workspace,
  { data }: EnergyStep<RuledCase>,
): EnergyStepResult<ClearedCase> {
  const { contract } = workspace;
  const { startMs } = data;
  const claimed = cut(data.claimed, contract.importLimits, workspace, 'limitedClaims', startMs);
  const offered = cut(data.offered, contract.exportLimits, workspace, 'limitedOffers', startMs);
  const totalClaimed = columnSum(claimed, 'imports', startMs, contract.pointIds);
  const totalOffered = columnSum(offered, 'exports', startMs, contract.pointIds);
  const brought = { claims: claimed, totalClaimed, offers: offered, totalOffered };
  const ruled = workspace.share(startMs, brought, 'limited');
  const shared = Math.min(ruled.entitled, contract.transformerLimit);
  // A fixed key's whole-mWh parts of a smaller pool can fit the claims better by a unit or two.
  const curtailed = Math.max(0, data.entitled - shared);
  const { shares, given, entitled } = ruled;
  const cleared: ClearedCase = {
    ...data,
    claimed,
    offered,
    totalClaimed,
    totalOffered,
    shares,
    given,
    entitled,
    shared,
    curtailed,
  };
  return { data: putSlots(cleared, ruled) };
}

function cut(
  column: Float64Array,
  limits: Float64Array | undefined,
  workspace: Workspace,
  name: 'limitedClaims' | 'limitedOffers',
  startMs: number,
): Float64Array {
  if (limits === undefined) return column;
  const kept = workspace.column(name, startMs);
  for (let index = 0; index < kept.length; index++) {
    kept[index] = Math.min(column[index] as number, limits[index] as number);
  }
  return kept;
}
