import { parseCommunity } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import { applyRules } from './apply-rules.js';
import { memberDays } from './member-days.js';
import { settle } from './settle.js';
import { settlementContract, type SettlementContract } from './settlement-contract.js';
import { contractHash, settlementEvents } from './settlement-events.js';
import type { SettlementGrid } from './settlement-grid.js';
import { SqlAllocation } from './sql-allocation.test-data.js';
import { Workspace } from './workspace.js';

/** 1,000 members of one point each, one month of quarter-hours. */
const MEMBERS = 1000;
const INTERVALS = 2976;
const QUARTER = 900_000;
const START_MS = Date.UTC(2026, 2, 1);
const ROUNDS = 5;
/** Every fifth member has a plant. */
const PLANTS_EVERY = 5;

const IDS = Array.from({ length: MEMBERS }, (_, index) => `m${String(index).padStart(4, '0')}`);

/** One fixed coefficient for each member, together 0.95. */
const COEFFICIENTS = Object.fromEntries(
  IDS.map((id, index) => [id, (0.0005 + (index % 10) / 10_000).toFixed(4)]),
);

/** Spanish coefficients have 6 decimals and add up to exactly 1. */
const SPANISH = Object.fromEntries(
  IDS.map((id, index) => [id, index % 2 === 0 ? '0.000937' : '0.001063']),
);

/** Twenty groups of fifty, half of them with a key of their own. */
const GROUPS = Array.from({ length: 20 }, (_, group) => {
  const points = IDS.slice(group * 50, group * 50 + 50);
  const own = { type: 'fixed', coefficients: Object.fromEntries(points.map((id) => [id, '0.02'])) };
  return {
    id: `g${group}`,
    points,
    share: '0.05',
    key: group % 2 === 0 ? { type: 'proportional' } : own,
  };
});

/** Each of the 200 plants for `consumers` of the members. */
function pairs(consumers: number): object {
  const coefficient = (1 / consumers).toFixed(6);
  const rows = IDS.filter((_, index) => index % PLANTS_EVERY === 0).map(
    (producer, row): [string, object] => [
      producer,
      Object.fromEntries<string>(
        Array.from({ length: consumers }, (_, place) => [
          IDS[(row * 7 + place) % MEMBERS] ?? '',
          coefficient,
        ]),
      ),
    ],
  );
  return { type: 'pairs', coefficients: Object.fromEntries<object>(rows) };
}

function contractOf(
  sharingKey: object,
  slots: object = {},
  intervals = INTERVALS,
): SettlementContract {
  const community = parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'bench',
      name: 'Generated members',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT15M',
      currency: 'EUR',
      netting: 'none',
      sharingKey,
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      members: IDS.map((id) => ({ id, meteringPoints: [{ id }] })),
      ...slots,
    }),
  );
  const endMs = START_MS + intervals * QUARTER;
  return settlementContract(community, { startMs: START_MS, endMs });
}

/** A linear congruential generator makes every run equal. */
function generatedGrid(intervals = INTERVALS): SettlementGrid {
  const cells = MEMBERS * intervals;
  let state = 1;
  const next = (below: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state % below;
  };
  return {
    points: IDS,
    startMs: START_MS,
    endMs: START_MS + intervals * QUARTER,
    resolutionMs: QUARTER,
    importMilliwattHours: Float64Array.from({ length: cells }, () => next(500_000)),
    exportMilliwattHours: Float64Array.from({ length: cells }, (_, cell) =>
      cell % PLANTS_EVERY === 0 ? next(2_000_000) : 0,
    ),
    quality: new Uint8Array(cells),
  };
}

