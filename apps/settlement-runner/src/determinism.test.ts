import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { listDirectory } from './run-directory.js';
import { scratch, seeded } from './scratch.test-data.js';
import type { ChildOptions } from './run-child.test-data.js';

const SEED = 20261025;
const RUNS = 20;
const AT_ONCE = 2;
const MEMBERS = 12;
const HOURS = 3 * 24 + 1;
const HOUR_MS = 3_600_000;
// Midnight in Lisbon of the day on which summer time ends.
const START = Date.UTC(2026, 9, 24, 23);
const APP = resolve(__dirname, '..');

const LOCALES = ['C', 'C.UTF-8', 'de_DE.UTF-8', 'tr_TR.UTF-8', 'ar_EG.UTF-8', 'pt_PT.UTF-8'];
const ZONES = ['UTC', 'Europe/Lisbon', 'Pacific/Kiritimati', 'America/St_Johns', 'Asia/Kathmandu'];
const THREADS = [1, 2, 4, 16];

/** Ids whose order differs between code units, locales and numbers. */
const ids = Array.from({ length: MEMBERS }, (_, index) =>
  index % 3 === 0 ? `m${index}` : index % 3 === 1 ? `M${index}` : `i-${index}`,
);

function generated(random: (below: number) => number): { community: object; rows: string[] } {
  const points = ids.flatMap((id, index) => (index % 4 === 0 ? [`${id}.a`, `${id}.B`] : [id]));
  const rows: string[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    const [start, end] = [hour, hour + 1].map((at) =>
      new Date(START + at * HOUR_MS).toISOString().replace('.000Z', 'Z'),
    );
    points.forEach((point, index) => {
      const energy = (most: number): string => {
        const mwh = random(most);
        return (mwh / 1e6).toFixed(mwh % 1000 === 0 ? 3 : 6);
      };
      const exported = index % 3 === 2 ? energy(4_000_000) : '0.000';
      const quality = random(9) === 0 ? 'estimated' : 'measured';
      rows.push([point, start, end, energy(2_000_000), exported, quality].join(','));
    });
  }
  const community = {
    schema: 'microgrid/community/1',
    id: 'determinism',
    name: 'Généré İzmir',
    timeZone: 'Europe/Lisbon',
    resolution: 'PT60M',
    currency: 'EUR',
    netting: 'interval',
    sharingKey: { type: 'proportional' },
    prices: { import: '0.251317', export: '0.047111', internal: '0.123457' },
    members: ids.map((id) => ({
      id,
      meteringPoints: points
        .filter((point) => point === id || point.startsWith(`${id}.`))
        .map((point) => ({ id: point })),
    })),
  };
  return { community, rows };
}

function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

/** Rows as canonical form orders them: by start, then point. */
function inOrder(rows: readonly string[]): string[] {
  const key = (row: string): string => {
    const [point = '', start = ''] = row.split(',');
    return `${start} ${point}`;
  };
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** SHA-256 over every file's path and bytes. */
function digestOf(directory: string): string {
  const hash = createHash('sha256');
  const { files, others } = listDirectory(directory);
  for (const file of [...files, ...others]) {
    const bytes = readFileSync(join(directory, file));
    hash.update(`${file}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

describe('a run in other processes', () => {
  const place = scratch();
  afterAll(() => {
    place.remove();
  });

  it(`gives the same bytes in ${RUNS} of them: rows shuffled or in order, other locales, time zones and threads`, async () => {
    const random = seeded(SEED);
    const { community, rows } = generated(random);
    const program = place.path('run-child.test-data.cjs');
    const worker = place.path('settle-worker.cjs');
    const writer = place.path('write-worker.cjs');
    await build({
      entryPoints: ['run-child.test-data', 'settle-worker', 'write-worker'].map((name) =>
        join(APP, `src/${name}.ts`),
      ),
      absWorkingDir: APP,
      outdir: place.path(''),
      outExtension: { '.js': '.cjs' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      conditions: ['@microgrid/source'],
      logLevel: 'error',
    });
    const header = 'metering_point,start,end,import_kwh,export_kwh,quality';
    const settle = async (index: number): Promise<void> => {
      // Members in another order too: they have no rank.
      const { members } = community as { members: object[] };
      const rules = { ...community, members: index === 0 ? members : shuffled(members, random) };
      // Rows in order are settled in stretches: one or more at once, here or in as many threads.
      const ordered = index % 3 !== 0;
      const text = `${[header, ...(ordered ? inOrder(rows) : shuffled(rows, random))].join('\n')}\n`;
      const readings = place.path(`readings-${index}.csv`);
      writeFileSync(readings, index % 5 === 4 ? gzipSync(text) : text);
      const options: ChildOptions = {
        community: place.write(`community-${index}.yaml`, JSON.stringify(rules)),
        readings,
        from: '2026-10-25',
        to: '2026-10-28',
        out: place.path(`out-${index}`),
        ...(ordered && { threads: { count: index % 4, stretchCells: 100 * (index % 5) } }),
        worker,
        ...(index % 4 > 1 && { writer }),
      };
      const locale = LOCALES[index % LOCALES.length] ?? 'C';
      await promisify(execFile)(process.execPath, [program, JSON.stringify(options)], {
        env: {
          LANG: locale,
          LC_ALL: locale,
          LANGUAGE: locale,
          TZ: ZONES[index % ZONES.length],
          UV_THREADPOOL_SIZE: String(THREADS[index % THREADS.length]),
          NODE_OPTIONS: index % 2 === 0 ? '' : '--max-semi-space-size=1',
        },
      });
    };
    const waiting = Array.from({ length: RUNS }, (_, index) => index);
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await settle(next);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const digests = Array.from({ length: RUNS }, (_, index) =>
      digestOf(place.path(`out-${index}`)),
    );
    console.log(JSON.stringify({ suite: 'determinism', seed: SEED, runs: digests.length }));
    expect(listDirectory(place.path('out-0')).files.length).toBeGreaterThan(2 * MEMBERS);
    expect(new Set(digests)).toEqual(new Set([digests[0]]));
  }, 60_000);
});
