import type { EventsProblem } from '@microgrid/events';

/**
 * What is wrong with a tariff:
 * - `invalid-tariff`: it does not have the documented form, or leaves a gap or an overlap in time
 * - `unaligned-period`: a price changes inside a settlement interval
 * - `bad-span`: prices were asked for a span that is not a whole number of intervals
 * - `invalid-charges`: a price stack, VAT or rounding does not have the documented form
 * - `invalid-market-prices`: a price file or series has gaps, repetitions or wrong market days
 * - `missing-price`: no price is known for an instant that has to be priced
 * - `bad-usage`: quantities to be billed are absent, negative or do not fit their charges
 * - `bad-number`: a number that cannot be, such as a denominator of 0
 */
export type TariffErrorCode =
  | 'invalid-tariff'
  | 'invalid-charges'
  | 'invalid-market-prices'
  | 'unaligned-period'
  | 'bad-span'
  | 'bad-usage'
  | 'bad-number'
  | 'missing-price';

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
