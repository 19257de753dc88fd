import type { Net } from './bind.js';
import { Execution } from './execution.js';
import type { FireOptions, FireResult } from './fire.js';
import type { Marking } from './marking.js';
import type { PlaceTokens } from './net-structure.js';

/**
 * Fires the first enabled binding in the order of `enabled`; `undefined` when the net is quiescent.
 * Pure. Throws `bad-output` or `law-broken`.
 */
export function step<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
  options: FireOptions = {},
): FireResult<Places> | undefined {
  const execution = new Execution(net, marking, options.checkLaws === true);
  const candidate = execution.first();
  if (candidate === undefined) return undefined;
  const firing = execution.fire(candidate);
  return { marking: execution.marking.freeze() as Marking<Places>, firing };
}
