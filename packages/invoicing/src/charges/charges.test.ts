import fc from 'fast-check';
import { safeParseEvent, type StatementV1 } from '@microgrid/events';
import { nodeHash } from '@microgrid/journal/node';
import type { SettledPeriod } from '@microgrid/settlement';
import { isTariffError } from '@microgrid/tariff';
import { parseMoney } from '@microgrid/units';
import { renderBeancount } from '../export/beancount.js';
import { renderHledger } from '../export/hledger.js';
import { invoice } from '../invoice.js';
import { Ledger } from '../ledger/ledger.js';
import { accountsOf, transactionTransfers } from '../ledger/transaction-transfers.js';
import { chargedPeriod as period, KEYS, STACK, START_MS } from './charged-period.test-data.js';
import { STATEMENT_NOTICE } from '../statement-notice.js';
import { accountBalances, energyBalances } from '../transactions.js';
import { verifyStatement } from '../verify-statement.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const CENT = 10_000_000_000n;

function statementOf(settled: SettledPeriod, member: string): StatementV1 {
  const found = invoice(settled, { hash: nodeHash }).statements.find(
    (one) => one.member === member,
  );
  if (found === undefined) throw new Error(`no statement of ${member}`);
  return found;
}

/** Charges and VAT by a name, with exact and rounded amounts in currency units. */
function charged(statement: StatementV1): Record<string, [string, string, string]> {
  return Object.fromEntries(
    statement.lines.flatMap(({ charge, exactPico, amountPico }) => {
      if (charge === undefined) return [];
      const { meteringPoint, charge: id = charge.vat, quantity = '' } = charge;
      return [[`${meteringPoint} ${id}`, [quantity, exactPico, amountPico]] as const];
    }),
  );
}

function sharedOf(settled: SettledPeriod, point: string): number {
  const { points, sharedInMilliwattHours } = settled;
  const index = points.indexOf(point);
  return sharedInMilliwattHours.reduce(
    (sum, energy, cell) => (cell % points.length === index ? sum + energy : sum),
    0,
  );
}

