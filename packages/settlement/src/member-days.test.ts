import fc from 'fast-check';
import { generatedPeriod, HOURS } from './generated-period.test-data.js';
import { memberDays, memberTotals, pointCost } from './member-days.js';
import { settle } from './settle.js';
import { settlementSummary } from './settlement-summary.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);

describe('memberDays', () => {
  test('adds up to the same money and energy as one bigint per interval and point', () => {
    let changing = 0;
    fc.assert(
      fc.property(
        fc.oneof(generatedPeriod(6, 20_000_000), generatedPeriod(4, Number.MAX_SAFE_INTEGER)),
        ({ contract, grid }) => {
          const settled = settle(contract, grid);
          const slow = settled.members.map(() => ({ cost: 0n, imported: 0n, shared: 0n }));
          for (let interval = 0; interval < HOURS; interval++) {
            for (const [point] of settled.points.entries()) {
              const sums = slow[settled.memberOfPoint[point] ?? -1];
              const cell = interval * settled.points.length + point;
              if (sums === undefined) throw new Error('no such member');
              sums.cost += pointCost(settled, interval, point);
              sums.imported += BigInt(settled.importMilliwattHours[cell] ?? NaN);
              sums.shared += BigInt(settled.sharedInMilliwattHours[cell] ?? NaN);
            }
          }
          const fast = memberTotals(memberDays(settled)).map(({ amounts }) => ({
            cost: amounts.costPico,
            imported: amounts.importMilliwattHours,
            shared: amounts.sharedInMilliwattHours,
          }));
          expect(fast).toEqual(slow);
          if (new Set(contract.prices.import).size > 1) changing++;
        },
      ),
      { numRuns: 150 * scale, seed: 77 },
    );
    expect(changing).toBeGreaterThan(20);
  });

  test('cuts the period at local midnight, members first, then dates', () => {
    const [period] = fc.sample(generatedPeriod(2, 100), { seed: 5, numRuns: 1 });
    if (period === undefined) throw new Error('nothing generated');
    const { contract, grid } = period;
    const days = memberDays(settle(contract, grid));
    expect(days.map(({ member, date }) => `${member} ${date}`)).toEqual(
      contract.members.flatMap((member) => [`${member} 2026-06-21`, `${member} 2026-06-22`]),
    );
    expect(days[0]?.endMs).toBe(Date.UTC(2026, 5, 21, 23));
    expect(days[1]?.endMs).toBe(contract.endMs);
  });

  test('keeps import by quality', () => {
    fc.assert(
      fc.property(
        generatedPeriod(3, 1000),
        fc.array(fc.nat({ max: 3 })),
        ({ contract, grid }, kinds) => {
          const quality = grid.quality.map(
            (_, cell) => kinds[cell % Math.max(1, kinds.length)] ?? 0,
          );
          for (const { amounts } of memberTotals(
            memberDays(settle(contract, { ...grid, quality })),
          )) {
            const sum = Object.values(amounts.importByQuality).reduce((a, b) => a + b, 0n);
            expect(sum).toBe(amounts.importMilliwattHours);
          }
        },
      ),
      { numRuns: 50 * scale, seed: 78 },
    );
  });
});

describe('settlementSummary', () => {
  test('has totals that are the sums of its members', () => {
    fc.assert(
      fc.property(generatedPeriod(6, 20_000_000), ({ contract, grid }) => {
        const { totals, members } = settlementSummary(settle(contract, grid));
        for (const field of [
          'importMilliwattHours',
          'sharedInMilliwattHours',
          'costPico',
        ] as const) {
          const sum = Object.values(members).reduce((total, one) => total + BigInt(one[field]), 0n);
          expect(totals[field]).toBe(sum.toString());
        }
        expect(totals.sharedInMilliwattHours).toBe(totals.sharedOutMilliwattHours);
      }),
      { numRuns: 50 * scale, seed: 79 },
    );
  });
});
