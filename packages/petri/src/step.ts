import type { Net } from './bind.js';
import { Execution } from './execution.js';
import type { FireOptions, FireResult } from './fire.js';
import type { Emission, EmissionOf } from './firing.js';
import type { Marking } from './marking.js';
import type { NetTransitions, PlaceTokens } from './net-structure.js';

/**
 * Fires the first enabled binding in the order of `enabled`, at the marking's instant; `undefined`
 * when none is enabled then. Pure. Throws `bad-output`, `bad-token` or `law-broken`.
 */
export function step<Places extends PlaceTokens, Transitions extends NetTransitions>(
  net: Net<Places, Transitions>,
  marking: Marking<NoInfer<Places>>,
  options: FireOptions = {},
): FireResult<Places, Transitions> | undefined {
  const execution = new Execution(net, marking, options);
  const candidate = execution.first();
  if (candidate === undefined) return undefined;
  const firing = execution.fire(candidate);
  return {
    marking: execution.marking.freeze() as Marking<Places>,
    firing,
    effects: execution.effects as readonly Emission[] as readonly EmissionOf<Transitions>[],
  };
}

/**
 * The next instant at which a delay makes something enabled; `undefined` when time alone changes
 * nothing. A host sets its timer by it and passes the instant to `run` as a clock input. An instant
 * at or before the marking's says that something is enabled now.
 */
export function nextDueMs<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
): number | undefined {
  const execution = new Execution(net, marking);
  for (;;) {
    if (execution.first() !== undefined) return execution.marking.nowMs;
    const due = execution.nextDueMs();
    if (due === undefined) return undefined;
    execution.advance(due);
  }
}
