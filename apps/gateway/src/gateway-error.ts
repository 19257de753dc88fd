/** What stops a gateway from starting or running. */
export type GatewayErrorCode =
  | 'bad-config'
  | 'unknown-driver'
  | 'bad-driver'
  | 'driver-failed'
  | 'driver-store'
  | 'unknown-bus'
  | 'unknown-device'
  | 'storage'
  | 'listen-failed';

/** The one error of the gateway: the message names the path, the value and what was expected. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: GatewayErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link GatewayError}. */
export function isGatewayError(error: unknown): error is GatewayError {
  return error instanceof GatewayError;
}