function cpuSeconds(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

/**
 * Median CPU seconds of some rounds after one that is not counted. CPU time, all threads of the
 * process: on a machine that is busy with something else the wall clock measures the something else.
 */
function seconds(work: () => unknown, rounds = ROUNDS): number {
  work();
  const times = Array.from({ length: rounds }, () => {
    const begin = process.cpuUsage();
    work();
    return cpuSeconds(begin);
  });
  return median(times);
}

/** The kernel alone: columns in, columns of shares and givers out, without the net and its checks. */
function kernel(
  contract: SettlementContract,
  { importMilliwattHours, exportMilliwattHours }: SettlementGrid,
): () => void {
  const size = MEMBERS;
  const made = new Map<string, Float64Array>();
  const out = { shares: new Float64Array(0), given: new Float64Array(0) };
  const results = {
    shares: new Float64Array(contract.intervals * size),
    given: new Float64Array(contract.intervals * size),
  };
  const workspace = new Workspace(contract, (name) => {
    if (name === 'shares' || name === 'given') return out[name];
    const column = made.get(name) ?? new Float64Array(size);
    made.set(name, column);
    return column;
  });
  return () => {
    for (let interval = 0; interval < contract.intervals; interval++) {
      const [from, to] = [interval * size, (interval + 1) * size];
      out.shares = results.shares.subarray(from, to);
      out.given = results.given.subarray(from, to);
      applyRules(workspace, {
        data: { startMs: START_MS + interval * QUARTER },
        values: {
          importPending: importMilliwattHours.subarray(from, to),
          exportPending: exportMilliwattHours.subarray(from, to),
        },
        indices: {},
        tokens: {},
        message: undefined,
      });
    }
  };
}

const cells = MEMBERS * INTERVALS;
const rate = (time: number, count = cells): number => Math.round(count / time);

function keyRates(grid: SettlementGrid): object {
  const keys: Readonly<Record<string, SettlementContract>> = {
    proportional: contractOf({ type: 'proportional' }),
    fixed: contractOf({ type: 'fixed', coefficients: COEFFICIENTS }),
    fixedSpanish: contractOf(
      { type: 'fixed', sum: 'exactly-1', coefficients: SPANISH },
      { unused: 'member' },
    ),
    fixedInRounds: contractOf({ type: 'fixed', coefficients: COEFFICIENTS }, { unused: 'pool' }),
    nested: contractOf({ type: 'nested', groups: GROUPS }),
    priority: contractOf({
      type: 'priority',
      groups: GROUPS.map(({ share: _, ...group }) => group),
    }),
    netted: contractOf({ type: 'proportional' }, { netting: 'interval' }),
  };
  return Object.fromEntries(
    Object.entries(keys).map(([name, contract]) => [
      name,
      {
        kernel: rate(seconds(kernel(contract, grid))),
        settle: rate(seconds(() => settle(contract, grid))),
      },
    ]),
  );
}

/** A matrix has an entry for each pair: its rate is said of pairs as well. */
function pairRates(): object {
  const intervals = 96;
  const grid = generatedGrid(intervals);
  return Object.fromEntries(
    [20, 1000].map((consumers) => {
      const contract = contractOf(pairs(consumers), {}, intervals);
      const time = seconds(kernel(contract, grid), 3);
      const entries = (MEMBERS / PLANTS_EVERY) * consumers * intervals;
      const whole = seconds(() => settle(contract, grid), 3);
      return [
        `pairs200x${consumers}`,
        {
          kernel: rate(time, MEMBERS * intervals),
          settle: rate(whole, MEMBERS * intervals),
          pairs: rate(time, entries),
        },
      ];
    }),
  );
}

/** The same month day by day, a year of it: what is held does not grow with the number of days. */
function memory(): object {
  const DAY = 96;
  const grid = generatedGrid(DAY);
  const contract = contractOf({ type: 'proportional' }, {}, DAY);
  const after = (days: number): number => {
    for (let day = 0; day < days; day++) settle(contract, grid);
    (globalThis as { gc?: () => void }).gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return Math.round((heapUsed + arrayBuffers) / 2 ** 20);
  };
  after(5);
  return { after10Days: after(10), after365Days: after(355) };
}

async function sqlRates(grid: SettlementGrid): Promise<object> {
  const sql = await SqlAllocation.open(grid, 1);
  if (sql === undefined) return { absent: '@duckdb/node-api is not installed' };
  const contract = contractOf({ type: 'proportional' });
  const settled = settle(contract, grid);
  const measured: Record<string, number> = {};
  for (const form of ['largestRemainder', 'roundedDown'] as const) {
    const times: number[] = [];
    for (let round = 0; round < 4; round++) {
      const begin = process.cpuUsage();
      await sql.allocate(form);
      if (round > 0) times.push(cpuSeconds(begin));
    }
    measured[form] = rate(median(times));
    measured[`${form}DifferentCells`] = await sql.differences(settled);
  }
  await sql.close();
  return { threads: 1, ...measured };
}

async function main(): Promise<void> {
  const grid = generatedGrid();
  const proportional = contractOf({ type: 'proportional' });
  const settled = settle(proportional, grid);
  const chain = {
    hash: nodeHash,
    contractHash: contractHash(proportional.community, nodeHash),
    firstPreviousHash: '0'.repeat(64),
  };
  const result = {
    bench: 'settle-kernel',
    members: MEMBERS,
    intervals: INTERVALS,
    unit: 'meter-intervals per CPU second',
    keys: { ...keyRates(grid), ...pairRates() },
    memberDays: rate(seconds(() => memberDays(settled))),
    events: rate(seconds(() => [...settlementEvents(settled, chain)].length)),
    megabytes: memory(),
    duckdb: await sqlRates(grid),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

void main();
