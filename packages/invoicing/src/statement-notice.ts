/** What every statement says of itself, in whatever form it is shown. */
export const STATEMENT_NOTICE =
  'Settlement statement of an energy community. This is not a fiscal invoice.';
