/** What was wrong: the policy's text, or a snapshot that no gateway may send. */
export type ControlErrorCode = 'bad-policy' | 'bad-snapshot' | 'bad-memory';

/** The one error of this package: the message names the path, the value found and what was expected. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(
    readonly code: ControlErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link ControlError}. */
export function isControlError(error: unknown): error is ControlError {
  return error instanceof ControlError;
}
