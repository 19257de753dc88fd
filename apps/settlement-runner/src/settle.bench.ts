import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommunity } from '@microgrid/community';
import { writeCanonicalCsv } from '@microgrid/metering';
import { settle } from '@microgrid/settlement';
import { readReadings } from './readings-file.js';
import { runInputs } from './run-inputs.js';
import { run } from './run.js';
import { verify } from './verify.js';

const MEMBERS = 1000;
const DAYS = 31;
const INTERVALS = DAYS * 96;
const LENGTH_MS = 900_000;
const START = Date.UTC(2026, 0, 1);
const METER_INTERVALS = MEMBERS * INTERVALS;

const ids = Array.from({ length: MEMBERS }, (_, index) => `m-${String(index).padStart(4, '0')}`);

function communityText(): string {
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
function readings(): Uint8Array {
  const interval = (row: number): number => Math.floor(row / MEMBERS);
  const startOf = (row: number): number => START + interval(row) * LENGTH_MS;
  const sun = (row: number): number =>
    Math.max(0, Math.sin((((interval(row) % 96) - 24) / 48) * Math.PI));
  return writeCanonicalCsv({
    file: 'generated',
    rows: METER_INTERVALS,
    points: ids,
    point: Int32Array.from({ length: METER_INTERVALS }, (_, row) => row % MEMBERS),
    startMs: Float64Array.from({ length: METER_INTERVALS }, (_, row) => startOf(row)),
    endMs: Float64Array.from({ length: METER_INTERVALS }, (_, row) => startOf(row) + LENGTH_MS),
    importMilliwattHours: Float64Array.from(
      { length: METER_INTERVALS },
      (_, row) => ((row * 7919) % 500) * 1000,
    ),
    exportMilliwattHours: Float64Array.from({ length: METER_INTERVALS }, (_, row) =>
      row % 3 === 0 ? Math.round(sun(row) * ((row * 104_729) % 900)) * 1000 : 0,
    ),
    quality: new Uint8Array(METER_INTERVALS),
    line: new Int32Array(METER_INTERVALS),
  });
}

async function timed(name: string, work: () => unknown): Promise<void> {
  const begin = process.hrtime.bigint();
  const used = process.cpuUsage();
  await work();
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  const { user, system } = process.cpuUsage(used);
  console.log(
    JSON.stringify({
      bench: `settle/${name}`,
      members: MEMBERS,
      intervals: INTERVALS,
      seconds: Number(seconds.toFixed(2)),
      // On a busy machine the processor time says more than the wall clock.
      cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
      meterIntervalsPerSecond: Math.round(METER_INTERVALS / seconds),
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    }),
  );
}

async function bench(): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'settle-bench-'));
  try {
    const community = join(place, 'community.yaml');
    const file = join(place, 'readings.csv');
    const out = join(place, 'out');
    writeFileSync(community, communityText());
    writeFileSync(file, readings());
    const period = { startMs: START, endMs: START + DAYS * 86_400_000 };
    // Whole run first: its peak memory must not include the kernel's.
    await timed('whole-run', () =>
      run({ community, readings: file, from: '2026-01-01', to: '2026-02-01', out }),
    );
    await timed('verify', async () => {
      if (!(await verify(out)).ok) throw new Error('the run does not verify');
    });
    const columns = await readReadings(file);
    const { contract, grid } = runInputs(parseCommunity(communityText()), period, columns);
    settle(contract, grid);
    await timed('kernel', () => settle(contract, grid));
    if (statSync(join(out, 'inputs/readings.csv')).size !== statSync(file).size)
      throw new Error('readings differ');
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

void bench();
