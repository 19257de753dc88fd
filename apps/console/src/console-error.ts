/**
 * Why the page could not use something it was sent:
 * - `malformed`: a value is missing or is not what the API says;
 * - `other-version`: the gateway and this page were built from different versions of the API.
 */
export type ConsoleErrorCode = 'malformed' | 'other-version';

/** The one error of this package; its message names the path, the value and what was expected. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  constructor(
    readonly code: ConsoleErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown value is a {@link ConsoleError}. */
export function isConsoleError(value: unknown): value is ConsoleError {
  return value instanceof ConsoleError;
}
