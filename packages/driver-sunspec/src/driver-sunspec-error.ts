/**
 * What was wrong. The set is closed.
 *
 * - `bad-definition`: a model's definition is not in the form of `parseModel`.
 * - `bad-map`: a simulated device cannot be laid out as asked.
 * - `unknown-point`: a simulated device has no place for a point.
 * - `bad-dump`: a device image is not in the form of `parseDeviceDump`.
 */
export type DriverSunspecErrorCode = 'bad-definition' | 'bad-map' | 'bad-dump' | 'unknown-point';

/** The one error of this package: the message names the place, what was found and what was expected. */
export class DriverSunspecError extends Error {
  override readonly name = 'DriverSunspecError';

  constructor(
    readonly code: DriverSunspecErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link DriverSunspecError}, also when two copies of this package are loaded. */
export function isDriverSunspecError(error: unknown): error is DriverSunspecError {
  return error instanceof Error && error.name === 'DriverSunspecError' && 'code' in error;
}
