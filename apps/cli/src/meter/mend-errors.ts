import { isEventsError } from '@microgrid/events';
import { isMeteringError } from '@microgrid/metering';
import { isUnitsError } from '@microgrid/units';
import type { CommandContext } from '../command-context.js';
import { CommandError, isSystemError } from '../command-error.js';
import { EXIT_INTERRUPTED } from '../exit-code.js';

/**
 * Runs work on files; what is wrong with them becomes a message for the user, and an interruption its
 * exit code. @throws CommandError.
 */
export async function mendable(
  { io, signal, exitWith }: CommandContext,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      io.stderr.write('microgrid: interrupted; nothing was written\n');
      exitWith(EXIT_INTERRUPTED);
      return;
    }
    if (isMeteringError(error) || isEventsError(error) || isUnitsError(error)) {
      throw new CommandError('input', error.message, { cause: error });
    }
    if (isSystemError(error)) throw new CommandError('file', error.message, { cause: error });
    throw error;
  }
}
