/** What can go wrong in calling this package. Refused messages are not errors: see `RefusalCode`. */
export type UplinkErrorCode =
  'bad-gateway-id' | 'bad-topic' | 'bad-envelope' | 'bad-option' | 'unknown-gateway' | 'too-large';

/** The one error of this package: the message names the value, what was expected and what to do. */
export class UplinkError extends Error {
  override readonly name = 'UplinkError';

  constructor(
    readonly code: UplinkErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is an {@link UplinkError}. */
export function isUplinkError(error: unknown): error is UplinkError {
  return error instanceof UplinkError;
}
