export {
  invoice,
  invoiceDays,
  type Invoice,
  type InvoicedDays,
  type InvoiceOptions,
} from './invoice.js';
export { InvoicingError, isInvoicingError, type InvoicingErrorCode } from './invoicing-error.js';
export {
  leafBytes,
  statementLeaves,
  type MemberDayLeaf,
  type StatementDay,
} from './member-day-leaf.js';
export { renderStatementJson, statementJsonBytes } from './proven-statement.js';
export { renderStatementCsv, STATEMENT_CSV_HEADER, statementCsvBytes } from './statement-csv.js';
export { lineKey, statementLines, type StatementLines } from './statement-lines.js';
export { statementPayment, type StatementPayment } from './statement-payment.js';
export {
  accountBalances,
  checkBalances,
  energyBalances,
  renderTransactions,
  residualTransactions,
  statementTransactions,
  type EnergyPosting,
  type Posting,
  type Residual,
  type Transaction,
} from './transactions.js';
export { readStatement, verifyStatement, type StatementVerdict } from './verify-statement.js';
export {
  arrearsAccount,
  commodityScale,
  ENERGY_COMMODITY,
  isAccountName,
  LEDGER_ACCOUNTS,
  memberAccount,
} from './ledger/accounts.js';
export { Ledger } from './ledger/ledger.js';
export { readLedger, renderLedger } from './ledger/ledger-text.js';
export { reversalOf } from './ledger/reversal.js';
export { accountsOf, transactionTransfers } from './ledger/transaction-transfers.js';
export {
  TRANSFER_OUTCOMES,
  type AccountBalance,
  type CommodityBalance,
  type LedgerAccount,
  type LedgerRecord,
  type PendingTransfer,
  type PostedTransfer,
  type PostPending,
  type Transfer,
  type TransferOutcome,
  type VoidPending,
  type Worth,
} from './ledger/transfer.js';
export { beancountAccount, renderBeancount } from './export/beancount.js';
export { hledgerAccount, renderHledger } from './export/hledger.js';
export {
  plainJournal,
  type JournalBalance,
  type JournalEntry,
  type JournalPosting,
  type PlainJournal,
} from './export/journal-entries.js';
export {
  adjust,
  invoiceRun,
  type Adjustment,
  type AdjustmentHistory,
  type InvoicedRun,
} from './adjustments/adjustment.js';
export { checkBooks, type BooksVerdict } from './adjustments/check-books.js';
export { deltaTransactions, type DeltaTransaction } from './adjustments/delta-transactions.js';
export {
  renderStatementCorrection,
  statementCorrection,
  type CorrectedDay,
  type CorrectedDayLine,
  type CorrectedLine,
  type StatementCorrection,
  type StatementVersion,
} from './adjustments/statement-correction.js';
export { bankText } from './payments/bank-text.js';
export { type PaymentFinding, type PaymentFindingKind } from './payments/bank-matching.js';
export {
  readBankReport,
  type BankItem,
  type BankReport,
  type BankReportOptions,
} from './payments/bank-report.js';
export { bicFault, creditorIdFault, ibanFault } from './payments/iban.js';
export { creditTransferFile, type CreditTransferVersion } from './payments/pain-001.js';
export { directDebitFile, type DirectDebitVersion } from './payments/pain-008.js';
export { paymentFileFaults, type PaymentFileFault } from './payments/payment-file-check.js';
export type { PaymentFileOptions } from './payments/payment-file.js';
export {
  endToEndId,
  type InstructionPlace,
  type PaymentInstruction,
} from './payments/payment-instruction.js';
export type { MemberPayment } from './payments/member-payment.js';
export {
  parsePaymentParties,
  type MemberAccount,
  type PaymentParties,
} from './payments/payment-parties.js';
export type { Mandate } from './parties/party-fields.js';
export {
  runPayments,
  type PaymentEvent,
  type PaymentRun,
  type PaymentRunOptions,
} from './payments/payment-run.js';
export {
  paymentFiles,
  type PaymentFile,
  type PaymentFilesOptions,
} from './payments/payment-files.js';
export { billStatementLines, vatAccount } from './charges/bill-statement-lines.js';
export { chargeParts, type ChargePart, type PointChargeParts } from './charges/charge-parts.js';
export { exactNumber, readExactNumber, sumExactNumbers } from './charges/exact-number.js';
export { pointBills, type PointBill } from './charges/point-bills.js';
export { STATEMENT_NOTICE } from './statement-notice.js';
export {
  documentFactsOf,
  parseDocumentParties,
  type DocumentParties,
  type DocumentTerms,
} from './ubl/document-file.js';
export { ublDocument, type UblDocument } from './ubl/ubl-document.js';
export type { DocumentFacts, DocumentParty, VatTreatment } from './ubl/document-parties.js';
