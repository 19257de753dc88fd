/**
 * What became of a command.
 *
 * - `applied`: written, and the device confirmed it where it can be asked.
 * - `accepted`: the device took it, but reading it back does not show it yet; it is asked again at
 *   each poll.
 * - `rejected`: refused before anything was written; `reason` says why.
 * - `expired`: its validity ended before it could be written.
 * - `failed`: the wire or the device failed; it may or may not have been applied in part.
 */
export type CommandStatus = 'applied' | 'accepted' | 'rejected' | 'expired' | 'failed';

/** The answer to a command. */
export interface CommandOutcome {
  readonly status: CommandStatus;
  /** A sentence for people. */
  readonly reason: string;
  /** What the device says the set point is now, in the control's unit; absent where it cannot be asked. */
  readonly readback?: number | boolean;
}
