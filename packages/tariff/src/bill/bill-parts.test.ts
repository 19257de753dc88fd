import fc from 'fast-check';
import type { Charge } from '../charge/charge.js';
import {
  addFractions,
  compareFractions,
  fraction,
  multiplyFractions,
  ZERO,
} from '../number/fraction.js';
import { parseCharges } from '../parse-rules.js';
import { bill, type BillLine } from './bill.js';
import { billParts, type BillPart } from './bill-parts.js';
import { addDays, generatedBills } from './generated-bill.test-data.js';

const RUNS = 60 * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

/** The lines that parts come to, by line. */
function sums(
  parts: readonly BillPart[],
): Map<BillLine, [BillPart['quantity'], BillPart['amount']]> {
  const all = new Map<BillLine, [BillPart['quantity'], BillPart['amount']]>();
  for (const { line, quantity, amount } of parts) {
    const [q, a] = all.get(line) ?? [ZERO, ZERO];
    all.set(line, [addFractions(q, quantity), addFractions(a, amount)]);
  }
  return all;
}

describe('the parts of a bill', () => {
  test('come to every exact line: all intervals and what is due for the time', () => {
    const met = { lines: 0, split: 0, standing: 0, rounded: 0, market: 0 };
    fc.assert(
      fc.property(
        generatedBills,
        fc.option(fc.constantFrom(0, 1)),
        fc.nat({ max: 20 }),
        ({ charges, vat, rounding, usage }, kilowattHourDecimals, turn) => {
          // One charge changes its version inside the period, so that it has two segments.
          const first = new Date(usage.startMs + 3_600_000).toISOString().slice(0, 10);
          const at = turn % charges.length;
          const split = charges[at] as Charge;
          const middle = addDays(first, 1);
          const versions = parseCharges(
            charges.toSpliced(
              at,
              1,
              { ...split, validTo: middle },
              { ...split, validFrom: middle },
            ),
          );
          const how = {
            ...rounding,
            ...(kilowattHourDecimals !== null && {
              energy: { decimals: kilowattHourDecimals, mode: 'half-up' as const },
              price: { decimals: 4, mode: 'half-even' as const },
            }),
          };
          const parts = billParts(versions, vat, how, usage);
          expect(parts.bill).toEqual(bill(versions, vat, how, usage));
          const hours = (usage.endMs - usage.startMs) / usage.resolutionMs;
          const all = Array.from({ length: hours }, (_, hour) => parts.at(hour));
          const found = sums([...all.flat(), ...parts.standing]);
          for (const line of parts.bill.lines) {
            const [quantity, amount] = found.get(line) ?? [ZERO, ZERO];
            expect([line.charge, quantity, amount]).toEqual([
              line.charge,
              line.quantity,
              line.amount,
            ]);
            met.lines += 1;
            if (line.price === undefined) met.market += 1;
          }
          for (const { line, quantity, price, amount } of [...all.flat(), ...parts.standing]) {
            const size = multiplyFractions(quantity, price);
            expect([size, multiplyFractions(size, fraction(-1))]).toContainEqual(amount);
            if (line.price !== undefined) expect(compareFractions(line.price, price)).toBe(0);
          }
          met.split += all.filter((of) => new Set(of.map(({ line }) => line)).size > 1).length;
          met.standing += parts.standing.length;
          if (kilowattHourDecimals !== null) met.rounded += 1;
        },
      ),
      { numRuns: RUNS },
    );
    // Not vacuous.
    for (const count of Object.values(met)) expect(count).toBeGreaterThan(5);
  });

  test('an interval without energy adds nothing', () => {
    const charges: Charge[] = [
      { id: 'access', on: 'import', per: 'kWh', rate: '0.05', payTo: 'dso' },
      { id: 'fee', on: 'point', per: 'day', rate: '0.1', payTo: 'egac' },
    ];
    const parts = billParts(
      charges,
      [],
      { point: 'line', decimals: 2, mode: 'half-away' },
      {
        startMs: 0,
        endMs: 7_200_000,
        resolutionMs: 3_600_000,
        timeZone: 'UTC',
        energies: { import: Float64Array.from([0, 250_000]) },
      },
    );
    expect(parts.at(0)).toEqual([]);
    expect(parts.at(1)).toMatchObject([
      { quantity: fraction(1, 4), price: fraction(1, 20), amount: fraction(1, 80) },
    ]);
    expect(parts.standing).toMatchObject([{ amount: fraction(1, 120) }]);
  });
});
