import { canonicalJson, type StatementLine, type StatementV1 } from '@microgrid/events';
import type { Pico } from '@microgrid/units';
import { InvoicingError } from './invoicing-error.js';
import { LEDGER_ACCOUNTS, memberAccount } from './ledger/accounts.js';
import { lineKey } from './statement-lines.js';

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
  /** Empty for what is the community's own. */
  readonly member: string;
  readonly line: StatementLine['line'] | 'residual';
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
  ownSurplus: LEDGER_ACCOUNTS.supplier,
  sharedIn: LEDGER_ACCOUNTS.pool,
  sharedOut: LEDGER_ACCOUNTS.pool,
  assignedOut: LEDGER_ACCOUNTS.pool,
  charge: LEDGER_ACCOUNTS.unexplained,
  vat: LEDGER_ACCOUNTS.unexplained,
  rounding: LEDGER_ACCOUNTS.rounding,
};

/**
 * Which way a line's energy goes and what its worth counts as; absent: it has none of its own. `MEMBER`
 * stands for the member's account. What stayed of the pool goes from there to the grid at once.
 */
const MEMBER = '';
const ENERGY_WAY: Readonly<
  Partial<Record<StatementLine['line'], { readonly debit: string; readonly credit: string }>>
> = {
  supply: { debit: MEMBER, credit: LEDGER_ACCOUNTS.grid },
  sharedIn: { debit: MEMBER, credit: LEDGER_ACCOUNTS.pool },
  sharedOut: { debit: LEDGER_ACCOUNTS.pool, credit: MEMBER },
  surplus: { debit: LEDGER_ACCOUNTS.grid, credit: MEMBER },
  ownSurplus: { debit: LEDGER_ACCOUNTS.grid, credit: LEDGER_ACCOUNTS.pool },
  assignedOut: { debit: LEDGER_ACCOUNTS.pool, credit: MEMBER },
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
  const way = ENERGY_WAY[line.line];
  const milliwattHours = line.energyMilliwattHours;
  if (way === undefined || milliwattHours === '0') return [];
  const account = (name: string): string => (name === MEMBER ? member : name);
  return [
    { account: account(way.debit), side: 'debit', milliwattHours },
    { account: account(way.credit), side: 'credit', milliwattHours },
  ];
}

/**
 * One transaction per line with money or energy in it: the member is debited what its statement says
 * (credited for a credit), the other side gets the exact amount, and the difference stands on
 * `rounding`. Charges go to the account they name.
 */
export function statementTransactions(statement: StatementV1): Transaction[] {
  const { community, member, start, end, currency } = statement;
  const account = memberAccount(member);
  return statement.lines.flatMap((statementLine) => {
    const { line, exactPico, amountPico, charge } = statementLine;
    const exact = BigInt(exactPico);
    const amount = BigInt(amountPico);
    const postings = [
      ...posting(account, amount),
      ...posting(charge?.account ?? COUNTER_ACCOUNT[line], -exact),
      ...posting(LEDGER_ACCOUNTS.rounding, exact - amount),
    ];
    const energy = energyPostings(account, statementLine);
    if (postings.length === 0 && energy.length === 0) return [];
    const id = `${statement.id}/${lineKey(statementLine)}`;
    const about = { id, community, member, line, start, end, currency };
    const worth = ENERGY_WAY[line]?.debit === MEMBER ? exact : -exact;
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

/** What does not come out even, and the account that names why. */
export interface Residual {
  /** Named account that it stands on, such as `market-residual`, `unexplained` or `losses-reserved`. */
  readonly account: string;
  /** Account that it is left on. */
  readonly from: string;
  /** Money to move, 10^-12 currency units of either sign; positive credits `account`. Default 0. */
  readonly amountPico?: Pico;
  /** Energy to move, mWh of either sign; positive debits `account`: it took it. Default 0. */
  readonly milliwattHours?: bigint;
}

/**
 * Moves what does not come out even to its named account, where everybody can see it; nothing when it
 * is nothing.
 */
export function residualTransactions(
  about: Pick<Transaction, 'community' | 'start' | 'end' | 'currency'>,
  { account, from, amountPico = 0n, milliwattHours = 0n }: Residual,
): Transaction[] {
  if (amountPico === 0n && milliwattHours === 0n) return [];
  const { community, start, end } = about;
  const [taker, giver] = milliwattHours > 0n ? [account, from] : [from, account];
  const energy = (milliwattHours < 0n ? -milliwattHours : milliwattHours).toString();
  return [
    {
      id: `${community}/${start}/${end}/${account}`,
      ...about,
      member: '',
      line: 'residual',
      postings: [...posting(from, amountPico), ...posting(account, -amountPico)],
      energyPostings:
        milliwattHours === 0n
          ? []
          : [
              { account: taker, side: 'debit', milliwattHours: energy },
              { account: giver, side: 'credit', milliwattHours: energy },
            ],
    },
  ];
}

/** What a market's buyers paid more than its sellers earn, from the pool to `market-residual`. */
export function marketResidualTransactions(
  about: Pick<Transaction, 'community' | 'start' | 'end' | 'currency'>,
  amountPico: Pico,
): Transaction[] {
  const { marketResidual: account, pool: from } = LEDGER_ACCOUNTS;
  return residualTransactions(about, { account, from, amountPico });
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
