import fc from 'fast-check';
import type { Charge } from '../charge/charge.js';
import { chargeLines, type ChargeLine } from '../charge/charge-lines.js';
import {
  addFractions,
  compareFractions,
  fraction,
  multiplyFractions,
  parseFraction,
  subtractFractions,
  sumFractions,
  type Fraction,
} from '../number/fraction.js';
import { roundFraction } from '../number/rounding.js';
import { parseCharges } from '../parse-rules.js';
import { priceAt } from '../price/price-series.js';
import { bill } from './bill.js';
import { addDays, cut, generatedBills, HOUR } from './generated-bill.test-data.js';

const RUNS = 80 * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

function sumByCharge(lines: readonly ChargeLine[]): Map<string, Fraction> {
  const sums = new Map<string, Fraction>();
  for (const { charge, amount } of lines) {
    sums.set(charge, addFractions(sums.get(charge) ?? fraction(0), amount));
  }
  for (const [charge, amount] of sums) if (amount.numerator === 0n) sums.delete(charge);
  return sums;
}

/** The day, of the period's days, that a generated number falls on. */
function dayIn(usage: { startMs: number; endMs: number }, pick: number): [string, string, string] {
  const first = new Date(usage.startMs + 3_600_000).toISOString().slice(0, 10);
  const last = new Date(usage.endMs + 3_600_000).toISOString().slice(0, 10);
  const days = Math.round((usage.endMs - usage.startMs) / 86_400_000);
  return [first, addDays(first, 1 + (pick % (days - 1))), last];
}

