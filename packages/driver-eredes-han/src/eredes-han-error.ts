/**
 * What was wrong. The set is closed.
 *
 * - `bad-reply`: the meter answered with bytes that cannot be what was asked for.
 * - `bad-profile`: its load profile cannot be turned into intervals: unknown layout, a period that is
 *   no interval length, or a direction that neither column nor register tells.
 * - `no-meter`: no setting of the serial line brought an answer.
 * - `bad-option`: an argument is out of its range.
 */
export type EredesHanErrorCode = 'bad-reply' | 'bad-profile' | 'no-meter' | 'bad-option';

/** The one error of this package: the message names what was asked, what came and what to do. */
export class EredesHanError extends Error {
  override readonly name = 'EredesHanError';

  constructor(
    readonly code: EredesHanErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is an {@link EredesHanError}, also when two copies of this package are loaded. */
export function isEredesHanError(error: unknown): error is EredesHanError {
  return error instanceof Error && error.name === 'EredesHanError' && 'code' in error;
}
