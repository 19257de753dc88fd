/**
 * What went wrong:
 * - `unknown-member`: a member was asked for that the period does not have
 * - `not-balanced`: postings do not add up; a fault of this package, reported instead of a wrong ledger
 */
export type InvoicingErrorCode = 'unknown-member' | 'not-balanced';

/** The one error of this package: the message names the value and what was expected. */
export class InvoicingError extends Error {
  override readonly name = 'InvoicingError';

  constructor(
    readonly code: InvoicingErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is an {@link InvoicingError}. */
export function isInvoicingError(error: unknown): error is InvoicingError {
  return error instanceof InvoicingError;
}
