import { parseCommunity, type Community } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import { memberDays } from './member-days.js';
import { settle } from './settle.js';
import { settlementContract } from './settlement-contract.js';
import { contractHash, settlementEvents } from './settlement-events.js';
import type { SettlementGrid } from './settlement-grid.js';

/** 1,000 members of one point each, one month of quarter-hours. */
const MEMBERS = 1000;
const INTERVALS = 2976;
const QUARTER = 900_000;
const START_MS = Date.UTC(2026, 2, 1);
const ROUNDS = 5;

function community(key: object, netting: string): Community {
  const ids = Array.from({ length: MEMBERS }, (_, index) => `m${String(index).padStart(4, '0')}`);
  return parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'bench',
      name: 'Generated members',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT15M',
      currency: 'EUR',
      netting,
      sharingKey: key,
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      members: ids.map((id) => ({ id, meteringPoints: [{ id }] })),
    }),
  );
}

/** Every fifth member has a plant; a linear congruential generator makes every run equal. */
function generatedGrid(points: readonly string[]): SettlementGrid {
  const cells = MEMBERS * INTERVALS;
  let state = 1;
  const next = (below: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state % below;
  };
  return {
    points,
    startMs: START_MS,
    endMs: START_MS + INTERVALS * QUARTER,
    resolutionMs: QUARTER,
    importMilliwattHours: Float64Array.from({ length: cells }, () => next(500_000)),
    exportMilliwattHours: Float64Array.from({ length: cells }, (_, cell) =>
      cell % 5 === 0 ? next(2_000_000) : 0,
    ),
    quality: new Uint8Array(cells),
  };
}

/**
 * Median CPU seconds of some rounds after one that is not counted. CPU time, all threads of the
 * process: on a machine that is busy with something else the wall clock measures the something else.
 */
function seconds(work: () => unknown): number {
  work();
  const times = Array.from({ length: ROUNDS }, () => {
    const begin = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e6;
  });
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

const coefficients = Object.fromEntries(
  Array.from({ length: MEMBERS }, (_, index) => [
    `m${String(index).padStart(4, '0')}`,
    (0.0005 + (index % 10) / 10_000).toFixed(4),
  ]),
);
const period = { startMs: START_MS, endMs: START_MS + INTERVALS * QUARTER };
const cells = MEMBERS * INTERVALS;
const rate = (time: number): number => Math.round(cells / time);

const proportional = settlementContract(community({ type: 'proportional' }, 'none'), period);
const grid = generatedGrid(proportional.pointIds);
const fixed = settlementContract(community({ type: 'fixed', coefficients }, 'none'), period);
const netted = settlementContract(community({ type: 'proportional' }, 'interval'), period);
const settled = settle(proportional, grid);
const chain = {
  hash: nodeHash,
  contractHash: contractHash(proportional.community, nodeHash),
  firstPreviousHash: '0'.repeat(64),
};

process.stdout.write(
  `${JSON.stringify({
    bench: 'settle-kernel',
    members: MEMBERS,
    intervals: INTERVALS,
    unit: 'meter-intervals per CPU second',
    proportional: rate(seconds(() => settle(proportional, grid))),
    fixed: rate(seconds(() => settle(fixed, grid))),
    netted: rate(seconds(() => settle(netted, grid))),
    memberDays: rate(seconds(() => memberDays(settled))),
    events: rate(seconds(() => [...settlementEvents(settled, chain)].length)),
  })}\n`,
);
