import { canonicalJson, type StatementLine, type StatementV1 } from '@microgrid/events';
import type { Pico } from '@microgrid/units';
import { InvoicingError } from './invoicing-error.js';

/** One side of a transaction. */
export interface Posting {
  /** `member:<id>`, `supplier`, `pool` or `rounding`. */
  readonly account: string;
  readonly side: 'debit' | 'credit';
  /** Above 0, a decimal integer of 10^-12 currency units in a string. */
  readonly amountPico: string;
}

/** A statement line in double entry: its debits equal its credits. */
export interface Transaction {
  readonly id: string;
  readonly community: string;
  readonly member: string;
  readonly line: StatementLine['line'];
  readonly start: string;
  readonly end: string;
  readonly currency: string;
  readonly postings: readonly Posting[];
}

/** Who stands on the other side of a line: shared energy is traded through the pool, the rest with the supplier. */
const COUNTER_ACCOUNT: Readonly<Record<StatementLine['line'], string>> = {
  supply: 'supplier',
  surplus: 'supplier',
  sharedIn: 'pool',
  sharedOut: 'pool',
  rounding: 'rounding',
};

function posting(account: string, debit: Pico): Posting[] {
  if (debit === 0n) return [];
  return [
    debit > 0n
      ? { account, side: 'debit', amountPico: debit.toString() }
      : { account, side: 'credit', amountPico: (-debit).toString() },
  ];
}

/**
 * One transaction per line with money in it: the member is debited what its statement says (credited
 * for a credit), the other side gets the exact amount, and the difference stands on `rounding`.
 */
export function statementTransactions(statement: StatementV1): Transaction[] {
  const { community, member, start, end, currency } = statement;
  return statement.lines.flatMap(({ line, exactPico, amountPico }) => {
    const exact = BigInt(exactPico);
    const amount = BigInt(amountPico);
    const postings = [
      ...posting(`member:${member}`, amount),
      ...posting(COUNTER_ACCOUNT[line], -exact),
      ...posting('rounding', exact - amount),
    ];
    if (postings.length === 0) return [];
    const id = `${statement.id}/${line}`;
    return [{ id, community, member, line, start, end, currency, postings }];
  });
}

/** What each account was debited less what it was credited, by account. */
export function accountBalances(transactions: readonly Transaction[]): Map<string, Pico> {
  const balances = new Map<string, Pico>();
  for (const { postings } of transactions) {
    for (const { account, side, amountPico } of postings) {
      const debit = side === 'debit' ? BigInt(amountPico) : -BigInt(amountPico);
      balances.set(account, (balances.get(account) ?? 0n) + debit);
    }
  }
  return balances;
}

/**
 * Debits equal credits, and the pool keeps nothing: what takers pay for shared energy is exactly
 * what givers earn. @throws InvoicingError `not-balanced`.
 */
export function checkBalances(transactions: readonly Transaction[]): void {
  const balances = accountBalances(transactions);
  const sum = [...balances.values()].reduce((total, balance) => total + balance, 0n);
  const pool = balances.get('pool') ?? 0n;
  if (sum === 0n && pool === 0n) return;
  throw new InvoicingError(
    'not-balanced',
    `debits less credits are ${sum} and the pool keeps ${pool} (10^-12 currency units), expected 0 and 0`,
  );
}

/** The ledger as text: one transaction per line, canonical JSON. */
export function renderTransactions(transactions: readonly Transaction[]): string {
  return transactions.map((transaction) => `${canonicalJson(transaction)}\n`).join('');
}
