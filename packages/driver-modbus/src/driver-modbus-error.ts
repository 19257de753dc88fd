/**
 * What was wrong. The set is closed.
 *
 * - `unknown-point`: a value is given for a point that the profile does not have or that is a sum.
 * - `not-encodable`: a value has no register form, for example a text in a number.
 */
export type DriverModbusErrorCode = 'unknown-point' | 'not-encodable';

/** The one error of this package: the message names the point, the value and what was expected. */
export class DriverModbusError extends Error {
  override readonly name = 'DriverModbusError';

  constructor(
    readonly code: DriverModbusErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link DriverModbusError}. */
export function isDriverModbusError(error: unknown): error is DriverModbusError {
  return error instanceof DriverModbusError;
}
