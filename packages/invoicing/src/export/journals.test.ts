import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Ledger } from '../ledger/ledger.js';
import { accountsOf } from '../ledger/transaction-transfers.js';
import type { PostedTransfer, Transfer } from '../ledger/transfer.js';
import { beancountAccount, renderBeancount } from './beancount.js';
import { hledgerAccount, renderHledger } from './hledger.js';
import { plainJournal } from './journal-entries.js';
import { journalNumber } from './journal-number.js';

const directory = mkdtempSync(join(tmpdir(), 'journals-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const ZONE = 'Europe/Lisbon';
const AT_MS = Date.UTC(2026, 5, 21, 23, 30); // 22 June in Lisbon.
const DAY_MS = 86_400_000;
const ODD = ['member:ana-1', 'member:Ana_1', 'member:a:b.c', 'E-REDES – “tarifas”; 6 %', 'x  y'];

function sample(): Ledger {
  const movement = (
    id: string,
    more: Partial<PostedTransfer> & Pick<PostedTransfer, 'debit' | 'credit' | 'amount'>,
  ): PostedTransfer => ({ id, phase: 'posted', commodity: 'EUR', ...more });
  const [first, second, third, odd, spaced] = ODD as [string, string, string, string, string];
  const kWh = { commodity: 'kWh' } as const;
  const chains: PostedTransfer[][] = [
    [
      movement('l1#0', {
        ...kWh,
        debit: first,
        credit: 'grid',
        amount: 12_345_678n,
        worth: { commodity: 'EUR', amount: 3_086_419_500_000n },
        reference: 'village/ana-1/"x";(y)/supply',
        linked: true,
      }),
      movement('l1#1', {
        debit: first,
        credit: 'supplier',
        amount: 3_086_419_500_000n,
        linked: true,
      }),
      movement('l1#2', { debit: first, credit: 'rounding', amount: 3_580_500_000n }),
    ],
    [
      // A price below 0 and one that divides into no finite decimal.
      movement('l2#0', {
        ...kWh,
        debit: second,
        credit: 'pool',
        amount: 3_000_001n,
        worth: { commodity: 'EUR', amount: -1n },
        linked: true,
      }),
      movement('l2#1', {
        ...kWh,
        debit: 'pool',
        credit: third,
        amount: 3_000_001n,
        worth: { commodity: 'EUR', amount: 1_000_000_000_000n },
      }),
    ],
    [movement('l3', { debit: spaced, credit: odd, amount: 2n ** 80n + 1n })],
    [
      movement('l4', {
        ...kWh,
        debit: third,
        credit: 'losses-reserved',
        amount: 7n,
        worth: { commodity: 'EUR', amount: 0n },
      }),
    ],
  ];
  const ledger = new Ledger();
  for (const id of accountsOf([...chains.flat(), { debit: 'bank', credit: 'deferral' }])) {
    ledger.open({ id }, AT_MS);
  }
  chains.forEach((chain, index) => {
    ledger.mustPost(chain, AT_MS + index * DAY_MS);
  });
  const pending = (id: string): Transfer => ({
    id,
    phase: 'pending',
    debit: 'bank',
    credit: first,
    commodity: 'EUR',
    amount: 5_000_000_000_000n,
  });
  ledger.mustPost(
    [pending('p1'), pending('p2'), { id: 'q1', phase: 'post', pendingId: 'p1', amount: 1n }],
    AT_MS + 9 * DAY_MS,
  );
  return ledger;
}

/** Balances as a program should tell them. */
function expected(ledger: Ledger, name: (account: string) => string, kWh: string): string[] {
  return plainJournal(ledger, ZONE)
    .balances.filter(({ amount }) => amount !== 0n)
    .map(({ account, commodity, amount }) => {
      const number = journalNumber(amount, commodity).replace(/0+$/, '').replace(/\.$/, '');
      return `${name(account)} ${number} ${commodity === 'kWh' ? kWh : commodity}`;
    })
    .sort();
}

/** Every account's balance as Beancount's own loader and realization come to it. */
const BEANCOUNT_BALANCES = `
import sys
from beancount import loader
from beancount.core import realization
entries, errors, options = loader.load_file(sys.argv[1])
assert not errors, errors
for account in realization.iter_children(realization.realize(entries)):
    totals = {}
    for position in account.balance:
        totals[position.units.currency] = totals.get(position.units.currency, 0) + position.units.number
    for currency, number in totals.items():
        if number:
            print(account.account, format(number.normalize(), 'f'), currency)
`;

function program(command: string, args: readonly string[]): { status: number | null; out: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, out: stdout + stderr };
}

const present = (path: string): boolean => {
  if (existsSync(path)) return true;
  console.log(`skipped: ${path} is not installed`);
  return false;
};

describe('journals for plain-text accounting', () => {
  test('have one entry per chain, in the community’s days, without what is pending', () => {
    const journal = plainJournal(sample(), ZONE);
    expect(journal.entries.map(({ date }) => date)).toEqual([
      '2026-06-22',
      '2026-06-23',
      '2026-06-24',
      '2026-06-25',
      '2026-07-01',
    ]);
    expect(journal.pending).toBe(1);
    for (const { postings } of journal.entries) {
      for (const commodity of journal.commodities) {
        const same = postings.filter((one) => one.commodity === commodity);
        expect(same.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
      }
    }
  });

  test('name every account differently, in characters the programs take', () => {
    const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
    const accounts = fc.oneof(
      names,
      names.map((id) => `member:${id}`),
      fc.constantFrom(...ODD),
    );
    fc.assert(
      fc.property(accounts, accounts, (a, b) => {
        for (const account of [a, b]) {
          expect(hledgerAccount(account)).toMatch(/^[A-Za-z0-9._%-]+(?::[A-Za-z0-9._%-]+)?$/);
          expect(beancountAccount(account)).toMatch(/^[A-Z][a-z]+(?::[A-Z][A-Za-z0-9-]*)+$/);
        }
        if (a === b) return;
        expect(hledgerAccount(a)).not.toBe(hledgerAccount(b));
        expect(beancountAccount(a)).not.toBe(beancountAccount(b));
      }),
      { numRuns: 300 },
    );
  });

  (present('/usr/bin/hledger') ? test : test.skip)(
    'hledger takes the file strictly and comes to the same balances',
    () => {
      const ledger = sample();
      const file = join(directory, 'run.journal');
      const text = renderHledger(ledger, ZONE);
      writeFileSync(file, text);
      const check = program('hledger', ['-f', file, 'check', '--strict']);
      expect(check).toEqual({ status: 0, out: '' });
      const { out } = program('hledger', ['-f', file, 'bal', '--flat', '-N', '-O', 'csv']);
      const told = out
        .trim()
        .split('\n')
        .slice(1)
        .flatMap((line) => {
          const [account = '', amounts = ''] = line.slice(1, -1).split('","');
          return amounts.split(', ').map((amount) => {
            const [number = '', commodity = ''] = amount.split(' ');
            const plain = number.includes('.') ? number.replace(/\.?0+$/, '') : number;
            return `${account} ${plain} ${commodity}`;
          });
        });
      expect(told.sort()).toEqual(expected(ledger, hledgerAccount, 'kWh'));
      // It would have found a wrong balance.
      writeFileSync(file, text.replace('rounding  0 EUR = -', 'rounding  0 EUR = '));
      expect(program('hledger', ['-f', file, 'check']).status).not.toBe(0);
    },
  );

  (present('/usr/bin/bean-check') ? test : test.skip)(
    'Beancount takes the file and comes to the same balances',
    () => {
      const ledger = sample();
      const file = join(directory, 'run.beancount');
      const text = renderBeancount(ledger, ZONE);
      writeFileSync(file, text);
      expect(program('bean-check', [file])).toEqual({ status: 0, out: '' });
      const { out } = program('/usr/bin/python3', ['-c', BEANCOUNT_BALANCES, file]);
      const told = out.trim().split('\n');
      expect(told.sort()).toEqual(expected(ledger, beancountAccount, 'KWH'));
      writeFileSync(
        file,
        text.replace(/balance Equity:Rounding {2}-/, 'balance Equity:Rounding  '),
      );
      expect(program('bean-check', [file]).status).not.toBe(0);
    },
  );
});
