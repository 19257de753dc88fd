import fc from 'fast-check';
import type { StatementLine } from '@microgrid/events';
import { addFractions, fraction, roundFraction, ZERO, type Fraction } from '@microgrid/tariff';
import { isInvoicingError } from '../invoicing-error.js';
import { nodeHash } from '@microgrid/journal/node';
import { invoice } from '../invoice.js';
import { verifyStatement } from '../verify-statement.js';
import { chargedPeriod, KEYS, STACK, START_MS } from './charged-period.test-data.js';
import { chargeParts, type ChargePart } from './charge-parts.js';
import { exactNumber, readExactNumber, sumExactNumbers } from './exact-number.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const HOUR = 3_600_000;

/** A block whose limit is met within days, a change of the rate, charges of changing price. */
const BLOCKS = {
  charges: [
    ...STACK.charges,
    {
      id: 'energy',
      on: 'import',
      per: 'kWh',
      rate: {
        type: 'cycle',
        cycle: 'PT-daily-2',
        prices: { vazio: '0.0811', 'fora de vazio': '0.1733' },
      },
      payTo: 'supplier',
      vat: 'energia',
    },
    {
      id: 'handling',
      on: 'point',
      per: 'percent',
      rate: '7',
      of: ['energy', 'fee'],
      payTo: 'egac',
      vat: 'iva',
    },
  ],
  vat: [
    ...STACK.vat,
    {
      id: 'energia',
      rates: [
        {
          validFrom: '2020-01-01',
          percent: '23',
          block: { percent: '6', firstKilowattHoursPer30Days: '200', upToKilovoltAmperes: '6.9' },
        },
        { validFrom: '2026-06-03', percent: '23' },
      ],
    },
  ],
};

/** What parts add to each line, by its key, in 10^-12 units. */
function byLine(parts: readonly ChargePart[]): Map<string, Fraction> {
  const sums = new Map<string, Fraction>();
  const add = (key: string, amount: string): void => {
    sums.set(key, addFractions(sums.get(key) ?? ZERO, readExactNumber(amount)));
  };
  for (const { key, exactPico, vat } of parts) {
    add(key, exactPico);
    if (vat !== undefined) add(vat.key, vat.exactPico);
  }
  return sums;
}

const whole = (amount: Fraction): string =>
  roundFraction(amount, { decimals: 0, mode: 'half-even' }).numerator.toString();

describe('what charges are made of', () => {
  test('all intervals and what is due for the time come to every line of the statement', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(KEYS)),
        fc.nat({ max: 1_000_000 }),
        fc.constantFrom(24, 96),
        fc.constantFrom('line', 'category', 'total'),
        (key, seed, hours, point) => {
          const rounding = { point, decimals: 2, mode: 'half-away' };
          const settled = chargedPeriod({ ...key, ...BLOCKS, rounding }, seed, hours);
          const lines = new Map<string, StatementLine>();
          for (const statement of invoice(settled, { hash: nodeHash }).statements) {
            // Shares of a block have no decimal: what is shown is still held to add up.
            expect(verifyStatement(statement, nodeHash)).toEqual({ ok: true });
            for (const line of statement.lines) if (line.charge) lines.set(line.charge.key, line);
          }
          const seen = new Map<string, StatementLine>();
          for (const id of settled.points) {
            const told = chargeParts(settled, id);
            const energy = Array.from({ length: hours }, (_, hour) =>
              told.at(START_MS + hour * HOUR),
            );
            const sums = byLine([...energy.flat(), ...told.standing]);
            for (const line of told.lines) {
              const lineKey = line.charge?.key ?? '';
              seen.set(lineKey, line);
              expect([lineKey, whole(sums.get(lineKey) ?? ZERO)]).toEqual([
                lineKey,
                line.exactPico,
              ]);
            }
            for (const one of energy.flat()) {
              met.add(`${one.charge} ${one.period ?? ''} ${one.vat?.percent ?? 'none'}`);
            }
            for (const one of told.standing) met.add(`${one.charge}, standing`);
          }
          expect([...seen].sort()).toEqual([...lines].sort());
        },
      ),
      { numRuns: 20 * scale },
    );
    // Every way of a charge was met: periods of price, both rates of the block, percentages of both kinds.
    expect([...met].sort()).toEqual([
      'access  23',
      'energy fora de vazio 23',
      'energy fora de vazio 6',
      'energy vazio 23',
      'energy vazio 6',
      'fee, standing',
      'handling  23',
      'handling, standing',
      'management  23',
      'power, standing',
    ]);
  });

  test('a point adds nothing while it takes no part, and nobody without charges', () => {
    const settled = chargedPeriod({ ...KEYS.proportional, ...STACK }, 1);
    const told = chargeParts(settled, 'ana-2');
    // ana-2 takes part from 11 June on.
    expect(told.at(START_MS + 9 * 24 * HOUR)).toEqual([]);
    expect(told.at(START_MS + 12 * 24 * HOUR)).not.toEqual([]);
    expect(chargeParts(chargedPeriod(KEYS.proportional, 1, 24), 'ana-1').lines).toEqual([]);
    const code = (act: () => unknown): string => {
      try {
        act();
        return 'nothing';
      } catch (error) {
        return isInvoicingError(error) ? error.message : String(error);
      }
    };
    expect(code(() => chargeParts(settled, 'nobody'))).toMatch(/got nobody, expected one/);
    expect(code(() => told.at(START_MS + 1))).toMatch(/expected the start of an interval/);
  });

  test('exact numbers are decimals where there are any', () => {
    const cases: [bigint, bigint, string][] = [
      [1n, 8n, '0.125'],
      [-3n, 2n, '-1.5'],
      [7n, 1n, '7'],
      [1n, 3n, '1/3'],
      [-22n, 70n, '-11/35'],
      [3n, 2000n, '0.0015'],
      [1n, 125n, '0.008'],
    ];
    for (const [numerator, denominator, text] of cases) {
      expect(exactNumber(fraction(numerator, denominator))).toBe(text);
      expect(readExactNumber(text)).toEqual(fraction(numerator, denominator));
    }
    expect(sumExactNumbers(['1/3', '0.5', '-2'])).toBe('-7/6');
    expect(sumExactNumbers([])).toBe('0');
  });
});
