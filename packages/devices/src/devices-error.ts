import type { EventsProblem } from '@microgrid/events';

/**
 * Why a device, driver or profile is refused. The set is closed.
 *
 * - `bad-profile`: a profile is malformed or breaks a rule of the format.
 * - `bad-config`: a device's configuration does not fit its driver.
 * - `bad-driver`: a driver is not defined as the contract asks.
 * - `closed`: the device was closed before.
 * - `unreachable`: a transport has no connection, or it broke.
 * - `timeout`: a transport got no answer in time.
 * - `aborted`: the caller's AbortSignal fired.
 */
export type DevicesErrorCode =
  'bad-profile' | 'bad-config' | 'bad-driver' | 'closed' | 'unreachable' | 'timeout' | 'aborted';

/** The one error of this package: the message names path, value and expectation of every problem. */
export class DevicesError extends Error {
  override readonly name = 'DevicesError';

  constructor(
    readonly code: DevicesErrorCode,
    message: string,
    readonly problems: readonly EventsProblem[] = [],
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link DevicesError}, also when two copies of this package are loaded. */
export function isDevicesError(error: unknown): error is DevicesError {
  return error instanceof Error && error.name === 'DevicesError' && 'code' in error;
}
