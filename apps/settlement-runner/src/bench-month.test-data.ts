import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalCsvChunks, type Columns } from '@microgrid/metering';

/** Quarter-hours of the generated month. */
export const MONTH_INTERVALS = 31 * 96;
/** The generated month. */
export const MONTH = { from: '2026-01-01', to: '2026-02-01', startMs: Date.UTC(2026, 0, 1) };

const LENGTH_MS = 900_000;

/** A generated community with a month of readings, on disk. */
export interface GeneratedMonth {
  readonly members: number;
  readonly meterIntervals: number;
  readonly communityText: string;
  /** Paths. */
  readonly place: string;
  readonly community: string;
  readonly readings: string;
  readonly remove: () => void;
}

/** Makes a month of quarter-hours of a number of members with one metering point each. */
export function generatedMonth(members: number): GeneratedMonth {
  const place = mkdtempSync(join(tmpdir(), 'settle-bench-'));
  const ids = Array.from({ length: members }, (_, index) => `m-${String(index).padStart(5, '0')}`);
  const text = communityText(ids);
  const [community, readings] = [join(place, 'community.yaml'), join(place, 'readings.csv')];
  writeFileSync(community, text);
  const file = openSync(readings, 'w');
  for (const piece of canonicalCsvChunks(columnsOf(ids))) writeSync(file, piece);
  closeSync(file);
  return {
    members,
    meterIntervals: members * MONTH_INTERVALS,
    communityText: text,
    place,
    community,
    readings,
    remove: () => {
      rmSync(place, { recursive: true, force: true });
    },
  };
}

function communityText(ids: readonly string[]): string {
  return JSON.stringify({
    schema: 'microgrid/community/1',
    id: 'bench',
    name: 'Generated',
    timeZone: 'Europe/Lisbon',
    resolution: 'PT15M',
    currency: 'EUR',
    netting: 'interval',
    sharingKey: { type: 'proportional' },
    prices: { import: '0.250000', export: '0.050000', internal: '0.120000' },
    members: ids.map((id) => ({ id, meteringPoints: [{ id }] })),
  });
}

/** A load for everybody and sun for every third, made without randomness. */
function columnsOf(points: readonly string[]): Columns {
  const rows = points.length * MONTH_INTERVALS;
  const columns = {
    point: new Int32Array(rows),
    startMs: new Float64Array(rows),
    endMs: new Float64Array(rows),
    importMilliwattHours: new Float64Array(rows),
    exportMilliwattHours: new Float64Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const interval = Math.floor(row / points.length);
    const sun = Math.max(0, Math.sin((((interval % 96) - 24) / 48) * Math.PI));
    columns.point[row] = row % points.length;
    columns.startMs[row] = MONTH.startMs + interval * LENGTH_MS;
    columns.endMs[row] = MONTH.startMs + (interval + 1) * LENGTH_MS;
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
  console.log(
    JSON.stringify({
      bench: name,
      members,
      meterIntervals,
      runs: measurements.length,
      seconds: Number(seconds.toFixed(2)),
      // On a busy machine the processor time says more than the wall clock.
      cpuSeconds: Number(cpuSeconds.toFixed(2)),
      meterIntervalsPerSecond: Math.round(meterIntervals / seconds),
      meterIntervalsPerCpuSecond: Math.round(meterIntervals / cpuSeconds),
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}
