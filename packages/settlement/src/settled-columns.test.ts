import fc from 'fast-check';
import { parseCommunity, type Community } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import { generatedPeriod, gridOf, HOURS, START_MS } from './generated-period.test-data.js';
import { joinSettled, settledColumns, type SettledColumns } from './settled-columns.js';
import { settle } from './settle.js';
import { columnsHash } from './columns-bytes.js';
import { settlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const HOUR_MS = 3_600_000;

/** Settles part of a grid by a contract of its own, as another thread would. */
function settledPart(
  community: Community,
  grid: SettlementGrid,
  from: number,
  to: number,
): SettledColumns {
  const period = { startMs: START_MS + from * HOUR_MS, endMs: START_MS + to * HOUR_MS };
  const size = grid.points.length;
  const cut = (column: Float64Array): Float64Array => column.slice(from * size, to * size);
  const part = settle(settlementContract(community, period), {
    ...grid,
    ...period,
    importMilliwattHours: cut(grid.importMilliwattHours),
    exportMilliwattHours: cut(grid.exportMilliwattHours),
    quality: grid.quality.slice(from * size, to * size),
  });
  return structuredClone(settledColumns(part));
}

const KEYS: readonly object[] = [
  {},
  { unused: 'member' },
  {
    sharingKey: { type: 'market', mechanism: 'payAsBid', options: { sellers: 'ask' } },
    prices: { import: '0.25', export: '0.05', internal: '0.12' },
  },
];

test('a period settled in parts, in any order, is the period settled at once', () => {
  let markets = 0;
  fc.assert(
    fc.property(
      generatedPeriod(5, 20_000_000),
      fc.uniqueArray(fc.integer({ min: 1, max: HOURS - 1 }), { maxLength: 3 }),
      fc.constantFrom(...KEYS),
      ({ community: plain, grid }, cuts, slots) => {
        const community = parseCommunity(JSON.stringify({ ...plain, ...slots }));
        const contract = settlementContract(community, grid);
        const whole = settle(contract, grid);
        const borders = [0, ...cuts.sort((a, b) => a - b), HOURS];
        const parts = borders
          .slice(1)
          .map((to, index) => settledPart(community, grid, borders[index] ?? 0, to));
        const joined = joinSettled(contract, parts.toReversed());
        expect(Object.keys(joined).sort()).toEqual(Object.keys(whole).sort());
        const columns = settledColumns(joined).columns;
        for (const [name, column] of Object.entries(settledColumns(whole).columns)) {
          expect(columns[name]).toEqual(column);
        }
        for (let interval = 0; interval < HOURS; interval++) {
          expect(joined.firings(interval)).toEqual(whole.firings(interval));
          expect(columnsHash(joined, interval, nodeHash)).toBe(
            columnsHash(whole, interval, nodeHash),
          );
        }
        if (whole.internalAmounts) markets++;
      },
    ),
    { numRuns: 30 * scale },
  );
  expect(markets).toBeGreaterThan(3);
});

test('parts with a gap, an overlap or a missing end are refused', () => {
  const community = parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'parts',
      name: 'Parts',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting: 'none',
      sharingKey: { type: 'proportional' },
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      members: [{ id: 'a', meteringPoints: [{ id: 'a' }] }],
    }),
  );
  const contract = settlementContract(community, {
    startMs: START_MS,
    endMs: START_MS + HOURS * HOUR_MS,
  });
  const zeros = Array.from({ length: HOURS }, () => 0);
  const grid = gridOf(contract, { imports: zeros, exports: zeros });
  const part = (from: number, to: number): SettledColumns => settledPart(community, grid, from, to);
  for (const parts of [[part(0, 3)], [part(0, 3), part(4, 6)], [part(0, 4), part(3, 6)], []]) {
    expect(() => joinSettled(contract, parts)).toThrow('expected up to');
  }
  expect(joinSettled(contract, [part(3, 6), part(0, 3)]).intervals).toBe(HOURS);
});
