import fc from 'fast-check';
import { parseCommunity, type Community } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import { generatedPeriod, HOURS, START_MS } from './generated-period.test-data.js';
import { memberDays } from './member-days.js';
import { settle } from './settle.js';
import { settledColumns } from './settled-columns.js';
import {
  joinStretches,
  packStretch,
  settledStretch,
  unpackStretch,
  type SettledStretch,
} from './settled-stretch.js';
import { settlementContract } from './settlement-contract.js';
import { recordedEvents, settlementEvents } from './settlement-events.js';
import type { SettlementGrid } from './settlement-grid.js';
import { recordedSummary, settlementSummary } from './settlement-summary.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const HOUR_MS = 3_600_000;
/** The generated period begins at 22:00 of its time zone. */
const MIDNIGHT = 2;

function stretch(
  community: Community,
  grid: SettlementGrid,
  [from, to]: readonly [number, number],
  keepCells: boolean,
): SettledStretch {
  const period = { startMs: START_MS + from * HOUR_MS, endMs: START_MS + to * HOUR_MS };
  const size = grid.points.length;
  const cut = (column: Float64Array): Float64Array => column.slice(from * size, to * size);
  const settled = settle(settlementContract(community, period), {
    ...grid,
    ...period,
    importMilliwattHours: cut(grid.importMilliwattHours),
    exportMilliwattHours: cut(grid.exportMilliwattHours),
    quality: grid.quality.slice(from * size, to * size),
  });
  // As it arrives from another thread.
  const sent = structuredClone(packStretch(settledStretch(settled, nodeHash, keepCells)));
  return unpackStretch(sent, settled.members);
}

const SLOTS: readonly object[] = [
  {},
  { unused: 'member' },
  {
    sharingKey: { type: 'market', mechanism: 'payAsBid', options: { sellers: 'ask' } },
    prices: { import: '0.25', export: '0.05', internal: '0.12' },
  },
];

test('days, events and summary of stretches are those of the whole period', () => {
  let events = 0;
  fc.assert(
    fc.property(
      generatedPeriod(5, 20_000_000),
      fc.constantFrom(...SLOTS),
      fc.boolean(),
      ({ community: plain, grid }, slots, keepCells) => {
        const community = parseCommunity(JSON.stringify({ ...plain, ...slots }));
        const contract = settlementContract(community, grid);
        const whole = settle(contract, grid);
        const joined = joinStretches(
          contract,
          (
            [
              [MIDNIGHT, HOURS],
              [0, MIDNIGHT],
            ] as const
          ).map((part) => stretch(community, grid, part, keepCells)),
        );
        expect(joined.days).toEqual(memberDays(whole));
        const chain = { hash: nodeHash, contractHash: 'c', firstPreviousHash: 'f' };
        const expected = [...settlementEvents(whole, chain)];
        expect([...recordedEvents(joined.records, chain)]).toEqual(expected);
        expect(recordedSummary(joined.records, joined.days)).toEqual(settlementSummary(whole));
        expect(joined.settled === undefined).toBe(!keepCells);
        if (joined.settled) {
          expect(settledColumns(joined.settled)).toEqual({
            ...settledColumns(whole),
            routes: expect.anything() as unknown,
            routeOf: expect.anything() as unknown,
          });
        }
        events += expected.length;
      },
    ),
    { numRuns: 40 * scale },
  );
  expect(events).toBeGreaterThan(100);
});
