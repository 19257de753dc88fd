import { compareIds, type Pico } from '@microgrid/units';
import {
  accountBalances,
  checkBalances,
  energyBalances,
  type EnergyPosting,
  type Posting,
  type Transaction,
} from '../transactions.js';

/**
 * What has to be posted beside everything that was posted for a statement line so far. The original and
 * earlier deltas stay as they are; together they come to what a fresh run posts.
 */
export interface DeltaTransaction extends Transaction {
  /** Id of the line's original transaction; it need not have had one, when nothing was in the line. */
  readonly corrects: string;
  /** Version of the settlement that this one leads to, from 2. */
  readonly version: number;
}

/** The line a transaction belongs to: its own, or the one it corrects. */
function lineId(transaction: Transaction): string {
  return (transaction as Partial<DeltaTransaction>).corrects ?? transaction.id;
}

/** What one line comes to over all its transactions: debits less credits by account. */
interface LineSum {
  readonly about: Transaction;
  readonly money: Map<string, Pico>;
  readonly energy: Map<string, bigint>;
  /** Worth of the energy, positive where it goes the way that {@link wayOf} counts from. */
  readonly worth: Pico;
}

function signOf(value: bigint): bigint {
  return value > 0n ? 1n : value < 0n ? -1n : 0n;
}

/** Which way a line's energy goes, seen from one of its accounts: the same one for all its transactions. */
function wayOf(energy: ReadonlyMap<string, bigint>): bigint {
  const [account = ''] = [...energy.keys()].sort(compareIds);
  return signOf(energy.get(account) ?? 0n);
}

function signedWorth(transaction: Transaction): Pico {
  return BigInt(transaction.worthPico ?? '0') * wayOf(energyBalances([transaction]));
}

function lineSums(transactions: readonly Transaction[]): Map<string, LineSum> {
  const lines = new Map<string, Transaction[]>();
  for (const transaction of transactions) {
    const id = lineId(transaction);
    const known = lines.get(id);
    if (known === undefined) lines.set(id, [transaction]);
    else known.push(transaction);
  }
  return new Map(
    [...lines].map(([id, all]) => [
      id,
      {
        about: all[0] as Transaction,
        money: accountBalances(all),
        energy: energyBalances(all),
        worth: all.reduce((sum, transaction) => sum + signedWorth(transaction), 0n),
      },
    ]),
  );
}

/** Accounts whose balances differ, in the order of the fresh line's postings, then the posted one's. */
function differences(
  fresh: ReadonlyMap<string, bigint>,
  posted: ReadonlyMap<string, bigint>,
): [account: string, debit: bigint][] {
  return [...new Set([...fresh.keys(), ...posted.keys()])]
    .map((account): [string, bigint] => [
      account,
      (fresh.get(account) ?? 0n) - (posted.get(account) ?? 0n),
    ])
    .filter(([, debit]) => debit !== 0n);
}

function side(debit: bigint): { readonly side: 'debit' | 'credit'; readonly text: string } {
  return debit > 0n
    ? { side: 'debit', text: debit.toString() }
    : { side: 'credit', text: (-debit).toString() };
}

function delta(
  id: string,
  version: number,
  fresh: LineSum | undefined,
  posted: LineSum | undefined,
): DeltaTransaction[] {
  const { about } = (fresh ?? posted) as LineSum;
  const money = differences(fresh?.money ?? new Map(), posted?.money ?? new Map());
  const energy = differences(fresh?.energy ?? new Map(), posted?.energy ?? new Map());
  if (money.length === 0 && energy.length === 0) return [];
  const worth = (fresh?.worth ?? 0n) - (posted?.worth ?? 0n);
  const way = wayOf(new Map(energy));
  const { community, member, line, start, end, currency } = about;
  const postings = money.map(([account, debit]): Posting => {
    const { text, ...which } = side(debit);
    return { account, ...which, amountPico: text };
  });
  const energyPostings = energy.map(([account, debit]): EnergyPosting => {
    const { text, ...which } = side(debit);
    return { account, ...which, milliwattHours: text };
  });
  return [
    {
      id: `${id}/v${version}`,
      corrects: id,
      version,
      community,
      member,
      line,
      start,
      end,
      currency,
      postings,
      energyPostings,
      ...(energyPostings.length > 0 && { worthPico: (worth * way).toString() }),
    },
  ];
}

/**
 * The transactions that bring what was posted to what a fresh run posts: at most one per statement line,
 * none for a line that stays what it was. A line that is gone is taken back in full.
 * @param posted the original transactions and all deltas so far, in any order.
 * @param fresh those of a fresh run on the final data.
 * @throws InvoicingError `not-balanced`.
 */
export function deltaTransactions(
  posted: readonly Transaction[],
  fresh: readonly Transaction[],
  version: number,
): DeltaTransaction[] {
  const [before, after] = [lineSums(posted), lineSums(fresh)];
  const ids = new Set([...after.keys(), ...before.keys()]);
  const deltas = [...ids].flatMap((id) => delta(id, version, after.get(id), before.get(id)));
  checkBalances(deltas);
  return deltas;
}
