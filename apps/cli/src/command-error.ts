/** What went wrong at the command line. */
export type CommandErrorCode =
  /** A file cannot be read or written. */
  | 'file'
  /** An option or argument has a wrong value. */
  | 'usage'
  /** A file was read, but is not what the command takes. */
  | 'input';

/** Something a user can mend: `main` prints its message and exits with `EXIT_BAD_INPUT`. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    /** From a closed set. */
    readonly code: CommandErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether an error is a `CommandError`. */
export function isCommandError(error: unknown): error is CommandError {
  return error instanceof CommandError;
}

/** Whether an error is the operating system's: a file that is not there, a disk that is full. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
