/**
 * Why a command did not do its work:
 * - `bad-usage`: the command line is wrong
 * - `bad-input`: a file that was given is missing, unreadable or wrong
 * - `bad-output`: the output directory is not ours to replace, or cannot be written
 * - `not-a-run`: the directory to verify or explain holds no run of ours
 */
export type RunnerErrorCode = 'bad-usage' | 'bad-input' | 'bad-output' | 'not-a-run';

/** The one error of this app: a sentence that names file, place, value and expectation. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError';

  constructor(
    readonly code: RunnerErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link RunnerError}. */
export function isRunnerError(error: unknown): error is RunnerError {
  return error instanceof RunnerError;
}

/** The message of a failed system call without its stack. */
export function systemMessage(error: unknown): string {
  return isObject(error) && typeof error['message'] === 'string' ? error['message'] : String(error);
}

/** Whether a thrown value comes from the operating system: a file that is missing, forbidden, full … */
export function isSystemError(error: unknown): boolean {
  return isObject(error) && typeof error['syscall'] === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
