import fc from 'fast-check';
import { Ledger } from './ledger/ledger.js';
import { accountsOf, transactionTransfers } from './ledger/transaction-transfers.js';
import { reversalOf } from './ledger/reversal.js';
import {
  accountBalances,
  checkBalances,
  energyBalances,
  residualTransactions,
  type Transaction,
} from './transactions.js';

const ABOUT = {
  community: 'village',
  start: '2026-06-01T00:00:00Z',
  end: '2026-07-01T00:00:00Z',
  currency: 'EUR',
};
const amounts = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });

describe('residuals', () => {
  test('stand on the account that names them, balanced in money and energy, and can be taken back', () => {
    fc.assert(
      fc.property(amounts, amounts, (amountPico, milliwattHours) => {
        const residual = { account: 'unexplained', from: 'grid', amountPico, milliwattHours };
        const transactions = residualTransactions(ABOUT, residual);
        checkBalances(transactions);
        expect(accountBalances(transactions).get('unexplained') ?? 0n).toBe(-amountPico);
        expect(energyBalances(transactions).get('unexplained') ?? 0n).toBe(milliwattHours);
        const transfers = transactions.flatMap(transactionTransfers);
        const ledger = new Ledger();
        for (const id of accountsOf(transfers)) ledger.open({ id }, 0);
        ledger.mustPost(transfers, 0);
        expect(ledger.net('unexplained', 'kWh')).toBe(milliwattHours);
        expect(ledger.net('unexplained', 'EUR')).toBe(-amountPico);
        ledger.mustPost(reversalOf(transfers, 'undo'), 0);
        expect(ledger.net('unexplained', 'kWh')).toBe(0n);
        expect(ledger.net('unexplained', 'EUR')).toBe(0n);
      }),
      { numRuns: 200 },
    );
  });

  test('that are left on the pool, and transactions that do not balance, are refused', () => {
    const left = residualTransactions(ABOUT, {
      account: 'unexplained',
      from: 'pool',
      amountPico: 1n,
    });
    expect(() => {
      checkBalances(left);
    }).toThrow('the pool keeps 1');
    const [one] = left as [Transaction];
    const half: Transaction = { ...one, postings: one.postings.slice(1) };
    expect(() => {
      checkBalances([half]);
    }).toThrow('expected 0 and 0');
    expect(() => transactionTransfers(half)).toThrow('expected the same');
  });
});
