import type { Community } from '../community.js';
import type { Verdict } from './verdict.js';

/** Where the energies of a run come from. */
export type RunSource = 'gateway' | 'dso';

/**
 * Whether a contract lets a run of a kind stand on a source. Where the distribution system operator
 * decides, data of the community's own gateways gives runs of kind `preliminary` alone; every other
 * kind needs the operator's data.
 * @param kind kind of the run, as in `preliminary`, `initial`, `final`.
 */
export function runKindVerdict(
  community: Pick<Community, 'decidedBy'>,
  kind: string,
  source: RunSource,
): Verdict {
  if (community.decidedBy !== 'dso' || source === 'dso' || kind === 'preliminary') {
    return { outcome: 'eligible', reason: '' };
  }
  return {
    outcome: 'refused',
    rule: 'decidedBy',
    reason: `the distribution system operator decides: a ${kind} run needs its data, gateway data alone gives a preliminary run`,
  };
}