describe('what charges come to', () => {
  test('adds up over any split at midnight', () => {
    fc.assert(
      fc.property(generatedBills, fc.nat(), ({ charges, usage }, pick) => {
        const [first, middle, last] = dayIn(usage, pick);
        const parts = [
          ...chargeLines(charges, cut(usage, first, middle)),
          ...chargeLines(charges, cut(usage, middle, last)),
        ];
        expect(sumByCharge(parts)).toEqual(sumByCharge(chargeLines(charges, usage)));
      }),
      { numRuns: RUNS },
    );
  });

  test('does not depend on the order of charges', () => {
    fc.assert(
      fc.property(generatedBills, fc.nat(), ({ charges, vat, rounding, usage }, turn) => {
        const at = turn % charges.length;
        const turned = [...charges.slice(at), ...charges.slice(0, at)].reverse();
        expect(bill(turned, [...vat].reverse(), rounding, usage)).toEqual(
          bill(charges, vat, rounding, usage),
        );
      }),
      { numRuns: RUNS },
    );
  });

  test('stays the same when a charge is split into versions of one rate', () => {
    fc.assert(
      fc.property(generatedBills, fc.nat(), fc.nat(), (generated, pick, which) => {
        const { charges, vat, rounding, usage } = generated;
        const [, middle] = dayIn(usage, pick);
        const at = which % charges.length;
        const charge = charges[at] as Charge;
        const split = parseCharges(
          charges.toSpliced(
            at,
            1,
            { ...charge, validTo: middle },
            { ...charge, validFrom: middle },
          ),
        );
        expect(chargeLines(split, usage)).toEqual(chargeLines(charges, usage));
        expect(bill(split, vat, rounding, usage)).toEqual(bill(charges, vat, rounding, usage));
      }),
      { numRuns: RUNS },
    );
  });

  test('is the sum over intervals of energy x price of a plain rate', () => {
    fc.assert(
      fc.property(generatedBills, ({ charges, usage }) => {
        const lines = sumByCharge(chargeLines(charges, usage));
        for (const { id, on, per, rate } of charges) {
          if (per !== 'kWh' || on === 'point' || typeof rate !== 'string') continue;
          const energy = usage.energies[on]?.reduce((a, b) => a + b, 0) ?? 0;
          const cost = multiplyFractions(fraction(energy, 1_000_000), parseFraction(rate));
          const sign = ['export', 'surplus', 'sharedOut'].includes(on) ? -1 : 1;
          const expected = multiplyFractions(cost, fraction(sign));
          expect(lines.get(id) ?? fraction(0)).toEqual(expected);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

test('energy of a tariff costs, interval by interval, what a kWh costs at that instant', () => {
  let checked = 0;
  fc.assert(
    fc.property(generatedBills, ({ charges, usage }) => {
      const lines = sumByCharge(chargeLines(charges, usage));
      for (const { id, on, rate } of charges) {
        if (typeof rate === 'string' || rate.type !== 'cycle' || on === 'point') continue;
        let pico = 0n;
        for (const [hour, energy] of (usage.energies[on] ?? []).entries()) {
          const price = priceAt(rate, usage.timeZone, usage.startMs + hour * HOUR);
          pico += BigInt(energy) * BigInt(price);
        }
        const sign = ['export', 'surplus', 'sharedOut'].includes(on) ? -1n : 1n;
        expect(lines.get(id) ?? fraction(0)).toEqual(fraction(sign * pico, 10n ** 12n));
        checked++;
      }
    }),
    { numRuns: RUNS },
  );
  expect(checked).toBeGreaterThan(5);
});

describe('a bill', () => {
  test('sums to its total at every rounding point, and VAT is the rate of its net', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(generatedBills, ({ charges, vat, rounding, usage }) => {
        const result = bill(charges, vat, rounding, usage);
        const { lines, categories, total, exact } = result;
        seen.add(`${rounding.point} ${rounding.vat ?? ''}`);
        const round = (amount: Fraction): Fraction => roundFraction(amount, rounding);
        const net = sumFractions(lines.map((line) => line.net));
        const vatOf = (amount: Fraction, percent = '0'): Fraction =>
          multiplyFractions(amount, multiplyFractions(parseFraction(percent), fraction(1, 100)));
        expect(total.gross).toEqual(addFractions(total.net, total.vat));
        expect(exact.gross).toEqual(addFractions(exact.net, exact.vat));
        expect(exact.net).toEqual(sumFractions(lines.map(({ amount }) => amount)));
        expect(result.roundingDifference).toEqual(subtractFractions(total.gross, exact.gross));
        expect(round(total.net)).toEqual(total.net);
        expect(round(total.gross)).toEqual(total.gross);
        const vatPoint = rounding.vat ?? rounding.point;
        for (const line of lines) {
          expect(line.net).toEqual(rounding.point === 'line' ? round(line.amount) : line.amount);
          const due = vatOf(line.net, line.vatPercent);
          expect(line.vatAmount).toEqual(vatPoint === 'line' ? round(due) : due);
        }
        if (rounding.point === 'line') expect(total.net).toEqual(net);
        if (rounding.point !== 'total') {
          expect(total.net).toEqual(sumFractions(categories.map((one) => one.net)));
        } else expect(total.net).toEqual(round(net));
        if (vatPoint === 'line') {
          expect(total.vat).toEqual(sumFractions(lines.map(({ vatAmount }) => vatAmount)));
        }
        if (vatPoint === 'category') {
          for (const category of categories) {
            expect(category.vatAmount).toEqual(round(vatOf(category.net, category.vatPercent)));
          }
          expect(total.vat).toEqual(sumFractions(categories.map(({ vatAmount }) => vatAmount)));
        }
      }),
      { numRuns: RUNS },
    );
    expect(seen.size).toBeGreaterThanOrEqual(5);
  });

  test('taxes at a reduced rate no more kWh than the block, and all of them below it', () => {
    let blocks = 0;
    fc.assert(
      fc.property(generatedBills, ({ charges, vat, rounding, usage }) => {
        const { lines } = bill(charges, vat, rounding, usage);
        for (const { id, per, vat: vatId } of charges) {
          if (per !== 'kWh' || vatId !== 'energy') continue;
          const own = lines.filter(({ charge }) => charge === id);
          const reduced = own.filter(({ vatPercent }) => vatPercent !== '23');
          const energy = sumFractions(reduced.map(({ quantity }) => quantity));
          if (usage.contractedKilovoltAmperes === '10.35') expect(reduced).toEqual([]);
          const days = fraction(Math.round((usage.endMs - usage.startMs) / 86_400_000));
          const most = multiplyFractions(days, fraction(200, 30));
          expect(compareFractions(energy, most)).toBeLessThanOrEqual(0);
          if (reduced.length > 0 && reduced.length < own.length) blocks++;
        }
      }),
      { numRuns: RUNS },
    );
    expect(blocks).toBeGreaterThan(3);
  });
});
