import type { HashPort } from '@microgrid/journal';
import { memberDays, type MemberDay, type SettlementRun } from '@microgrid/settlement';
import { compareIds } from '@microgrid/units';
import { invoice, type Invoice } from '../invoice.js';
import { InvoicingError } from '../invoicing-error.js';
import type { Transaction } from '../transactions.js';
import { deltaTransactions, type DeltaTransaction } from './delta-transactions.js';
import {
  statementCorrection,
  type StatementCorrection,
  type StatementVersion,
} from './statement-correction.js';

/** A version of a period's settlement with its statements. */
export interface InvoicedRun {
  readonly run: SettlementRun;
  readonly invoice: Invoice;
  /** Ordered by member id, then date. */
  readonly days: readonly MemberDay[];
}

/** Makes the statements of a version. @throws InvoicingError `not-balanced`, SettlementError `not-conserved`. */
export function invoiceRun(run: SettlementRun, hash: HashPort): InvoicedRun {
  const days = memberDays(run.settled);
  return { run, days, invoice: invoice(run.settled, { hash, days }) };
}

/** What a new version of a period's settlement changes in the books and for every member. */
export interface Adjustment {
  /** Ids of the two versions. */
  readonly previous: string;
  readonly run: string;
  readonly version: number;
  /** To be posted beside what was posted; empty where nothing changed. */
  readonly transactions: readonly DeltaTransaction[];
  /** One per member whose statement changed, in member id order. */
  readonly corrections: readonly StatementCorrection[];
}

/** What was said about a period before. */
export interface AdjustmentHistory {
  /** The original transactions and all deltas so far; default those of the previous version. */
  readonly posted?: readonly Transaction[];
  /** Statements of correction so far. Default none. */
  readonly corrections?: readonly StatementCorrection[];
}

function versions({ invoice: { statements }, days }: InvoicedRun): Map<string, StatementVersion> {
  const own = new Map<string, MemberDay[]>();
  for (const day of days) {
    const known = own.get(day.member);
    if (known === undefined) own.set(day.member, [day]);
    else known.push(day);
  }
  return new Map(
    statements.map((statement) => [
      statement.member,
      { statement, days: own.get(statement.member) ?? [] },
    ]),
  );
}

function checkSamePeriod({ run: before }: InvoicedRun, { run: after }: InvoicedRun): void {
  const [a, b] = [before, after].map(({ id }) => id.slice(0, id.lastIndexOf('/')));
  const currencies = [before, after].map(({ basis }) => basis.known.community.currency);
  if (a === b && after.version >= before.version && currencies[0] === currencies[1]) return;
  throw new InvoicingError(
    'bad-adjustment',
    `adjustment from ${before.id} to ${after.id}: expected a later version of the same community and period, in the same currency`,
  );
}

/**
 * What the step from one version of a period to a later one comes to: delta postings that, with
 * everything posted before untouched, sum to exactly what a fresh run on the final data posts, to the
 * rounded cent; and each member's statement of correction.
 * @throws InvoicingError `bad-adjustment` for versions of two periods, `not-balanced`.
 */
export function adjust(
  before: InvoicedRun,
  after: InvoicedRun,
  { posted = before.invoice.transactions, corrections = [] }: AdjustmentHistory = {},
): Adjustment {
  checkSamePeriod(before, after);
  const { version, id } = after.run;
  const [old, now] = [versions(before), versions(after)];
  const members = [...new Set([...old.keys(), ...now.keys()])].sort(compareIds);
  const last = new Map(corrections.map((correction) => [correction.statement, correction.id]));
  return {
    previous: before.run.id,
    run: id,
    version,
    transactions: deltaTransactions(posted, after.invoice.transactions, version),
    corrections: members.flatMap((member) => {
      const [a, b] = [old.get(member), now.get(member)];
      const statement = (b ?? a)?.statement.id ?? '';
      return statementCorrection(a, b, version, last.get(statement)) ?? [];
    }),
  };
}
