import fc from 'fast-check';
import { parseCommunity } from '@microgrid/community';
import { canonicalJson, parseEvent, type StatementV1 } from '@microgrid/events';
import { nodeHash } from '@microgrid/journal/node';
import {
  settle,
  settlementContract,
  settlementSummary,
  type SettledPeriod,
} from '@microgrid/settlement';
import { parseKilowattHours, parseMoney, parsePrice } from '@microgrid/units';
import { invoice } from './invoice.js';
import { renderStatementJson } from './proven-statement.js';
import { isInvoicingError } from './invoicing-error.js';
import { renderStatementCsv, STATEMENT_CSV_HEADER } from './statement-csv.js';
import { accountBalances, renderTransactions, statementTransactions } from './transactions.js';
import { readStatement, verifyStatement } from './verify-statement.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
/** The item of a list that a test knows is there. */
function one<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}

const START_MS = Date.UTC(2026, 5, 20, 23);
const HOURS = 48;

/** Night prices from 23:00 to 07:00. */
function dayAndNight(night: string, day: string): object {
  return {
    type: 'timeOfUse',
    seasons: [
      {
        id: 'all',
        from: '01-01',
        to: '12-31',
        days: [
          {
            weekdays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
            periods: [
              { from: '00:00', to: '07:00', price: night },
              { from: '07:00', to: '23:00', price: day },
              { from: '23:00', to: '24:00', price: night },
            ],
          },
        ],
      },
    ],
  };
}

/** Two local days of three members, one with two points; energies from the random column. */
function period(random: readonly number[], netting: string): SettledPeriod {
  const community = parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'village',
      name: 'Village',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting,
      sharingKey: { type: 'proportional' },
      prices: { import: dayAndNight('0.09', '0.213457'), export: '0.05', internal: '0.12' },
      members: [
        { id: 'ana', meteringPoints: [{ id: 'ana-1' }, { id: 'ana-2' }] },
        { id: 'bruno', meteringPoints: [{ id: 'bruno' }] },
        { id: 'plant', meteringPoints: [{ id: 'plant', validFrom: '2026-06-21' }] },
      ],
    }),
  );
  const endMs = START_MS + HOURS * 3_600_000;
  const contract = settlementContract(community, { startMs: START_MS, endMs });
  const cells = HOURS * contract.pointIds.length;
  const pick = (cell: number): number => random[cell % random.length] ?? 0;
  return settle(contract, {
    points: contract.pointIds,
    startMs: START_MS,
    endMs,
    resolutionMs: 3_600_000,
    importMilliwattHours: Float64Array.from({ length: cells }, (_, cell) => pick(cell)),
    exportMilliwattHours: Float64Array.from({ length: cells }, (_, cell) =>
      cell % 4 === 3 ? pick(cell + 1) : 0,
    ),
    quality: new Uint8Array(cells),
  });
}

const periods = fc
  .record({
    random: fc.array(fc.nat({ max: 4_000_000 }), { minLength: 5, maxLength: 23 }),
    netting: fc.constantFrom('none', 'interval'),
  })
  .map(({ random, netting }) => period(random, netting));

const SAMPLE = period([1_234_567, 0, 765_432, 2_000_001, 15, 999_999, 3_141_592], 'none');

describe('invoice', () => {
  test('gives statements that verify by themselves and add up to the run', () => {
    fc.assert(
      fc.property(periods, (settled) => {
        const { statements, leafCount } = invoice(settled, { hash: nodeHash });
        const summary = settlementSummary(settled);
        expect(statements.map(({ member }) => member)).toEqual(['ana', 'bruno', 'plant']);
        expect(statements.flatMap(({ days }) => days)).toHaveLength(leafCount);
        expect(leafCount).toBe(6);
        for (const statement of statements) {
          expect(parseEvent(JSON.parse(JSON.stringify(statement)))).toEqual(statement);
          expect(verifyStatement(statement, nodeHash)).toEqual({ ok: true });
          expect(statement.exactPico).toBe(summary.members[statement.member]?.costPico);
          expect(readStatement(renderStatementJson(statement))).toEqual(statement);
          expect(renderStatementJson(statement)).toBe(`${canonicalJson(statement)}\n`);
          // Every amount that is paid is whole cents, and each line is off by half a cent at most.
          for (const { amountPico, exactPico } of statement.lines) {
            expect(BigInt(amountPico) % 10_000_000_000n).toBe(0n);
            const off = BigInt(amountPico) - BigInt(exactPico);
            expect(off <= 5_000_000_000n && off >= -5_000_000_000n).toBe(true);
          }
        }
        const total = statements.reduce((sum, { exactPico }) => sum + BigInt(exactPico), 0n);
        expect(total.toString()).toBe(summary.totals.costPico);
      }),
      { numRuns: 40 * scale, seed: 21 },
    );
  });

  test('keeps double entry: debits equal credits in each transaction, and the pool keeps nothing', () => {
    fc.assert(
      fc.property(periods, (settled) => {
        const { transactions, statements } = invoice(settled, { hash: nodeHash });
        for (const { postings } of transactions) {
          const balance = postings.reduce(
            (sum, { side, amountPico }) => sum + (side === 'debit' ? 1n : -1n) * BigInt(amountPico),
            0n,
          );
          expect(balance).toBe(0n);
        }
        const balances = accountBalances(transactions);
        expect(balances.get('pool') ?? 0n).toBe(0n);
        for (const { member, amountPico } of statements) {
          expect((balances.get(`member:${member}`) ?? 0n).toString()).toBe(amountPico);
        }
        const rounding = statements.reduce((sum, one) => sum + BigInt(one.roundingPico), 0n);
        expect(balances.get('rounding') ?? 0n).toBe(-rounding);
      }),
      { numRuns: 40 * scale, seed: 22 },
    );
  });

  test('writes one line per kind, each exact sum rounded once', () => {
    const [ana] = invoice(SAMPLE, { hash: nodeHash }).statements;
    expect(ana?.lines.map(({ line }) => line)).toEqual([
      'supply',
      'sharedIn',
      'sharedOut',
      'surplus',
    ]);
    const shared = ana?.lines[1];
    expect(BigInt(shared?.exactPico ?? 0)).toBe(
      BigInt(shared?.energyMilliwattHours ?? 0) * 120_000n,
    );
  });

  test('says nothing of another member in a statement', () => {
    for (const { member, ...statement } of invoice(SAMPLE, { hash: nodeHash }).statements) {
      const others = ['ana', 'bruno', 'plant'].filter((other) => other !== member);
      for (const other of others) expect(JSON.stringify(statement)).not.toContain(other);
    }
  });
});

