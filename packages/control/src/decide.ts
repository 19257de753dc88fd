import type { CommandV1 } from '@microgrid/events';
import type { Explanation } from './explanation.js';
import type { Memory } from './memory.js';
import type { Policy } from './policy.js';
import type { Snapshot } from './snapshot.js';

/** What one decision gives back. */
export interface Decision {
  /** Commands to send now, in ascending sequence. Empty where every last one still holds. */
  readonly commands: readonly CommandV1[];
  readonly explanation: Explanation;
  /** For the next snapshot. */
  readonly memory: Memory;
}

export type Decide = (snapshot: Snapshot, policy: Policy) => Decision;
