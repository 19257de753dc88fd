import type { PtNet } from './pt-net.js';
import { queryInSteps, type QueryOptions, type QueryResult } from './query.js';
import { isDeadlockFreeBySiphons } from './siphons.js';
import { finish, type Steps } from './steps.js';
import { decided } from './verdict.js';

/** How to look for a deadlock. */
export interface DeadlockOptions extends QueryOptions {
  /** Branches of the siphon search that is tried first; 0 skips it. Default 20,000; 0 in large nets. */
  readonly maxSiphonBranches?: number;
}

/** Places times transitions above which a single siphon takes seconds to find. */
const SIPHON_SIZE = 4_000_000;

/**
 * Whether a marking without an enabled transition is reachable: Commoner's condition first, then a
 * search on the reduced net with stubborn sets. The witness leads to the deadlock.
 */
export function findDeadlock(net: PtNet, options: DeadlockOptions = {}): QueryResult {
  return finish(findDeadlockInSteps(net, options));
}

/** `findDeadlock` in pieces: see `Steps`. */
export function* findDeadlockInSteps(
  net: PtNet,
  options: DeadlockOptions = {},
): Steps<QueryResult> {
  const size = net.places.length * net.transitions.length;
  const maxBranches = options.maxSiphonBranches ?? (size > SIPHON_SIZE ? 0 : 20_000);
  if (maxBranches > 0 && isDeadlockFreeBySiphons(net, { maxBranches }) === true)
    return { ...decided(false, 'siphons and traps'), states: 0 };
  return yield* queryInSteps(net, { op: 'EF', operand: { op: 'deadlock' } }, options);
}
