import { canonicalJson, type StatementLine, type StatementV1 } from '@microgrid/events';
import type { Pico } from '@microgrid/units';
import { InvoicingError } from './invoicing-error.js';
import { LEDGER_ACCOUNTS, memberAccount } from './ledger/accounts.js';

/** One side of a transaction. */
export interface Posting {
  /** `member:<id>`, `supplier`, `pool` or `rounding`. */
  readonly account: string;
  readonly side: 'debit' | 'credit';
  /** Above 0, a decimal integer of 10^-12 currency units in a string. */
  readonly amountPico: string;
}

/** One side of an energy movement: what a member takes is debited to it, from the pool or the grid. */
export interface EnergyPosting {
  /** `member:<id>`, `grid` or `pool`. */
  readonly account: string;
  readonly side: 'debit' | 'credit';
  /** Above 0, a decimal integer in a string. */
  readonly milliwattHours: string;
}

/** A statement line in double entry, in money and in energy: debits equal credits in each. */
export interface Transaction {
  readonly id: string;
  readonly community: string;
  readonly member: string;
  readonly line: StatementLine['line'];
  readonly start: string;
  readonly end: string;
  readonly currency: string;
  readonly postings: readonly Posting[];
  /** Empty for a line without energy of its own. */
  readonly energyPostings: readonly EnergyPosting[];
  /** What the energy was worth, exactly; below 0 at a price below 0. Absent without energy. */
  readonly worthPico?: string;
}

/** Who stands on the other side of a line: shared energy is traded through the pool, the rest with the supplier. */
const COUNTER_ACCOUNT: Readonly<Record<StatementLine['line'], string>> = {
  supply: LEDGER_ACCOUNTS.supplier,
  surplus: LEDGER_ACCOUNTS.supplier,
  sharedIn: LEDGER_ACCOUNTS.pool,
  sharedOut: LEDGER_ACCOUNTS.pool,
  rounding: LEDGER_ACCOUNTS.rounding,
};

/** Where a line's energy comes from (`taken`) or goes to (`given`); absent: it has none of its own. */
const ENERGY_SIDE: Readonly<
  Partial<Record<StatementLine['line'], { readonly taken?: string; readonly given?: string }>>
> = {
  supply: { taken: LEDGER_ACCOUNTS.grid },
  sharedIn: { taken: LEDGER_ACCOUNTS.pool },
  sharedOut: { given: LEDGER_ACCOUNTS.pool },
  surplus: { given: LEDGER_ACCOUNTS.grid },
};

function posting(account: string, debit: Pico): Posting[] {
  if (debit === 0n) return [];
  return [
    debit > 0n
      ? { account, side: 'debit', amountPico: debit.toString() }
      : { account, side: 'credit', amountPico: (-debit).toString() },
  ];
}

function energyPostings(member: string, line: StatementLine): EnergyPosting[] {
  const { taken, given } = ENERGY_SIDE[line.line] ?? {};
  const milliwattHours = line.energyMilliwattHours;
  const move = (debit: string, credit: string): EnergyPosting[] => [
    { account: debit, side: 'debit', milliwattHours },
    { account: credit, side: 'credit', milliwattHours },
  ];
  if (milliwattHours === '0') return [];
  if (taken !== undefined) return move(member, taken);
  return given === undefined ? [] : move(given, member);
}

/**
 * One transaction per line with money or energy in it: the member is debited what its statement says
 * (credited for a credit), the other side gets the exact amount, and the difference stands on
 * `rounding`.
 */
export function statementTransactions(statement: StatementV1): Transaction[] {
  const { community, member, start, end, currency } = statement;
  const account = memberAccount(member);
  return statement.lines.flatMap((statementLine) => {
    const { line, exactPico, amountPico } = statementLine;
    const exact = BigInt(exactPico);
    const amount = BigInt(amountPico);
    const postings = [
      ...posting(account, amount),
      ...posting(COUNTER_ACCOUNT[line], -exact),
      ...posting(LEDGER_ACCOUNTS.rounding, exact - amount),
    ];
    const energy = energyPostings(account, statementLine);
    if (postings.length === 0 && energy.length === 0) return [];
    const about = { id: `${statement.id}/${line}`, community, member, line, start, end, currency };
    const worth = ENERGY_SIDE[line]?.given === undefined ? exact : -exact;
    return [
      {
        ...about,
        postings,
        energyPostings: energy,
        ...(energy.length > 0 && { worthPico: worth.toString() }),
      },
    ];
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

/** What each account was debited less what it was credited in energy, mWh, by account. */
export function energyBalances(transactions: readonly Transaction[]): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const { energyPostings: postings } of transactions) {
    for (const { account, side, milliwattHours } of postings) {
      const debit = side === 'debit' ? BigInt(milliwattHours) : -BigInt(milliwattHours);
      balances.set(account, (balances.get(account) ?? 0n) + debit);
    }
  }
  return balances;
}

/**
 * Debits equal credits in each transaction, in money and in energy, and the pool keeps neither: what
 * takers pay for shared energy is exactly what givers earn. @throws InvoicingError `not-balanced`.
 */
export function checkBalances(transactions: readonly Transaction[]): void {
  const total = (balances: Map<string, bigint>): bigint =>
    [...balances.values()].reduce((sum, balance) => sum + balance, 0n);
  for (const transaction of transactions) {
    const money = total(accountBalances([transaction]));
    const energy = total(energyBalances([transaction]));
    if (money !== 0n || energy !== 0n) {
      throw new InvoicingError(
        'not-balanced',
        `${transaction.id}: debits less credits are ${money} (10^-12 currency units) and ${energy} mWh, expected 0 and 0`,
      );
    }
  }
  const pool = accountBalances(transactions).get(LEDGER_ACCOUNTS.pool) ?? 0n;
  const energy = energyBalances(transactions).get(LEDGER_ACCOUNTS.pool) ?? 0n;
  if (pool === 0n && energy === 0n) return;
  throw new InvoicingError(
    'not-balanced',
    `the pool keeps ${pool} (10^-12 currency units) and ${energy} mWh, expected 0 and 0`,
  );
}

/** The ledger as text: one transaction per line, canonical JSON. */
export function renderTransactions(transactions: readonly Transaction[]): string {
  return transactions.map((transaction) => `${canonicalJson(transaction)}\n`).join('');
}
