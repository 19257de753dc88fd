import {
  checkPeriod,
  memberDays,
  memberTotals,
  type ConservationFault,
  type ConservedAccounts,
  type MemberAmounts,
  type SettledPeriod,
} from '@microgrid/settlement';
import { PICO_PER_CENT, type Pico } from '@microgrid/units';
import { LEDGER_ACCOUNTS, memberAccount } from '../ledger/accounts.js';
import { accountBalances, energyBalances, type Transaction } from '../transactions.js';

/** Whether a settlement and its postings add up. */
export type BooksVerdict =
  (ConservedAccounts & { readonly transactions: number }) | ConservationFault;

/** What a line comes to: the member's own energy (taken, or given below 0) and the exact amount. */
const LINES: Readonly<
  Record<string, (amounts: MemberAmounts) => readonly [energy: bigint, exact: Pico]>
> = {
  supply: (sums) => [sums.supplyMilliwattHours, sums.supplyPico],
  sharedIn: (sums) => [sums.sharedInMilliwattHours, sums.sharedInPico],
  sharedOut: (sums) => [-sums.sharedOutMilliwattHours, sums.sharedOutPico],
  surplus: (sums) => [
    sums.ownSurplusMilliwattHours - sums.surplusMilliwattHours,
    sums.surplusPico - sums.ownSurplusPico,
  ],
  // Its energy goes from the pool to the grid: it is not the member's.
  ownSurplus: (sums) => [0n, sums.ownSurplusPico],
  assignedOut: (sums) => [-sums.assignedOutMilliwattHours, 0n],
};

function fault(account: string, found: bigint, expected: bigint): ConservationFault {
  const [a, b] = [found.toString(), expected.toString()];
  return {
    ok: false,
    account,
    expected: b,
    found: a,
    message: `${account}: got ${a}, expected ${b}`,
  };
}

function differs(account: string, found: bigint, expected: bigint): ConservationFault | undefined {
  return found === expected ? undefined : fault(account, found, expected);
}

const total = (balances: ReadonlyMap<string, bigint>): bigint =>
  [...balances.values()].reduce((sum, balance) => sum + balance, 0n);

/** Every single transaction: debits are credits, in money and in energy. */
function checkEach(transactions: readonly Transaction[]): ConservationFault | undefined {
  for (const transaction of transactions) {
    const broken =
      differs(`${transaction.id}: debits = credits`, total(accountBalances([transaction])), 0n) ??
      differs(
        `${transaction.id}: debits = credits in kWh`,
        total(energyBalances([transaction])),
        0n,
      );
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** A line with all its deltas: the member's cents, the exact amount on the other side, the rest. */
function checkLine(
  line: string,
  [milliwattHours, exact]: readonly [energy: bigint, exact: Pico],
  member: string,
  transactions: readonly Transaction[],
): ConservationFault | undefined {
  const own = memberAccount(member);
  const name = `${line} of ${member}`;
  const money = accountBalances(transactions);
  const paid = money.get(own) ?? 0n;
  const rounding = money.get(LEDGER_ACCOUNTS.rounding) ?? 0n;
  const others = total(money) - paid - rounding;
  const halfCent = PICO_PER_CENT / 2n;
  const tooMuch = rounding > halfCent || rounding < -halfCent;
  return (
    differs(`${name} in kWh`, energyBalances(transactions).get(own) ?? 0n, milliwattHours) ??
    differs(`${name} on the other side`, others, -exact) ??
    differs(`${name} and its rounding`, paid + rounding, exact) ??
    differs(`${name} in whole cents`, paid % PICO_PER_CENT, 0n) ??
    (tooMuch ? fault(`rounding of ${name}`, rounding, 0n) : undefined)
  );
}

/**
 * Checks a settled period and what was posted for it: every interval ({@link checkPeriod}), every
 * transaction, every member's lines against the sums of its intervals, and that the pool keeps nothing.
 * Original transactions and deltas are given together: only their sum has to be the settlement's.
 */
export function checkBooks(
  settled: SettledPeriod,
  transactions: readonly Transaction[],
): BooksVerdict {
  const verdict = checkPeriod(settled);
  if (!verdict.ok) return verdict;
  const broken = checkEach(transactions) ?? checkLines(settled, transactions);
  return broken ?? { ...verdict, transactions: transactions.length };
}

function checkLines(
  settled: SettledPeriod,
  transactions: readonly Transaction[],
): ConservationFault | undefined {
  const byLine = new Map<string, Transaction[]>();
  for (const transaction of transactions) {
    const key = `${transaction.member}/${transaction.line}`;
    const known = byLine.get(key);
    if (known === undefined) byLine.set(key, [transaction]);
    else known.push(transaction);
  }
  const members = memberTotals(memberDays(settled));
  for (const { member, amounts } of members) {
    for (const [line, of] of Object.entries(LINES)) {
      const own = byLine.get(`${member}/${line}`) ?? [];
      const broken = checkLine(line, of(amounts), member, own);
      if (broken !== undefined) return broken;
    }
  }
  const known = new Set([...members.map(({ member }) => member), '']);
  return checkGone(known, transactions) ?? checkPool(settled, transactions);
}

/** The pool keeps nothing: what a market's buyers paid and its sellers did not earn has its own account. */
function checkPool(
  { internalAmounts }: SettledPeriod,
  transactions: readonly Transaction[],
): ConservationFault | undefined {
  const residual = internalAmounts?.residualPico.reduce((sum, amount) => sum + amount, 0n) ?? 0n;
  const money = accountBalances(transactions);
  return (
    differs('pool', money.get(LEDGER_ACCOUNTS.pool) ?? 0n, 0n) ??
    differs('pool in kWh', energyBalances(transactions).get(LEDGER_ACCOUNTS.pool) ?? 0n, 0n) ??
    differs('market residual', money.get(LEDGER_ACCOUNTS.marketResidual) ?? 0n, -residual)
  );
}

/** Of a member that the settlement does not have any more nothing may be left in the books. */
function checkGone(
  members: ReadonlySet<string>,
  transactions: readonly Transaction[],
): ConservationFault | undefined {
  const gone = transactions.filter(({ member }) => !members.has(member));
  for (const [kind, balances] of [
    ['', accountBalances(gone)],
    [' in kWh', energyBalances(gone)],
  ] as const) {
    for (const [account, balance] of balances) {
      const broken = differs(`${account} of members that are gone${kind}`, balance, 0n);
      if (broken !== undefined) return broken;
    }
  }
  return undefined;
}
