/** What can go wrong on a link. */
export type MqttErrorCode =
  | 'not-connected'
  | 'connection-lost'
  | 'queue-full'
  | 'too-large'
  | 'publish-failed'
  | 'bad-topic'
  | 'bad-option'
  | 'closed';

/** The one error of this package: the message names the link, the value and what to do. */
export class MqttError extends Error {
  override readonly name = 'MqttError';

  constructor(
    readonly code: MqttErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether an unknown thrown value is an {@link MqttError}. */
export function isMqttError(error: unknown): error is MqttError {
  return error instanceof MqttError;
}
