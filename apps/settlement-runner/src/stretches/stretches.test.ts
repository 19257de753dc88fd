import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommunity } from '@microgrid/community';
import { memberDays, settle, settlementContract } from '@microgrid/settlement';
import { intervalGrid, readCanonicalCsv } from '@microgrid/metering';
import { run, verify } from '../index.js';
import { listDirectory } from '../run-directory.js';
import { parsePeriod } from '../period.js';
import { COMMUNITY, readingsText, scratch } from '../scratch.test-data.js';
import { planStretches } from './plan-stretches.js';
import { NotInStretches, stretchedSource } from './stretched-source.js';

const START = Date.UTC(2026, 9, 21, 23);
/** Seven local days in Lisbon, one of them of 25 hours. */
const HOURS = 7 * 24 + 1;
const PERIOD = parsePeriod('2026-10-22', '2026-10-29', 'Europe/Lisbon');
const POINTS = 4;

const place = scratch();
afterAll(() => {
  place.remove();
});
const community = parseCommunity(COMMUNITY);
const contract = settlementContract(community, PERIOD);
const files = new Map<string, string>();

/** The readings in canonical form: as a run keeps them. */
let canonical: string;
beforeAll(async () => {
  await run({
    community: place.write('community.yaml', COMMUNITY),
    readings: place.write('any.csv', readingsText(START, HOURS)),
    from: '2026-10-22',
    to: '2026-10-29',
    out: place.path('first'),
  });
  canonical = readFileSync(join(place.path('first'), 'inputs/readings.csv'), 'utf8');
});

const lines = (): string[] => canonical.split('\n');

describe('a period is cut into stretches', () => {
  it('at local midnights, each with its rows', () => {
    const path = place.write('canonical.csv', canonical);
    const stretches = planStretches(path, contract, 1) ?? [];
    expect(stretches).toHaveLength(7);
    expect(stretches.map(({ startMs, endMs }) => (endMs - startMs) / 3_600_000)).toEqual([
      24, 24, 24, 25, 24, 24, 24,
    ]);
    const bytes = Buffer.from(canonical);
    for (const { startMs, fromByte, toByte } of stretches) {
      const rows = bytes.toString('utf8', fromByte, toByte).trimEnd().split('\n');
      expect(rows[0]).toContain(`,${new Date(startMs).toISOString().slice(0, 19)}Z,`);
      expect(rows).toHaveLength(startMs === Date.UTC(2026, 9, 24, 23) ? 25 * POINTS : 24 * POINTS);
    }
    expect(stretches.at(-1)?.toByte).toBe(bytes.length);
  });

  it('of as many days as make about the wanted size', () => {
    const path = place.write('canonical.csv', canonical);
    const sizes = (cells: number): number | undefined =>
      planStretches(path, contract, cells)?.length;
    expect(sizes(2 * 24 * POINTS)).toBe(4);
    expect(sizes(3 * 24 * POINTS)).toBe(3);
    expect(sizes(1e6)).toBeUndefined();
  });

  it.each([
    ['another header', () => canonical.replace('metering_point', 'point')],
    ['rows by point', () => [lines()[0], ...lines().slice(1, -1).sort(), ''].join('\n')],
    [
      'an earlier row before',
      () =>
        `${lines()[0] ?? ''}\n${readingsText(START - 3_600_000, 1).split('\n')[1] ?? ''}\n${lines().slice(1).join('\n')}`,
    ],
    ['no text at all', () => ''],
    ['no line ends', () => canonical.replaceAll('\n', ' ')],
  ])('not with %s', (_name, text) => {
    expect(planStretches(place.write('other.csv', text()), contract, 1)).toBeUndefined();
  });

  it('not where a day begins inside an interval', () => {
    const kathmandu = parseCommunity(COMMUNITY.replace('Europe/Lisbon', 'Asia/Kathmandu'));
    const path = place.write('canonical.csv', canonical);
    expect(planStretches(path, settlementContract(kathmandu, PERIOD), 1)).toBeUndefined();
  });
});

