/** What stops a coordinator or one of its operations. */
export type CoordinatorErrorCode =
  | 'bad-config'
  | 'bad-community'
  | 'bad-request'
  | 'incomplete-period'
  | 'period-closed'
  | 'storage'
  | 'listen-failed';

/** The one error of the coordinator: the message names the value and what was expected. */
export class CoordinatorError extends Error {
  override readonly name = 'CoordinatorError';

  constructor(
    readonly code: CoordinatorErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link CoordinatorError}. */
export function isCoordinatorError(error: unknown): error is CoordinatorError {
  return error instanceof CoordinatorError;
}
