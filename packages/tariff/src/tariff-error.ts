import type { EventsProblem } from '@microgrid/events';

/**
 * What is wrong with a tariff:
 * - `invalid-tariff`: it does not have the documented form, or leaves a gap or an overlap in time
 * - `unaligned-period`: a price changes inside a settlement interval
 * - `bad-span`: prices were asked for a span that is not a whole number of intervals
 */
export type TariffErrorCode = 'invalid-tariff' | 'unaligned-period' | 'bad-span';

/** The one error of this package: the message names path, value and expectation of every problem. */
export class TariffError extends Error {
  override readonly name = 'TariffError';

  constructor(
    readonly code: TariffErrorCode,
    message: string,
    readonly problems: readonly EventsProblem[] = [],
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link TariffError}. */
export function isTariffError(error: unknown): error is TariffError {
  return error instanceof TariffError;
}