describe('stretches settled one by one', () => {
  it('come to what the period comes to', async () => {
    const path = place.write('canonical.csv', canonical);
    const source = stretchedSource(path, { community, contract, files }, { stretchCells: 200 });
    const found = await source?.settle(false);
    const grid = intervalGrid(readCanonicalCsv(Buffer.from(canonical), { file: 'x' }), {
      ...PERIOD,
      points: contract.pointIds,
      resolutionMs: contract.resolutionMs,
    });
    expect(found?.days).toEqual(memberDays(settle(contract, grid)));
    expect(found?.settled).toBeUndefined();
  });

  it.each([
    ['a row is missing', (all: string[]) => all.toSpliced(200, 1)],
    ['a row is there twice', (all: string[]) => all.toSpliced(200, 0, all[200] ?? '')],
    [
      'two rows changed places',
      (all: string[]) => all.toSpliced(200, 2, all[201] ?? '', all[200] ?? ''),
    ],
    [
      'a number is spelled in another way',
      (all: string[]) => all.with(200, (all[200] ?? '').replace(/\.(\d+)/, '.$1000')),
    ],
    [
      'a value is none',
      (all: string[]) => all.with(200, (all[200] ?? '').replace(/\d\.\d+/, '-1')),
    ],
    ['a line ends in another way', (all: string[]) => all.with(200, `${all[200] ?? ''}\r`)],
    ['the last line does not end', (all: string[]) => all.slice(0, -1)],
  ])('are given up when %s', async (_name, change) => {
    const path = place.write('changed.csv', change(lines()).join('\n'));
    const source = stretchedSource(path, { community, contract, files }, { stretchCells: 200 });
    expect(source).toBeDefined();
    await expect(source?.settle(false)).rejects.toThrow(NotInStretches);
  });

  it('and the whole file is looked at then: what is wrong has its line', async () => {
    const changed = lines().with(200, (lines()[200] ?? '').replace(/\d\.\d+/, '-1'));
    const options = {
      community: place.write('community.yaml', COMMUNITY),
      readings: place.write('changed.csv', changed.join('\n')),
      from: '2026-10-22',
      to: '2026-10-29',
      out: place.path('refused'),
    };
    await expect(run({ ...options, threads: { stretchCells: 200 } })).rejects.toThrow(
      /changed\.csv.*201/,
    );
  });
});

describe('a large run', () => {
  const threads = { stretchCells: 200 };
  let out: string;
  beforeEach(async () => {
    out = place.path('large');
    await run({
      community: place.write('community.yaml', COMMUNITY),
      readings: place.write('canonical.csv', canonical),
      from: '2026-10-22',
      to: '2026-10-29',
      out,
      threads,
    });
  });

  it('is the run that is made at once, byte by byte', () => {
    const { files: names } = listDirectory(out);
    expect(names).toEqual(listDirectory(place.path('first')).files);
    for (const name of names) {
      expect(readFileSync(join(out, name))).toEqual(readFileSync(join(place.path('first'), name)));
    }
  });

  it('is given up at once when it is interrupted, and nothing of it stays', async () => {
    const interrupt = new AbortController();
    const seen: number[] = [];
    const interrupted = run({
      community: place.write('community.yaml', COMMUNITY),
      readings: place.write('canonical.csv', canonical),
      from: '2026-10-22',
      to: '2026-10-29',
      out: place.path('interrupted'),
      threads,
      signal: interrupt.signal,
      onProgress: ({ stage, done }) => {
        if (stage !== 'reading') return;
        seen.push(done);
        interrupt.abort();
      },
    });
    await expect(interrupted).rejects.toThrow();
    expect(seen).toEqual([1]);
    expect(readdirSync(place.path('')).filter((name) => name.includes('interrupted'))).toEqual([]);
  });

  it('is verified in stretches too', async () => {
    const { files: names } = listDirectory(out);
    expect(await verify(out, { threads })).toEqual({ ok: true, files: names.length, findings: [] });
  });

  it.each(['statements/ana.json', 'inputs/readings.csv', 'events.ndjson', 'run.json'])(
    'a changed byte of %s is named',
    async (name) => {
      const path = join(out, name);
      const bytes = readFileSync(path);
      const at = bytes.lastIndexOf('1');
      bytes[at] = 0x32;
      writeFileSync(path, bytes);
      const { findings } = await verify(out, { threads });
      expect(findings.find(({ file }) => file === name)).toMatchObject({ offset: at });
    },
  );
});
