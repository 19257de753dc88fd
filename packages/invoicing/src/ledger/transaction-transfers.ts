import { InvoicingError } from '../invoicing-error.js';
import type { Transaction } from '../transactions.js';
import { ENERGY_COMMODITY } from './accounts.js';
import type { PostedTransfer } from './transfer.js';

/** Some of an account's side of a transaction, still to be matched. */
interface OpenSide {
  readonly account: string;
  left: bigint;
}

interface Side {
  readonly account: string;
  readonly side: 'debit' | 'credit';
  readonly amount: bigint;
}

/**
 * The linked transfers that move what a transaction says, energy first: all of them happen or none.
 * Their ids are the transaction's with a number, so posting the same statement again changes nothing.
 * Balances nothing by itself. @throws InvoicingError `not-balanced` where debits are not credits.
 */
export function transactionTransfers(transaction: Transaction): PostedTransfer[] {
  const { id, currency, worthPico } = transaction;
  const worth =
    worthPico === undefined ? undefined : { commodity: currency, amount: BigInt(worthPico) };
  const energy = movements(
    id,
    ENERGY_COMMODITY,
    transaction.energyPostings.map((one) => ({ ...one, amount: BigInt(one.milliwattHours) })),
  ).map((one, _, all) => (all.length === 1 && worth ? { ...one, worth } : one));
  const money = movements(
    id,
    currency,
    transaction.postings.map((one) => ({ ...one, amount: BigInt(one.amountPico) })),
  );
  const all = [...energy, ...money];
  return all.map((one, index) => ({
    ...one,
    id: `${id}#${index}`,
    phase: 'posted',
    reference: id,
    linked: index < all.length - 1,
  }));
}

type Movement = Pick<PostedTransfer, 'debit' | 'credit' | 'commodity' | 'amount'>;

/** Pairs debits with credits in the order given: at most one movement less than there are sides. */
function movements(id: string, commodity: string, sides: readonly Side[]): Movement[] {
  const open = (side: Side['side']): OpenSide[] =>
    sides
      .filter((one) => one.side === side)
      .map(({ account, amount }) => ({ account, left: amount }));
  const credits = open('credit');
  const debits = open('debit');
  const sum = (list: readonly OpenSide[]): bigint =>
    list.reduce((total, { left }) => total + left, 0n);
  if (sum(debits) !== sum(credits)) {
    throw new InvoicingError(
      'not-balanced',
      `${id}: ${sum(debits)} debited and ${sum(credits)} credited in ${commodity}, expected the same`,
    );
  }
  const made: Movement[] = [];
  for (const debit of debits) {
    for (const credit of credits) {
      const amount = debit.left < credit.left ? debit.left : credit.left;
      if (amount === 0n) continue;
      made.push({ debit: debit.account, credit: credit.account, commodity, amount });
      debit.left -= amount;
      credit.left -= amount;
    }
  }
  return made;
}

/** Opens every account that transfers name, in order of name, so that the same ledger comes out. */
export function accountsOf(
  transfers: readonly Pick<PostedTransfer, 'debit' | 'credit'>[],
): string[] {
  return [...new Set(transfers.flatMap(({ debit, credit }) => [debit, credit]))].sort();
}
