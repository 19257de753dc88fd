/**
 * Why a device gave no answer that can be used. The set is closed.
 *
 * - `unauthorized`: it asks for a password, or for another one.
 * - `busy`: it refuses for the moment (status 429 or 503).
 * - `http-status`: any other status than 200.
 * - `rpc-error`: it answered with an error of its own.
 * - `bad-reply`: what came is no answer to what was asked.
 * - `bad-option`: an argument cannot work.
 * - `listen-failed`: a simulated device could not listen on its address.
 */
export type ShellyErrorCode =
  | 'unauthorized'
  | 'busy'
  | 'http-status'
  | 'rpc-error'
  | 'bad-reply'
  | 'bad-option'
  | 'listen-failed';

/** The one error of this package: the message names the method and what came, and never a secret. */
export class ShellyError extends Error {
  override readonly name = 'ShellyError';

  constructor(
    readonly code: ShellyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link ShellyError}, also when two copies of this package are loaded. */
export function isShellyError(error: unknown): error is ShellyError {
  return error instanceof Error && error.name === 'ShellyError' && 'code' in error;
}
