import type { PtNet } from './pt-net.js';
import { queryInSteps, type QueryOptions, type QueryResult } from './query.js';
import { sharedDeadline } from './limits.js';
import { isDeadlockFreeBySiphons } from './siphons.js';
import { runToDeadlock } from './run-to-deadlock.js';
import { finish, type Steps } from './steps.js';
import { decided } from './verdict.js';
import { walkToDeadlock } from './walk-to-deadlock.js';

/** How to look for a deadlock. */
export interface DeadlockOptions extends QueryOptions {
  /** Branches of the siphon search that is tried first; 0 skips it. Default 20,000; 0 in large nets. */
  readonly maxSiphonBranches?: number;
}

/** Places times transitions above which a single siphon takes seconds to find. */
const SIPHON_SIZE = 4_000_000;

/**
 * Whether a marking without an enabled transition is reachable: Commoner's condition first, then a
 * search on the reduced net with stubborn sets, then, where that reached a limit, random walks. The
 * witness leads to the deadlock.
 */
export function findDeadlock(net: PtNet, options: DeadlockOptions = {}): QueryResult {
  return finish(findDeadlockInSteps(net, options));
}

/** `findDeadlock` in pieces: see `Steps`. */
export function* findDeadlockInSteps(
  net: PtNet,
  options: DeadlockOptions = {},
): Steps<QueryResult> {
  const left = sharedDeadline(options);
  const size = net.places.length * net.transitions.length;
  const maxBranches = options.maxSiphonBranches ?? (size > SIPHON_SIZE ? 0 : 20_000);
  if (maxBranches > 0 && isDeadlockFreeBySiphons(net, { maxBranches }) === true)
    return { ...decided(false, 'siphons and traps'), states: 0 };
  const searched = yield* queryInSteps(net, { op: 'EF', operand: { op: 'deadlock' } }, left());
  if (searched.verdict !== 'unknown') return searched;
  const firings = yield* walkToDeadlock(net, { ...left(), onProgress: () => undefined });
  // Fired once more in plain numbers: a walk through an unbounded net may leave 32 bits.
  if (firings === undefined || runToDeadlock(net, firings)?.length !== firings.length)
    return searched;
  return { ...decided(true, 'random walk', { firings }), states: searched.states };
}
