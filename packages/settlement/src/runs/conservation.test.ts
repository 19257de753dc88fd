import fc from 'fast-check';
import { generatedSharing } from '../generated-sharing.test-data.js';
import { settle } from '../settle.js';
import type { SettledPeriod } from '../settled-period.js';
import { settlementContract } from '../settlement-contract.js';
import { isSettlementError } from '../settlement-error.js';
import { checkPeriod } from './conservation.js';
import { settleRun } from './settlement-run.js';
import { village, villageInputs, villageRequest, villageRows } from './village.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);

test('every key and slot adds up in every interval, on named accounts', () => {
  const keys = new Set<string>();
  let shared = 0n;
  fc.assert(
    fc.property(generatedSharing(8), ({ contract, grid, community }) => {
      let settled: SettledPeriod;
      try {
        settled = settle(contract, grid);
      } catch (error) {
        if (isSettlementError(error) && error.code === 'out-of-range') return;
        throw error;
      }
      const verdict = checkPeriod(settled);
      expect(verdict).toMatchObject({ ok: true, intervals: settled.intervals });
      if (!verdict.ok) return;
      const { energy, money } = verdict;
      const of = (text: string): bigint => BigInt(text);
      expect(of(energy.sharedIn) + of(energy.residual)).toBe(of(energy.consumed));
      expect(of(energy.sharedOut) + of(energy.surplus)).toBe(of(energy.injected));
      expect(Object.values(money).reduce((sum, text) => sum + of(text), 0n)).toBe(0n);
      shared += of(energy.sharedIn);
      keys.add(community.sharingKey.type);
    }),
    { numRuns: 200 * scale },
  );
  expect(shared).toBeGreaterThan(0n);
  expect(keys.size).toBeGreaterThan(5);
});

describe('what breaks', () => {
  const run = settleRun(villageInputs(villageRows(1)), villageRequest(1));
  const noon = 48;
  /** The period with one value of a column changed, at noon and later. */
  const changed = (
    name: 'sharedInMilliwattHours' | 'sharedOutMilliwattHours' | 'consumedMilliwattHours',
    point: number,
    by: number,
  ): SettledPeriod => {
    const column = run.settled[name].slice();
    for (const interval of [noon, noon + 3]) {
      column[interval * 4 + point] = (column[interval * 4 + point] ?? 0) + by;
    }
    return { ...run.settled, [name]: column };
  };

  test.each([
    ['sharedInMilliwattHours', 0, -1, 'shared in'],
    ['sharedOutMilliwattHours', 3, -1, 'shared out'],
    ['sharedInMilliwattHours', 3, 1, 'residual of sol'],
    ['consumedMilliwattHours', 1, 5, 'consumed of bea'],
    ['sharedInMilliwattHours', 2, 0.5, 'shared in of rui'],
    ['sharedOutMilliwattHours', 0, -1, 'shared out of ana'],
  ] as const)('%s of point %i: the first interval is named', (name, point, by, account) => {
    const verdict = checkPeriod(changed(name, point, by));
    expect(verdict).toMatchObject({ ok: false, start: '2026-06-15T11:00:00Z' });
    if (!verdict.ok) expect(verdict.account).toMatch(account);
  });

  test('an interval that waits adds up to nothing', () => {
    const rows = villageRows(1).map((row) =>
      row.point === 'ana' ? { ...row, ...(row.startMs % 7 === 0 && { energies: null }) } : row,
    );
    const waiting = settleRun(villageInputs(rows), villageRequest(1));
    expect(waiting.stopped.length).toBeGreaterThan(0);
    expect(checkPeriod(waiting.settled)).toMatchObject({ ok: true });
  });

  test('a point that takes no part shares nothing', () => {
    const members = ['ana', 'bea', 'rui', 'sol'].map((id) => ({
      id: `m-${id}`,
      ...(id === 'rui' && { validFrom: '2026-06-16' }),
      meteringPoints: [{ id }],
    }));
    const contract = settlementContract(village({ members }), run.settled);
    const verdict = checkPeriod({ ...run.settled, contract });
    expect(verdict).toMatchObject({ ok: false });
    if (!verdict.ok) expect(verdict.account).toBe('shared of rui');
  });
});
