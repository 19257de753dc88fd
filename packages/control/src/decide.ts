import type { CommandV1 } from '@microgrid/events';
import { buildPlan } from './build-plan.js';
import { decideBlindly } from './decide-blindly.js';
import { decideNormally } from './decide-normally.js';
import { explain } from './explain.js';
import type { Explanation } from './explanation.js';
import { issueCommands } from './issue-commands.js';
import type { Memory } from './memory.js';
import type { Policy } from './policy.js';
import { rebased, remember } from './remember.js';
import { siteView } from './site-view.js';
import type { Snapshot } from './snapshot.js';

/** What one decision gives back. */
export interface Decision {
  /** Commands to send now, in ascending sequence. Empty where every last one still holds. */
  readonly commands: readonly CommandV1[];
  readonly explanation: Explanation;
  /** For the next snapshot. */
  readonly memory: Memory;
}

/**
 * Decides what to power, store, shed and charge. Pure: the same snapshot and policy give the same
 * commands, whatever order the devices come in.
 *
 * Rules by precedence: main fuse, nameplate, battery reserve, blind operation, contract limit,
 * upstream limit, then what the owner wants: price, charging, self-consumption. A signal from outside
 * can narrow what these allow and never widen it.
 * @throws ControlError `bad-snapshot` when it is not clear which device is the grid meter.
 */
export function decide(snapshot: Snapshot, policy: Policy): Decision {
  const memory = rebased(snapshot.memory, snapshot.monotonicMs);
  const view = siteView(snapshot, policy);
  const { plan, atReserve } = buildPlan(view, memory, policy);
  const outcome =
    view.grid === undefined
      ? decideBlindly(plan, memory, policy, snapshot.monotonicMs)
      : decideNormally(plan, view.grid, snapshot, memory, policy);
  const issued = issueCommands(plan, snapshot, memory, policy, view.grid === undefined);
  return {
    commands: issued.commands,
    explanation: explain(snapshot, policy, view, plan, outcome, issued.setPoints),
    memory: remember(snapshot, memory, { view, plan, outcome, issued, atReserve }),
  };
}
