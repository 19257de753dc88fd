import fc from 'fast-check';
import { parseCommunity, type Community } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import { compareIds } from '@microgrid/units';
import {
  generatedPeriod,
  HOURS,
  START_MS,
  type GeneratedPeriod,
} from './generated-period.test-data.js';
import { memberDays } from './member-days.js';
import { PeriodSettler, settle } from './settle.js';
import { settledColumns } from './settled-columns.js';
import {
  joinStretches,
  packStretch,
  settledStretch,
  StretchedPeriod,
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

/** A part of a grid, by hours. */
function cut(grid: SettlementGrid, [from, to]: Part): SettlementGrid {
  const size = grid.points.length;
  const part = (column: Float64Array): Float64Array => column.slice(from * size, to * size);
  return {
    ...grid,
    startMs: START_MS + from * HOUR_MS,
    endMs: START_MS + to * HOUR_MS,
    importMilliwattHours: part(grid.importMilliwattHours),
    exportMilliwattHours: part(grid.exportMilliwattHours),
    quality: grid.quality.slice(from * size, to * size),
  };
}

type Part = readonly [from: number, to: number];
const PARTS: readonly Part[] = [
  [MIDNIGHT, HOURS],
  [0, MIDNIGHT],
];

/** How the stretches of a period are settled: each by a contract of its own, or by one for all. */
const WAYS = {
  apart:
    (community: Community, _period: SettlementGrid, keepCells: boolean) => (part: SettlementGrid) =>
      settledStretch(settle(settlementContract(community, part), part), nodeHash, keepCells),
  together: (community: Community, period: SettlementGrid, keepCells: boolean) => {
    const contract = settlementContract(community, period);
    const stretched = new StretchedPeriod(contract, nodeHash, keepCells);
    return (part: SettlementGrid) => stretched.settle(part);
  },
} as const;

function stretches(
  way: keyof typeof WAYS,
  community: Community,
  grid: SettlementGrid,
  keepCells: boolean,
): SettledStretch[] {
  const settled = WAYS[way](community, grid, keepCells);
  const members = community.members.map(({ id }) => id).sort(compareIds);
  const kept = PARTS.map((part) => settled(cut(grid, part)));
  // As they arrive from another thread.
  return kept.map((one) => unpackStretch(structuredClone(packStretch(one)), members));
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
      fc.constantFrom('apart' as const, 'together' as const),
      fc.boolean(),
      ({ community: plain, grid }, slots, way, keepCells) => {
        const community = parseCommunity(JSON.stringify({ ...plain, ...slots }));
        const contract = settlementContract(community, grid);
        const whole = settle(contract, grid);
        const joined = joinStretches(contract, stretches(way, community, grid, keepCells));
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
    { numRuns: 60 * scale },
  );
  expect(events).toBeGreaterThan(100);
});

test('a part that is none of the period is refused', () => {
  const { community, grid } = fc
    .sample(generatedPeriod(5, 20_000_000), { numRuns: 1, seed: 1 })
    .at(0) as GeneratedPeriod;
  const settler = new PeriodSettler(settlementContract(community, grid));
  const [part] = PARTS as [Part];
  for (const moved of [HOUR_MS, HOUR_MS / 4]) {
    const { startMs, endMs } = cut(grid, part);
    const outside = { ...cut(grid, part), startMs: startMs + moved, endMs: endMs + moved };
    expect(() => settler.settle(outside)).toThrow(/^grid: it goes from .* expected/);
  }
  expect(settler.settle(cut(grid, part)).intervals).toBe(HOURS - MIDNIGHT);
});
