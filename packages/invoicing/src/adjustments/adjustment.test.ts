import { nodeHash } from '@microgrid/journal/node';
import {
  inputsAsKnownOn,
  resettle,
  settleRun,
  settleVersions,
  type SettlementRun,
} from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';
import fc from 'fast-check';
import { Ledger } from '../ledger/ledger.js';
import { accountsOf, transactionTransfers } from '../ledger/transaction-transfers.js';
import {
  accountBalances,
  energyBalances,
  renderTransactions,
  type Transaction,
} from '../transactions.js';
import { adjust, invoiceRun, type Adjustment, type InvoicedRun } from './adjustment.js';
import { checkBooks } from './check-books.js';
import {
  generatedHistory,
  inputsOf,
  HOUR_MS,
  knownMs,
  request,
  START_MS,
  type GeneratedHistory,
} from './generated-history.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);

/** A settled period with its prices, owners and firings as text: equal texts are equal periods. */
function textOf({ settled, stopped }: SettlementRun): string {
  const { intervals } = settled;
  const fired = Array.from({ length: intervals }, (_, interval) => settled.firings(interval));
  return JSON.stringify({ ...settled, contract: null, fired, stopped }, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? [...(value as Float64Array)].map(String) : value,
  );
}

/** What an account holds per line, in money and energy: what postings come to, however many there are. */
function books(transactions: readonly Transaction[]): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const one of transactions) {
    const line = (one as { readonly corrects?: string }).corrects ?? one.id;
    for (const [unit, balances] of [
      ['money', accountBalances([one])],
      ['kWh', energyBalances([one])],
    ] as const) {
      for (const [account, balance] of balances) {
        const key = `${line} ${account} ${unit}`;
        sums[key] = (sums[key] ?? 0n) + balance;
      }
    }
  }
  return Object.fromEntries(
    Object.entries(sums)
      .filter(([, balance]) => balance !== 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

interface Published {
  readonly invoiced: InvoicedRun;
  readonly recomputed: number;
  readonly adjustment?: Adjustment;
}

/** Settles again after every event, as it would have been done at the time. */
function publish(history: GeneratedHistory): Published[] {
  const inputs = inputsOf(history);
  let run = settleRun(inputsAsKnownOn(inputs, knownMs(0)), request(0));
  const all: Published[] = [{ invoiced: invoiceRun(run, nodeHash), recomputed: 0 }];
  const posted: Transaction[] = [...(all[0] as Published).invoiced.invoice.transactions];
  for (let index = 1; index <= history.events.length; index++) {
    const made = resettle(run, inputsAsKnownOn(inputs, knownMs(index)), request(index));
    run = made.run;
    const invoiced = invoiceRun(run, nodeHash);
    const before = all.at(-1) as Published;
    const corrections = all.flatMap(({ adjustment }) => adjustment?.corrections ?? []);
    const adjustment = adjust(before.invoiced, invoiced, { posted, corrections });
    posted.push(...adjustment.transactions);
    all.push({ invoiced, recomputed: made.recomputed.length, adjustment });
  }
  return all;
}

const money = (text: string | undefined): bigint => BigInt(text ?? '0');

test('originals and deltas sum to a fresh run on the final data, whatever was corrected in which order', () => {
  let versions = 0;
  let kept = 0;
  fc.assert(
    fc.property(generatedHistory(5), (history) => {
      const published = publish(history);
      const original = renderTransactions(
        (published[0] as Published).invoiced.invoice.transactions,
      );
      const posted: Transaction[] = [];
      for (const [index, { invoiced, recomputed, adjustment }] of published.entries()) {
        const fresh = invoiceRun(settleRun(inputsOf(history), request(index)), nodeHash);
        expect(textOf(invoiced.run)).toBe(textOf(fresh.run));
        posted.push(...(adjustment?.transactions ?? invoiced.invoice.transactions));
        expect(books(posted)).toEqual(books(fresh.invoice.transactions));
        expect(checkBooks(invoiced.run.settled, posted)).toMatchObject({ ok: true, intervals: 6 });
        expect(JSON.stringify(invoiced.invoice)).toBe(JSON.stringify(fresh.invoice));
        versions = Math.max(versions, invoiced.run.version);
        if (index > 0 && recomputed < 6) kept++;
      }
      // What was posted first is untouched.
      const first = (published[0] as Published).invoiced.invoice.transactions;
      expect(renderTransactions(posted.slice(0, first.length))).toBe(original);
    }),
    { numRuns: 30 * scale },
  );
  expect(versions).toBeGreaterThan(3);
  expect(kept).toBeGreaterThan(10 * scale);
});

test('statements and their corrections add up to the fresh statement, by line, day and rounded cent', () => {
  let corrected = 0;
  fc.assert(
    fc.property(generatedHistory(4), (history) => {
      const published = publish(history);
      const last = (published.at(-1) as Published).invoiced;
      const sums: Record<string, bigint> = {};
      const add = (key: string, value: bigint): void => {
        sums[key] = (sums[key] ?? 0n) + value;
      };
      const count = ({ invoice, days }: InvoicedRun, sign: bigint): void => {
        for (const { id, lines, amountPico } of invoice.statements) {
          add(id, sign * money(amountPico));
          for (const line of lines) {
            add(`${id} ${line.line} amount`, sign * money(line.amountPico));
            add(`${id} ${line.line} exact`, sign * money(line.exactPico));
            add(`${id} ${line.line} energy`, sign * money(line.energyMilliwattHours));
          }
        }
        for (const day of days) {
          for (const line of ['supply', 'sharedIn', 'sharedOut', 'surplus'] as const) {
            add(`${day.member} ${day.date} ${line}`, sign * day[`${line}Pico`]);
            add(`${day.member} ${day.date} ${line} kWh`, sign * day[`${line}MilliwattHours`]);
          }
        }
      };
      count((published[0] as Published).invoiced, 1n);
      count(last, -1n);
      const known = new Map<string, string>();
      for (const { adjustment } of published) {
        for (const correction of adjustment?.corrections ?? []) {
          corrected++;
          expect(correction.previous).toBe(known.get(correction.statement) ?? correction.statement);
          known.set(correction.statement, correction.id);
          add(correction.statement, money(correction.amountPico));
          expect(money(correction.amountPico) - money(correction.exactPico)).toBe(
            money(correction.roundingPico),
          );
          for (const line of correction.lines) {
            add(`${correction.statement} ${line.line} amount`, money(line.amountPico));
            add(`${correction.statement} ${line.line} exact`, money(line.exactPico));
            add(`${correction.statement} ${line.line} energy`, money(line.energyMilliwattHours));
          }
          for (const { date, lines } of correction.days) {
            for (const line of lines) {
              add(`${correction.member} ${date} ${line.line}`, money(line.exactPico));
              add(
                `${correction.member} ${date} ${line.line} kWh`,
                money(line.energyMilliwattHours),
              );
            }
          }
        }
      }
      expect(Object.entries(sums).filter(([, sum]) => sum !== 0n)).toEqual([]);
    }),
    { numRuns: 20 * scale },
  );
  expect(corrected).toBeGreaterThan(10 * scale);
});

test('what was published can be made again from the final inputs, as known on any date', () => {
  fc.assert(
    fc.property(generatedHistory(4), fc.integer({ min: 0, max: 2 ** 31 }), (history, seed) => {
      const published = publish(history);
      const { readings, contracts, prices = [] } = inputsOf(history);
      const shuffled = <T>(list: readonly T[]): T[] =>
        list
          .map((item, index) => ({ item, key: (seed * (index + 7)) % 1009 }))
          .sort((a, b) => a.key - b.key)
          .map(({ item }) => item);
      const inputs = {
        readings: shuffled(readings),
        contracts: shuffled(contracts),
        prices: shuffled(prices),
      };
      const later = history.events.map((_, index) => request(index + 1));
      const again = settleVersions(inputs, request(0), later);
      expect(again.map(textOf)).toEqual(published.map(({ invoiced }) => textOf(invoiced.run)));
      expect(again.map(({ id, previous }) => [id, previous])).toEqual(
        published.map(({ invoiced }) => [invoiced.run.id, invoiced.run.previous]),
      );
    }),
    { numRuns: 20 * scale },
  );
});

test('nothing new: no version, no interval again, no posting, no correction', () => {
  fc.assert(
    fc.property(generatedHistory(3), (history) => {
      const last = (publish(history).at(-1) as Published).invoiced;
      const again = resettle(last.run, inputsOf(history), {
        ...request(99),
        kind: 'final',
      });
      expect(again.run.id).toBe(last.run.id);
      expect([again.recomputed, again.changed]).toEqual([[], []]);
      const adjustment = adjust(last, invoiceRun(again.run, nodeHash));
      expect(adjustment).toMatchObject({ transactions: [], corrections: [] });
    }),
    { numRuns: 20 * scale },
  );
});

test('in one step or in many: the deltas come to the same', () => {
  fc.assert(
    fc.property(generatedHistory(4), (history) => {
      const published = publish(history);
      const first = (published[0] as Published).invoiced;
      const { run } = resettle(first.run, inputsOf(history), request(history.events.length));
      const atOnce = adjust(first, invoiceRun(run, nodeHash)).transactions;
      const inSteps = published.flatMap(({ adjustment }) => adjustment?.transactions ?? []);
      expect(books(inSteps)).toEqual(books(atOnce));
    }),
    { numRuns: 20 * scale },
  );
});

test('in the ledger too: originals and deltas posted leave what a fresh run leaves, sending again nothing', () => {
  fc.assert(
    fc.property(generatedHistory(3), (history) => {
      const published = publish(history);
      const balances = (transactions: readonly Transaction[]): string[] => {
        const ledger = new Ledger();
        const transfers = transactions.flatMap(transactionTransfers);
        for (const id of accountsOf(transfers)) ledger.open({ id }, 0);
        ledger.mustPost(transfers, 1);
        const length = ledger.records.length;
        ledger.mustPost(transfers, 2);
        expect(ledger.records).toHaveLength(length);
        return ledger
          .balances()
          .map(
            ({ account, commodity, sums }) =>
              `${account} ${commodity} ${sums.debitsPosted - sums.creditsPosted}`,
          )
          .filter((text) => !text.endsWith(' 0'))
          .sort();
      };
      const posted = published.flatMap(
        ({ invoiced, adjustment }) => adjustment?.transactions ?? invoiced.invoice.transactions,
      );
      const last = (published.at(-1) as Published).invoiced;
      expect(balances(posted)).toEqual(balances(last.invoice.transactions));
    }),
    { numRuns: 20 * scale },
  );
});

test('books that were touched are caught, and where first', () => {
  const found = new Set<string>();
  fc.assert(
    fc.property(generatedHistory(2), fc.nat(), fc.nat({ max: 5 }), (history, at, how) => {
      const { invoiced } = publish(history).at(-1) as Published;
      const { settled } = invoiced.run;
      const transactions = [...invoiced.invoice.transactions];
      fc.pre(transactions.length > 0);
      const index = at % transactions.length;
      const touched = transactions[index] as Transaction;
      const cell = at % settled.sharedInMilliwattHours.length;
      const column = (name: 'sharedInMilliwattHours' | 'consumedMilliwattHours'): object => {
        const values = settled[name].slice();
        values[cell] = (values[cell] ?? 0) + 1;
        return { ...settled, [name]: values };
      };
      const cent = (text: string): string => (BigInt(text) + 10_000_000_000n).toString();
      const changes: (() => [object, readonly Transaction[]])[] = [
        () => [settled, transactions.filter((one) => one !== touched)],
        () => [settled, [...transactions, touched]],
        () => [
          settled,
          // A cent more on both sides is balanced, but not what the intervals say.
          transactions.map((one) =>
            one === touched
              ? {
                  ...one,
                  postings: one.postings.map((each) => ({
                    ...each,
                    amountPico: cent(each.amountPico),
                  })),
                }
              : one,
          ),
        ],
        () => [column('sharedInMilliwattHours'), transactions],
        () => [column('consumedMilliwattHours'), transactions],
        () => [
          settled,
          transactions.map((one) => (one === touched ? { ...one, member: 'eve' } : one)),
        ],
      ];
      const [period, postings] = (changes[how] as (typeof changes)[0])();
      // A line with energy at no price has no money to touch.
      fc.pre(how !== 2 || touched.postings.length === 2);
      const verdict = checkBooks(period as typeof settled, postings);
      expect(verdict.ok).toBe(false);
      if (verdict.ok) return;
      found.add(verdict.account.replace(/ of [mp]\d.*/, ''));
      const interval = Math.floor(cell / settled.points.length);
      if (how === 3 || how === 4) {
        expect(verdict.start).toBe(formatInstant(START_MS + interval * HOUR_MS));
      }
    }),
    { numRuns: 30 * scale },
  );
  expect(found.size).toBeGreaterThan(4);
});
