import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalCsvChunks, type Columns } from '@microgrid/metering';

/** Where the generated periods begin. */
const FROM = '2026-01-01';
const START_MS = Date.UTC(2026, 0, 1);
const LENGTH_MS = 900_000;
const DAY_INTERVALS = 96;

/** A generated community with readings of quarter-hours, on disk. */
export interface GeneratedMonth {
  readonly members: number;
  readonly meterIntervals: number;
  /** Local days, the end exclusive. */
  readonly from: string;
  readonly to: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly communityText: string;
  /** Paths. */
  readonly place: string;
  readonly community: string;
  readonly readings: string;
  readonly remove: () => void;
}

/**
 * Makes readings of quarter-hours of a number of members with one metering point each.
 * @param days from New Year's Day; default a month.
 * @param under where; default the directory for temporary files.
 */
export function generatedMonth(members: number, days = 31, under = tmpdir()): GeneratedMonth {
  const place = mkdtempSync(join(under, 'settle-bench-'));
  const intervals = days * DAY_INTERVALS;
  const endMs = START_MS + intervals * LENGTH_MS;
  const [community, readings] = [join(place, 'community.yaml'), join(place, 'readings.csv')];
  const communityText = textOf(idsOf(members));
  writeFileSync(community, communityText);
  // In a process of its own: its memory must not count as the run's.
  const self = process.argv[1] ?? '';
  const args = [...process.execArgv, self, GENERATE, readings, String(members), String(intervals)];
  spawnSync(process.execPath, args, { stdio: 'inherit' });
  return {
    members,
    meterIntervals: members * intervals,
    from: FROM,
    to: new Date(endMs).toISOString().slice(0, 10),
    startMs: START_MS,
    endMs,
    communityText,
    place,
    community,
    readings,
    remove: () => {
      rmSync(place, { recursive: true, force: true });
    },
  };
}

const GENERATE = 'generate-readings';

/** Whether this process was started to generate readings: then it did, and there is no more to do. */
export function generatedHere(): boolean {
  const [task, readings = '', members, intervals] = process.argv.slice(2);
  if (task !== GENERATE) return false;
  const file = openSync(readings, 'w');
  const columns = columnsOf(idsOf(Number(members)), Number(intervals));
  for (const piece of canonicalCsvChunks(columns)) writeSync(file, piece);
  closeSync(file);
  return true;
}

function idsOf(members: number): string[] {
  return Array.from({ length: members }, (_, index) => `m-${String(index).padStart(5, '0')}`);
}

function textOf(ids: readonly string[]): string {
  return JSON.stringify({
    schema: 'microgrid/community/1',
    id: 'bench',
    name: 'Generated',
    timeZone: 'UTC',
    resolution: 'PT15M',
    currency: 'EUR',
    netting: 'interval',
    sharingKey: { type: 'proportional' },
    prices: { import: '0.250000', export: '0.050000', internal: '0.120000' },
    members: ids.map((id) => ({ id, meteringPoints: [{ id }] })),
  });
}

/** A load for everybody and sun for every third, made without randomness. */
function columnsOf(points: readonly string[], intervals: number): Columns {
  const rows = points.length * intervals;
  const columns = {
    point: new Int32Array(rows),
    startMs: new Float64Array(rows),
    endMs: new Float64Array(rows),
    importMilliwattHours: new Float64Array(rows),
    exportMilliwattHours: new Float64Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const interval = Math.floor(row / points.length);
    const sun = Math.max(0, Math.sin((((interval % DAY_INTERVALS) - 24) / 48) * Math.PI));
    columns.point[row] = row % points.length;
    columns.startMs[row] = START_MS + interval * LENGTH_MS;
    columns.endMs[row] = START_MS + (interval + 1) * LENGTH_MS;
    columns.importMilliwattHours[row] = ((row * 7919) % 500) * 1000;
    columns.exportMilliwattHours[row] =
      row % 3 === 0 ? Math.round(sun * ((row * 104_729) % 900)) * 1000 : 0;
  }
  return {
    file: 'generated',
    rows,
    points,
    ...columns,
    quality: new Uint8Array(rows),
    line: new Int32Array(rows),
  };
}

/** What one piece of work took. */
export interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Measures one piece of work. */
export async function measured(work: () => unknown): Promise<Measured> {
  const begin = process.hrtime.bigint();
  const used = process.cpuUsage();
  await work();
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  const { user, system } = process.cpuUsage(used);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Prints the median of several measurements as one JSON line. */
export function report(
  name: string,
  { members, meterIntervals }: GeneratedMonth,
  measurements: readonly Measured[],
): void {
  const median = (field: keyof Measured): number => {
    const sorted = measurements.map((one) => one[field]).sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? NaN;
  };
  const [seconds, cpuSeconds] = [median('seconds'), median('cpuSeconds')];
  const [first] = measurements;
  console.log(
    JSON.stringify({
      bench: name,
      members,
      meterIntervals,
      runs: measurements.length,
      seconds: Number(seconds.toFixed(2)),
      // The engine compiles while it runs: the first one of a process takes longer.
      firstSeconds: Number((first?.seconds ?? NaN).toFixed(2)),
      // On a busy machine the processor time says more than the wall clock.
      cpuSeconds: Number(cpuSeconds.toFixed(2)),
      meterIntervalsPerSecond: Math.round(meterIntervals / seconds),
      meterIntervalsPerCpuSecond: Math.round(meterIntervals / cpuSeconds),
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}
