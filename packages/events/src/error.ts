/** What is wrong with an event or with a value that should become canonical JSON. */
export type EventsErrorCode = 'not-json' | 'invalid-event' | 'unknown-kind' | 'unknown-version';

/** One place where a value is not as expected. */
export interface EventsProblem {
  /** Where, as in `periods[2].start`; empty for the value itself. */
  readonly path: string;
  /** The value found there, as JSON cut to a readable length. */
  readonly found: string;
  /** What was expected. */
  readonly expected: string;
}

/** The one error of this package: the message names path, value and expectation of every problem. */
export class EventsError extends Error {
  override readonly name = 'EventsError';

  constructor(
    readonly code: EventsErrorCode,
    message: string,
    readonly problems: readonly EventsProblem[] = [],
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is an {@link EventsError}. */
export function isEventsError(error: unknown): error is EventsError {
  return error instanceof EventsError;
}
