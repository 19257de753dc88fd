import type { Finding } from './finding.js';
import {
  balanceOf,
  judgeBalance,
  judgeGenerators,
  judgeStuck,
  type Balance,
} from './judge-balance.js';
import { judgeDirections, judgeOwnDirections } from './judge-directions.js';
import { judgeFallbacks, type FallbackFact } from './judge-fallbacks.js';
import { judgePhases } from './judge-phases.js';
import { judgeScale } from './judge-scale.js';
import { measureLoad, type MeasuredLoad } from './measured-load.js';
import type { CommissioningData, Phase } from './site-sample.js';

/** What was learnt of one load. */
export interface LoadResult {
  readonly load: string;
  /** Phases on which the grid meter shows it; empty where that is not known. */
  readonly phases: readonly Phase[];
  /** What it draws by the grid meter, W, without regard to signs; absent where that is not known. */
  readonly watts?: number;
  /** Why not everything is known of it. */
  readonly unsure?: string;
}

/** What commissioning found. */
export interface CommissioningResult {
  readonly findings: readonly Finding[];
  readonly loads: readonly LoadResult[];
  /** Absent where not all devices were read. */
  readonly balance?: Balance;
  /** Every load was measured beyond doubt, and nothing found is doubtful. */
  readonly certain: boolean;
}

function resultOf(measured: MeasuredLoad): LoadResult {
  const { load, grid, respondingPhases, unsure } = measured;
  const total = grid.get('total');
  const byPhase = respondingPhases.map((phase) => Math.abs(grid.get(phase)?.watts ?? 0));
  const watts =
    byPhase.length > 0
      ? byPhase.reduce((sum, part) => sum + part, 0)
      : total?.verdict === 'responds'
        ? Math.abs(total.watts)
        : undefined;
  return {
    load,
    phases: unsure === undefined ? respondingPhases : [],
    ...(watts === undefined || unsure !== undefined ? {} : { watts: Math.round(watts) }),
    ...(unsure === undefined ? {} : { unsure }),
  };
}

/**
 * Judges a site by how its meters answered to loads being switched, by the balance of its powers and
 * by what its devices do on loss. Pure; what is not beyond doubt is marked so and never guessed.
 */
export function judgeSite(
  data: CommissioningData,
  fallbacks: readonly FallbackFact[] = [],
): CommissioningResult {
  const { gridMeter } = data;
  const loads = data.tests.map((test) => measureLoad(test, data));
  const stuck = judgeStuck(data);
  const sound = loads.filter(({ unsure }) => unsure === undefined);
  const { findings: directions, crossed } = judgeDirections(data, sound);
  const wiring = [
    ...stuck,
    ...directions,
    ...judgeOwnDirections(loads),
    ...judgeGenerators(data),
    ...(crossed.size > 0 ? [] : judgePhases(gridMeter, sound)),
    ...judgeScale(gridMeter, sound, crossed),
  ];
  const balance = balanceOf(data);
  const findings = [
    ...wiring,
    ...judgeBalance(
      gridMeter,
      balance,
      wiring.some(({ kind }) => kind !== 'loadPhase'),
    ),
    ...judgeFallbacks(fallbacks),
  ];
  return {
    findings,
    loads: loads.map(resultOf),
    ...(balance === undefined ? {} : { balance }),
    certain:
      loads.every(({ unsure }) => unsure === undefined) &&
      findings.every(({ certainty }) => certainty === 'sure'),
  };
}
