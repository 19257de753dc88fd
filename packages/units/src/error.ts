/** What went wrong with a quantity. */
export type UnitsErrorCode =
  | 'not-a-number'
  | 'too-fine'
  | 'out-of-range'
  | 'bad-instant'
  | 'bad-resolution'
  | 'bad-interval'
  | 'bad-time-zone'
  | 'bad-weights';

/** The one error of this package: the message names the value and what was expected. */
export class UnitsError extends Error {
  override readonly name = 'UnitsError';

  constructor(
    readonly code: UnitsErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link UnitsError}. */
export function isUnitsError(error: unknown): error is UnitsError {
  return error instanceof UnitsError;
}
