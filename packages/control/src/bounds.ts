import type { RuleName } from './explanation.js';
import { moved } from './placement.js';
import type { Plan } from './plan.js';
import type { Policy } from './policy.js';
import type { GridView } from './site-view.js';
import type { Snapshot } from './snapshot.js';
import { limitInForce } from './upstream-signals.js';

/** A bound on the exchange of one phase or of the whole connection, and what may be done to keep it. */
export interface Bound {
  readonly rule: RuleName;
  /** For people: `fuse L2`, `upstream limit`. */
  readonly label: string;
  /** Index of the phase; absent: all together. */
  readonly phase?: number;
  /** Exchange now, W, positive for import. */
  readonly watts: number;
  /** Greatest import and (negative) greatest export, W. */
  readonly highest: number;
  readonly lowest: number;
  readonly mayShed: boolean;
  readonly mayDischarge: boolean;
  readonly mayCurtail: boolean;
}

const ALL = { mayShed: true, mayDischarge: true, mayCurtail: true };

/** What the main fuse lets through on one phase, W. */
export function fuseWatts({ mainFuse }: Policy): number {
  return mainFuse.amperesPerPhase * mainFuse.voltage * (1 - mainFuse.marginPercent / 100);
}

/** The fuse on every phase: the hardest bounds there are. */
export function fuseBounds(policy: Policy, phaseWatts: readonly number[]): Bound[] {
  const limit = fuseWatts(policy);
  return phaseWatts.map((watts, phase) => ({
    rule: 'mainFuse',
    label: `main fuse ${policy.mainFuse.amperesPerPhase} A on L${phase + 1}`,
    phase,
    watts,
    highest: limit,
    lowest: -limit,
    ...ALL,
  }));
}

/** Bounds on the whole exchange: the contract's, then those of the coordinator. */
export function exchangeBounds(snapshot: Snapshot, policy: Policy, grid: GridView): Bound[] {
  const bounds: Bound[] = [];
  const { importWatts, exportWatts } = policy.gridLimits;
  if (importWatts !== undefined || exportWatts !== undefined) {
    bounds.push({
      rule: 'contractLimit',
      label: 'contract limit',
      watts: grid.totalWatts,
      highest: importWatts ?? Infinity,
      lowest: exportWatts === undefined ? -Infinity : 0 - exportWatts,
      ...ALL,
    });
  }
  const upstream = limitInForce(snapshot, policy);
  if (upstream !== undefined) {
    const { mayShedLoads, mayDischargeBattery, mayCurtail } = policy.upstream;
    bounds.push({
      rule: 'upstreamLimit',
      label: `upstream limit (${upstream.reason})`,
      watts: grid.totalWatts,
      highest: upstream.importLimitWatts ?? Infinity,
      lowest: upstream.exportLimitWatts === undefined ? -Infinity : 0 - upstream.exportLimitWatts,
      mayShed: mayShedLoads,
      mayDischarge: mayDischargeBattery,
      mayCurtail,
    });
  }
  return bounds;
}

/** The exchange under a bound once a plan is carried out, from the import and the export side. */
export function predicted(
  bound: Bound,
  plan: Plan,
): { readonly high: number; readonly low: number } {
  let { watts: high, watts: low } = bound;
  for (const { placement, change } of plan.changes()) {
    const move = moved(placement, bound.phase, change);
    high += move.high;
    low += move.low;
  }
  return { high, low };
}
