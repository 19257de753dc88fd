import { parseCommunity } from '@microgrid/community';
import { nodeHash } from '@microgrid/journal/node';
import {
  checkPeriod,
  parseRunCalendar,
  resettle,
  settleRun,
  shadowSettlement,
  type AllocatedInterval,
  type KnownReadings,
  type RunInputs,
  type RunRequest,
  type SettlementRun,
} from '@microgrid/settlement';
import { adjust, invoiceRun } from './adjustments/adjustment.js';

/** 1,000 members of one point each, one month of quarter-hours; one point's day comes late. */
const MEMBERS = 1000;
const INTERVALS = 2976;
const QUARTER = 900_000;
const START_MS = Date.UTC(2026, 0, 1);
const ROUNDS = 3;
const LATE_FROM = 480;
const LATE_INTERVALS = 96;
const WATT_HOUR = 1000;

const POINTS = Array.from({ length: MEMBERS }, (_, index) => `p${String(index).padStart(4, '0')}`);

const community = parseCommunity(
  JSON.stringify({
    schema: 'microgrid/community/1',
    id: 'bench',
    name: 'Bench',
    timeZone: 'Europe/Lisbon',
    resolution: 'PT15M',
    currency: 'EUR',
    netting: 'none',
    sharingKey: { type: 'proportional' },
    prices: { import: '0.25', export: '0.05', internal: '0.12' },
    members: POINTS.map((id) => ({ id: `m${id}`, meteringPoints: [{ id }] })),
  }),
);

function columns(
  cells: readonly number[],
  energies: (cell: number) => readonly [number, number],
): KnownReadings['columns'] {
  const start = (cell: number): number => START_MS + Math.floor(cell / MEMBERS) * QUARTER;
  return {
    file: 'bench',
    rows: cells.length,
    points: POINTS,
    point: Int32Array.from(cells, (cell) => cell % MEMBERS),
    startMs: Float64Array.from(cells, start),
    endMs: Float64Array.from(cells, (cell) => start(cell) + QUARTER),
    importMilliwattHours: Float64Array.from(cells, (cell) => energies(cell)[0]),
    exportMilliwattHours: Float64Array.from(cells, (cell) => energies(cell)[1]),
    quality: new Uint8Array(cells.length),
    line: new Int32Array(cells.length),
  };
}

const every = Array.from({ length: MEMBERS * INTERVALS }, (_, cell) => cell);
const late = Array.from({ length: LATE_INTERVALS }, (_, index) => (LATE_FROM + index) * MEMBERS);

const inputs: RunInputs = {
  readings: [
    {
      knownMs: 1,
      kind: 'dso-file',
      columns: columns(every, (cell) => [
        (cell * 7919) % 300_000,
        cell % 10 === 0 ? (cell * 104_729) % 900_000 : 0,
      ]),
    },
    { knownMs: 2, kind: 'dso-file', columns: columns(late, () => [1, 0]) },
  ],
  contracts: [{ knownMs: 1, community }],
};

const none = { energy: '0', count: '0' };
const request: RunRequest = {
  period: { startMs: START_MS, endMs: START_MS + INTERVALS * QUARTER },
  kind: 'R1',
  asKnownOnMs: 1,
  calendar: parseRunCalendar({
    schema: 'microgrid/run-calendar/1',
    runs: [{ kind: 'R1', minimum: { member: none, total: none } }],
  }),
};

/** The operator's figures: the run's, to the Wh. */
function* figures({ settled }: SettlementRun): Generator<AllocatedInterval> {
  for (let cell = 0; cell < settled.sharedInMilliwattHours.length; cell++) {
    const value = settled.sharedInMilliwattHours[cell] as number;
    yield {
      meteringPoint: POINTS[cell % MEMBERS] as string,
      startMs: START_MS + Math.floor(cell / MEMBERS) * QUARTER,
      allocatedMilliwattHours: Math.round(value / WATT_HOUR) * WATT_HOUR,
    };
  }
}

/** Median CPU seconds of some rounds. */
function cpuSeconds(work: () => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  }).sort((a, b) => a - b);
  return Number((rounds[Math.floor(ROUNDS / 2)] as number).toFixed(2));
}

const first = settleRun(inputs, request);
const again = resettle(first, inputs, { ...request, asKnownOnMs: 2 });
const [before, after] = [first, again.run].map((run) => invoiceRun(run, nodeHash));
if (before === undefined || after === undefined) throw new Error('two versions were made');

console.log(
  JSON.stringify({
    bench: 'resettle',
    meterIntervals: MEMBERS * INTERVALS,
    recomputedIntervals: again.recomputed.length,
    cpuSeconds: {
      settleRun: cpuSeconds(() => settleRun(inputs, request)),
      resettle: cpuSeconds(() => resettle(first, inputs, { ...request, asKnownOnMs: 2 })),
      adjust: cpuSeconds(() => adjust(before, after)),
      checkPeriod: cpuSeconds(() => checkPeriod(again.run.settled)),
      shadowSettlement: cpuSeconds(() =>
        shadowSettlement(again.run, { rows: figures(again.run), unitMilliwattHours: WATT_HOUR }),
      ),
    },
    maximumRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
