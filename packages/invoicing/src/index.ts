export { invoice, renderStatementJson, type Invoice, type InvoiceOptions } from './invoice.js';
export { InvoicingError, isInvoicingError, type InvoicingErrorCode } from './invoicing-error.js';
export {
  leafBytes,
  statementDay,
  type MemberDayLeaf,
  type StatementDay,
} from './member-day-leaf.js';
export { renderStatementCsv, STATEMENT_CSV_HEADER, statementCsvBytes } from './statement-csv.js';
export { statementLines, type StatementLines } from './statement-lines.js';
export { statementPayment, type StatementPayment } from './statement-payment.js';
export {
  accountBalances,
  checkBalances,
  renderTransactions,
  statementTransactions,
  type Posting,
  type Transaction,
} from './transactions.js';
export { readStatement, verifyStatement, type StatementVerdict } from './verify-statement.js';