describe('verifyStatement', () => {
  const [statement] = invoice(SAMPLE, { hash: nodeHash }).statements;
  if (statement === undefined) throw new Error('no statement');

  test.each<[string, (copy: StatementV1) => void, string]>([
    [
      'a rounded amount',
      (s) => (one(s.lines, 0).amountPico = '10000000000'),
      'lines[0].amountPico',
    ],
    ['an exact amount', (s) => (s.exactPico = '1'), 'exactPico'],
    ['the sum to pay', (s) => (s.amountPico = '0'), 'amountPico'],
    ['the rounding', (s) => (s.roundingPico = '1'), 'roundingPico'],
    ['an energy', (s) => (s.energy.importMilliwattHours = '7'), 'quality'],
    [
      'a shared energy',
      (s) => (s.energy.sharedInMilliwattHours = '7'),
      'energy.sharedInMilliwattHours',
    ],
    [
      'the energy of a day',
      (s) => (one(s.days, 1).exportMilliwattHours = '123'),
      'energy.exportMilliwattHours',
    ],
    ['the date of a day', (s) => (one(s.days, 1).date = '2026-06-23'), 'days[1]'],
    ['a proof', (s) => (one(s.days, 0).proof[0] = '00'.repeat(32)), 'days[0]'],
    ['the place of a day', (s) => (one(s.days, 0).leafIndex = 1), 'days[0]'],
    ['the root', (s) => (s.merkleRoot = '00'.repeat(32)), 'days[0]'],
    ['the size of the tree', (s) => (s.leafCount = 9), 'days[0]'],
    ['the member', (s) => (s.member = 'bruno'), 'days[0]'],
    ['the number of days', (s) => s.days.pop(), 'days'],
    ['the form', (s) => (s.currency = 'euro'), 'currency'],
  ])('finds a change of %s', (_, change, path) => {
    const copy = structuredClone(statement);
    change(copy);
    expect(verifyStatement(copy, nodeHash)).toMatchObject({ ok: false, path });
  });
});

describe('renderStatementCsv', () => {
  test('writes every interval of every point of the member, exact, and adds up to the statement', () => {
    const [ana] = invoice(SAMPLE, { hash: nodeHash }).statements;
    const text = renderStatementCsv(SAMPLE, 'ana');
    const [header, ...rows] = text.trimEnd().split('\n');
    expect(header).toBe(STATEMENT_CSV_HEADER);
    expect(rows).toHaveLength(2 * HOURS);
    // 1.234562 kWh at 0.09 and 0.000005 kWh at 0.12.
    expect(rows[0]).toBe(
      '2026-06-20T23:00:00Z,2026-06-21T00:00:00Z,ana-1,measured,1.234567,0.000,0.000005,0.000,0.090000,0.050000,0.120000,0.111111180000',
    );
    const cells = rows.map((row) => row.split(','));
    const imported = cells.reduce(
      (sum, cell) => sum + BigInt(parseKilowattHours(cell[4] ?? '')),
      0n,
    );
    expect(imported.toString()).toBe(ana?.energy.importMilliwattHours);
    const cost = cells.reduce((sum, cell) => sum + parseMoney(cell[11] ?? ''), 0n);
    expect(cost.toString()).toBe(ana?.exactPico);
    for (const [, , , , imports, , sharedIn, , importPrice, , internal, cents] of cells) {
      const supplied = parseKilowattHours(imports ?? '') - parseKilowattHours(sharedIn ?? '');
      const expected =
        BigInt(supplied) * BigInt(parsePrice(importPrice ?? '')) +
        BigInt(parseKilowattHours(sharedIn ?? '')) * BigInt(parsePrice(internal ?? ''));
      expect(parseMoney(cents ?? '')).toBe(expected);
    }
  });

  test('prints amounts beyond 2^53 as exactly as small ones', () => {
    const huge = period([9_000_000_000_000, 8_999_999_999_999, 3], 'none');
    for (const { member, exactPico } of invoice(huge, { hash: nodeHash }).statements) {
      const rows = renderStatementCsv(huge, member).trimEnd().split('\n').slice(1);
      const cost = rows.reduce((sum, row) => sum + parseMoney(row.split(',')[11] ?? ''), 0n);
      expect(cost.toString()).toBe(exactPico);
    }
  });

  test('refuses a member the period does not have', () => {
    try {
      renderStatementCsv(SAMPLE, 'nobody');
      throw new Error('rendered');
    } catch (error) {
      expect(isInvoicingError(error) && error.code).toBe('unknown-member');
    }
  });
});

test('renderTransactions writes one canonical line each, and they can be made from the statement alone', () => {
  const { transactions, statements } = invoice(SAMPLE, { hash: nodeHash });
  const lines = renderTransactions(transactions).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(transactions);
  expect(statements.flatMap(statementTransactions)).toEqual(transactions);
});