describe('the price stack on statements', () => {
  test('may differ from point to point', () => {
    const charges = [
      { id: 'supply-ana', on: 'supply', per: 'kWh', rate: '0.20', payTo: 'a', points: ['ana-1'] },
      {
        id: 'fee',
        on: 'point',
        per: 'month',
        rate: '1.5',
        payTo: 'egac',
        points: ['bruno', 'ana-1'],
      },
    ];
    const settled = period({ ...KEYS.proportional, charges }, 1);
    const ana = Object.keys(charged(statementOf(settled, 'ana')));
    expect(ana).toEqual(['ana-1 fee', 'ana-1 supply-ana']);
    expect(Object.keys(charged(statementOf(settled, 'bruno')))).toEqual(['bruno fee']);
    for (const one of invoice(settled, { hash: nodeHash }).statements) {
      expect(verifyStatement(one, nodeHash)).toEqual({ ok: true });
    }
  });

  test('has a line per charge and point, VAT once per category, to their accounts', () => {
    const settled = period({ ...KEYS.proportional, ...STACK }, 1);
    const ana = statementOf(settled, 'ana');
    expect(verifyStatement(ana, nodeHash)).toEqual({ ok: true });
    const lines = charged(ana);
    // 6.9 kVA for 30 days; 3.45 kVA for the 20 days it takes part.
    expect(lines['ana-1 power']).toEqual(['207', '11115900000000', '11120000000000']);
    expect(lines['ana-2 power']).toEqual(['69', '3705300000000', '3710000000000']);
    expect(lines['ana-1 fee']).toEqual(['1', '1500000000000', '1500000000000']);
    // The month by its days: 20 of 30.
    expect(lines['ana-2 fee']?.slice(1)).toEqual(['1000000000000', '1000000000000']);
    const shared = BigInt(sharedOf(settled, 'ana-1'));
    expect(lines['ana-1 access']?.[1]).toBe((shared * 30_500n).toString());
    // VAT: once, of the rounded lines of its rate.
    const net =
      BigInt(lines['ana-1 access']?.[2] ?? 0) +
      BigInt(lines['ana-1 power']?.[2] ?? 0) +
      BigInt(lines['ana-1 management']?.[2] ?? 0);
    const vat = ana.lines.find(
      ({ line, charge }) => line === 'vat' && charge?.meteringPoint === 'ana-1',
    );
    expect(vat?.charge).toMatchObject({ vat: 'iva', vatPercent: '23', account: 'vat:iva' });
    const twice = (net * 23n * 2n) / 100n;
    expect(BigInt(vat?.amountPico ?? 0)).toBe(((twice / CENT + 1n) / 2n) * CENT);
    const { transactions } = invoice(settled, { hash: nodeHash });
    const balances = accountBalances(transactions);
    const due = (account: string): bigint =>
      invoice(settled, { hash: nodeHash })
        .statements.flatMap((one) => one.lines)
        .filter(({ charge }) => charge?.account === account)
        .reduce((sum, { exactPico }) => sum + BigInt(exactPico), 0n);
    for (const account of ['dso', 'egac', 'E-REDES / taxas 100 %', 'vat:iva']) {
      expect(due(account)).toBeGreaterThan(0n);
      expect(balances.get(account)).toBe(-due(account));
    }
  });

  test('is absent without charges: the lines of a plain community stay the four they were', () => {
    const ana = statementOf(period(KEYS.proportional, 1), 'ana');
    expect(ana.lines.map(({ line }) => line)).toEqual([
      'supply',
      'sharedIn',
      'sharedOut',
      'surplus',
    ]);
    expect(ana.rounding).toBeUndefined();
    expect(ana.notice).toBe(STATEMENT_NOTICE);
    expect(STATEMENT_NOTICE).toContain('not a fiscal invoice');
  });

  test('asks for what it needs: contracted power, day-ahead prices', () => {
    const code = (more: object): string => {
      try {
        invoice(period({ ...KEYS.proportional, ...more }, 1, 24), { hash: nodeHash });
        return 'nothing';
      } catch (error) {
        return isTariffError(error) ? error.code : String(error);
      }
    };
    const dayAhead = {
      id: 'market',
      on: 'supply',
      per: 'kWh',
      rate: {
        type: 'dayAhead',
        series: 'omie',
        factor: '1.02',
        adder: '0.001',
        resolution: 'PT60M',
      },
      payTo: 'supplier',
    };
    expect(code({ charges: [dayAhead] })).toBe('missing-price');
  });

  const roundings = fc.record({
    point: fc.constantFrom('line', 'category', 'total'),
    decimals: fc.constantFrom(2, 2, 3, 6),
    mode: fc.constantFrom('half-even', 'half-up', 'half-away', 'down'),
  });

  test('conserves with every key and rounding: money and kWh, to the ledger and its journals', () => {
    const lines = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(KEYS)),
        fc.option(roundings),
        fc.boolean(),
        fc.nat({ max: 1_000_000 }),
        fc.constantFrom(24, 24, 264),
        (key, rounding, stack, seed, hours) => {
          const settled = period(
            { ...key, ...(stack && STACK), ...(stack && rounding && { rounding }) },
            seed,
            hours,
          );
          const { statements, transactions } = invoice(settled, { hash: nodeHash });
          for (const statement of statements) {
            expect(verifyStatement(statement, nodeHash)).toEqual({ ok: true });
            expect(safeParseEvent(JSON.parse(JSON.stringify(statement))).success).toBe(true);
            expect(BigInt(statement.amountPico) % CENT).toBe(0n);
            for (const { line } of statement.lines) lines.add(line);
          }
          const money = accountBalances(transactions);
          const energy = energyBalances(transactions);
          for (const balances of [money, energy]) {
            expect([...balances.values()].reduce((sum, one) => sum + one, 0n)).toBe(0n);
            expect(balances.get('pool') ?? 0n).toBe(0n);
          }
          for (const { member, amountPico, energy: used } of statements) {
            expect((money.get(`member:${member}`) ?? 0n).toString()).toBe(amountPico);
            // What a member took less what it gave is what its meters say.
            expect(energy.get(`member:${member}`) ?? 0n).toBe(
              BigInt(used.importMilliwattHours) - BigInt(used.exportMilliwattHours),
            );
          }
          const rounding_ = statements.reduce((sum, one) => sum + BigInt(one.roundingPico), 0n);
          expect(money.get('rounding') ?? 0n).toBe(-rounding_);
          if ((money.get('market-residual') ?? 0n) !== 0n) lines.add('market-residual');
          const chains = transactions.map(transactionTransfers);
          const ledger = new Ledger();
          for (const id of accountsOf(chains.flat())) ledger.open({ id }, START_MS);
          for (const chain of chains) ledger.mustPost(chain, START_MS);
          for (const chain of chains) ledger.mustPost(chain, START_MS);
          for (const [account, balance] of money) expect(ledger.net(account, 'EUR')).toBe(balance);
          for (const [account, balance] of energy) expect(ledger.net(account, 'kWh')).toBe(balance);
          expect(renderHledger(ledger, 'Europe/Lisbon')).toContain(' = ');
          expect(renderBeancount(ledger, 'Europe/Lisbon')).toContain(' balance ');
        },
      ),
      { numRuns: 40 * scale },
    );
    // Not vacuous: every kind of line was met.
    expect([...lines].sort()).toEqual([
      'assignedOut',
      'charge',
      'market-residual',
      'ownSurplus',
      'rounding',
      'sharedIn',
      'sharedOut',
      'supply',
      'surplus',
      'vat',
    ]);
  });

  test('tells changes of a charge, its VAT and what a total rounds to', () => {
    const settled = period({ ...KEYS.proportional, ...STACK }, 1);
    const ana = statementOf(settled, 'ana');
    const changed = (change: (copy: StatementV1) => void): string => {
      const copy = structuredClone(ana);
      change(copy);
      const verdict = verifyStatement(copy, nodeHash);
      return verdict.ok ? 'ok' : verdict.path;
    };
    const charge = ana.lines.findIndex(({ line }) => line === 'charge');
    const vat = ana.lines.findIndex(({ line }) => line === 'vat');
    const add = (index: number, field: 'amountPico' | 'exactPico') => (copy: StatementV1) => {
      const line = copy.lines[index];
      if (line !== undefined) line[field] = (BigInt(line[field]) + CENT).toString();
    };
    expect(changed(() => undefined)).toBe('ok');
    expect(changed(add(charge, 'amountPico'))).toBe(`lines[${charge}].amountPico`);
    expect(changed(add(charge, 'exactPico'))).not.toBe('ok');
    expect(changed(add(vat, 'exactPico'))).toBe(`lines[${vat}].exactPico`);
    expect(changed(add(vat, 'amountPico'))).not.toBe('ok');
    expect(parseMoney('0.01')).toBe(CENT);
  });

  test('is bound to the run’s tree: a charge raised, left out or renamed with all sums right is told', () => {
    const settled = period({ ...KEYS.proportional, ...STACK }, 1);
    const ana = statementOf(settled, 'ana');
    const last = `days[${ana.days.length - 1}]`;
    const changed = (change: (lines: StatementV1['lines']) => StatementV1['lines']): string => {
      const lines = change(structuredClone(ana.lines));
      const sum = (field: 'amountPico' | 'exactPico'): bigint =>
        lines.reduce((total, line) => total + BigInt(line[field]), 0n);
      const [exactPico, amountPico] = [sum('exactPico'), sum('amountPico')];
      const copy = {
        ...ana,
        lines,
        exactPico: exactPico.toString(),
        amountPico: amountPico.toString(),
        roundingPico: (amountPico - exactPico).toString(),
      };
      const verdict = verifyStatement(copy, nodeHash);
      return verdict.ok ? 'ok' : verdict.path;
    };
    const hundred = 10_000n * CENT;
    expect(changed((lines) => lines)).toBe('ok');
    expect(
      changed((lines) =>
        lines.map((line) =>
          line.line === 'charge'
            ? {
                ...line,
                amountPico: (BigInt(line.amountPico) + hundred).toString(),
                exactPico: (BigInt(line.exactPico) + hundred).toString(),
              }
            : line,
        ),
      ),
    ).toMatch(/^lines\[\d\]\.exactPico$/);
    expect(changed((lines) => lines.filter(({ line }) => line !== 'vat'))).toBe(last);
    expect(changed((lines) => lines.filter(({ charge }) => charge === undefined))).toBe(last);
    expect(
      changed((lines) =>
        lines.map((line) =>
          line.charge === undefined
            ? line
            : { ...line, charge: { ...line.charge, account: 'somebody' } },
        ),
      ),
    ).toBe(last);
  });
});
