/**
 * What went wrong:
 * - `unknown-member`: a member was asked for that the period does not have
 * - `not-balanced`: postings do not add up; a fault of this package, reported instead of a wrong ledger
 * - `bad-ledger`: a ledger's record, account or instant is none
 * - `transfer-refused`: the ledger refused a transfer that had to happen
 * - `bad-payment`: a payment, its parties or a payment file is not as banks accept it
 * - `bad-confirmation`: a bank's message is not what it says it is
 * - `missing-data`: a document lacks data that its standard requires
 * - `bad-bundle`: a member's bundle or a log of runs cannot be read
 * - `bad-adjustment`: two settlements that are no versions of one period
 */
export type InvoicingErrorCode =
  | 'unknown-member'
  | 'not-balanced'
  | 'bad-ledger'
  | 'transfer-refused'
  | 'bad-payment'
  | 'bad-confirmation'
  | 'missing-data'
  | 'bad-bundle'
  | 'bad-adjustment';

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
