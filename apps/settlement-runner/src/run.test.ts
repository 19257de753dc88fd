import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  mkdirSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { settlePlainly } from './independent-settlement.test-data.js';
import { explain, run, verify } from './index.js';
import { listDirectory } from './run-directory.js';
import { COMMUNITY, readingsText, scratch, seeded } from './scratch.test-data.js';

const ROOT = resolve(__dirname, '../../..');
const FONTANA = join(ROOT, '../shared/data/homes/fontana-01-12_metered_hourly.csv.gz');
const START = Date.UTC(2026, 9, 20, 23);

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

function contents(directory: string): Record<string, string> {
  return Object.fromEntries(
    listDirectory(directory).files.map((file) => [
      file,
      readFileSync(join(directory, file), 'latin1'),
    ]),
  );
}

/** Settles days around the end of summer time in Lisbon. */
function settleSmall(out: string, readings = readingsText(START, 24 * 9), community = COMMUNITY) {
  return run({
    community: place.write('community.yaml', community),
    readings: place.write('readings.csv', readings),
    from: '2026-10-22',
    to: '2026-10-28',
    out: place.path(out),
  });
}

const real = existsSync(FONTANA) ? describe : describe.skip;
if (!existsSync(FONTANA)) console.log(`skipped: ${FONTANA} is not there`);

real('twelve real homes', () => {
  const text = existsSync(FONTANA) ? gunzipSync(readFileSync(FONTANA)).toString() : '';
  it.each([
    ['2016-08-01', '2016-09-01', 744, '2016-08-01T07:00:00Z', '2016-09-01T07:00:00Z'],
    ['2016-11-01', '2016-12-01', 721, '2016-11-01T07:00:00Z', '2016-12-01T08:00:00Z'],
    ['2017-03-01', '2017-04-01', 743, '2017-03-01T08:00:00Z', '2017-04-01T07:00:00Z'],
    ['2016-08-01', '2017-08-01', 8760, '2016-08-01T07:00:00Z', '2017-08-01T07:00:00Z'],
    [
      '2016-08-10T14:00Z',
      '2016-08-10T17:00:00Z',
      3,
      '2016-08-10T14:00:00Z',
      '2016-08-10T17:00:00Z',
    ],
  ])(
    'settle from %s to %s as an independent settlement does',
    async (from, to, hours, start, end) => {
      const manifest = await run({
        community: join(ROOT, 'examples/fontana/community.yaml'),
        readings: FONTANA,
        from,
        to,
        out: place.path('out'),
      });
      const price = { import: 250_000n, export: 50_000n, internal: 120_000n };
      const plain = settlePlainly(text, Date.parse(start), Date.parse(end), price);
      expect(manifest.period).toEqual({ start, end });
      expect(manifest.intervals).toBe(hours);
      expect(plain.intervals).toBe(hours);
      const spelled = (amounts: object): object =>
        Object.fromEntries(Object.entries(amounts).map(([name, value]) => [name, String(value)]));
      expect(manifest.totals).toMatchObject(spelled(plain.totals));
      expect(Object.keys(manifest.members)).toEqual(Object.keys(plain.members).sort());
      for (const [id, amounts] of Object.entries(plain.members))
        expect(manifest.members[id]).toEqual(spelled(amounts));
      expect(
        readFileSync(place.path('out/events.ndjson'), 'utf8').trimEnd().split('\n'),
      ).toHaveLength(hours);
      expect(await verify(place.path('out'))).toMatchObject({ ok: true, files: 30 });
    },
    60_000,
  );
});

describe('run', () => {
  it('settles the 25-hour day and splits it into local days', async () => {
    const manifest = await settleSmall('out');
    expect(manifest.intervals).toBe(6 * 24 + 1);
    const { days } = JSON.parse(readFileSync(place.path('out/inputs/days.json'), 'utf8')) as {
      days: { date: string; start: string; end: string }[];
    };
    expect(days).toHaveLength(6);
    expect(days[3]).toEqual({
      date: '2026-10-25',
      start: '2026-10-24T23:00:00Z',
      end: '2026-10-26T00:00:00Z',
    });
  });

  it('gives the same bytes again, with rows shuffled, CR LF, gzip, another name and other spellings', async () => {
    await settleSmall('a');
    const lines = readingsText(START, 24 * 9)
      .trimEnd()
      .split('\n');
    const [header = '', ...rows] = lines;
    const random = seeded(7);
    for (let at = rows.length - 1; at > 0; at--) {
      const other = random(at + 1);
      [rows[at], rows[other]] = [rows[other] as string, rows[at] as string];
    }
    const shuffled = [header, ...rows.map((row) => row.replace(/(\.\d{3}),/g, '$1000,')), ''].join(
      '\r\n',
    );
    writeFileSync(place.path('r.gz'), gzipSync(shuffled));
    const reordered = COMMUNITY.replace(/( {2}- \{ id: ana.*\n)([^]*)$/, '$2$1').replace(
      "'0.043210'",
      "'0.04321'",
    );
    expect(reordered).not.toBe(COMMUNITY);
    await run({
      community: place.write('other.yml', `# a comment\n${reordered}`),
      readings: place.path('r.gz'),
      from: '2026-10-21T23:00Z',
      to: '2026-10-28T00:00:00Z',
      out: place.path('b'),
    });
    expect(contents(place.path('b'))).toEqual(contents(place.path('a')));
    await settleSmall('a');
    expect(contents(place.path('b'))).toEqual(contents(place.path('a')));
  });

  it('records no path and no host', async () => {
    await settleSmall('out');
    for (const text of Object.values(contents(place.path('out')))) {
      expect(text).not.toContain('settlement-runner-');
      expect(text).not.toContain('readings.csv.gz');
    }
  });

  it('conserves energy and money in totals, members and statements', async () => {
    const { totals, members } = await settleSmall('out');
    const sum = (field: keyof typeof totals): string =>
      Object.values(members)
        .reduce((total, member) => total + BigInt(member[field]), 0n)
        .toString();
    for (const field of [
      'importMilliwattHours',
      'exportMilliwattHours',
      'sharedInMilliwattHours',
      'sharedOutMilliwattHours',
      'costPico',
    ] as const) {
      expect(sum(field)).toBe(totals[field]);
    }
    expect(totals.sharedInMilliwattHours).toBe(totals.sharedOutMilliwattHours);
    expect(BigInt(totals.sharedInMilliwattHours)).toBeGreaterThan(0n);
  });

  it('replaces an earlier run, and only that', async () => {
    await settleSmall('out');
    await settleSmall('out');
    writeFileSync(place.path('out/notes.txt'), 'mine');
    await expect(settleSmall('out')).rejects.toThrow(
      /holds notes.txt, which is no part of the run/,
    );
    mkdirSync(place.path('other'));
    writeFileSync(place.path('other/x'), '');
    await expect(settleSmall('other')).rejects.toThrow(/without a run.json of ours/);
    await expect(settleSmall('readings.csv')).rejects.toThrow(/is a file/);
    expect(readdirSync(place.path('.')).sort()).toEqual([
      'community.yaml',
      'other',
      'out',
      'readings.csv',
    ]);
  });

  it('takes an empty directory, a deep path and a link to an earlier run', async () => {
    mkdirSync(place.path('empty'));
    await settleSmall('empty');
    await settleSmall('deep/er/out');
    symlinkSync(place.path('empty'), place.path('link'));
    await settleSmall('link');
    expect(await verify(place.path('empty'))).toMatchObject({ ok: true });
    expect(contents(place.path('deep/er/out'))).toEqual(contents(place.path('empty')));
  });

  it('refuses to replace the directory it reads from', async () => {
    await settleSmall('out');
    const again = run({
      community: place.path('community.yaml'),
      readings: place.path('out/inputs/readings.csv'),
      from: '2026-10-22',
      to: '2026-10-28',
      out: place.path('out'),
    });
    await expect(again).rejects.toThrow(/would be replaced/);
  });

  it('settles its own canonical inputs to the same bytes', async () => {
    await settleSmall('out');
    await run({
      community: place.path('out/inputs/community.json'),
      readings: place.path('out/inputs/readings.csv'),
      from: '2026-10-22',
      to: '2026-10-28',
      out: place.path('again'),
    });
    expect(contents(place.path('again'))).toEqual(contents(place.path('out')));
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const before = readdirSync(place.path('.'));
    const abort = new AbortController();
    const interrupted = run({
      community: place.write('community.yaml', COMMUNITY),
      readings: place.write('readings.csv', readingsText(START, 24 * 9)),
      from: '2026-10-22',
      to: '2026-10-28',
      out: place.path('out'),
      signal: abort.signal,
      onProgress: ({ stage, done }) => {
        if (stage === 'writing' && done === 5) abort.abort();
      },
    });
    await expect(interrupted).rejects.toThrow();
    expect(readdirSync(place.path('.')).sort()).toEqual(
      [...before, 'community.yaml', 'readings.csv'].sort(),
    );
  });
});

describe('explain', () => {
  it('tells the reading, its line, claim, share, price and posting of each metering point', async () => {
    await settleSmall('out');
    const story = explain(place.path('out'), { member: 'ana', interval: '2026-10-23T12:00Z' });
    expect(story).toMatchObject({
      community: 'alfama',
      member: 'ana',
      start: '2026-10-23T12:00:00Z',
      currency: 'EUR',
    });
    expect(story.points.map(({ meteringPoint }) => meteringPoint)).toEqual(['ana-1', 'ana-2']);
    const lines = readFileSync(place.path('out/inputs/readings.csv'), 'utf8').split('\n');
    for (const point of story.points) {
      const row = lines[(point.source?.line ?? 0) - 1] ?? '';
      expect(row.startsWith(`${point.meteringPoint},2026-10-23T12:00:00Z,`)).toBe(true);
      expect(Math.round(Number(row.split(',')[3]) * 1e6)).toBe(point.reading.importMilliwattHours);
    }
    const exact = story.points.flatMap(({ lines: priced }) =>
      priced.map(({ exactPico }) => BigInt(exactPico)),
    );
    expect(exact.reduce((a, b) => a + b, 0n).toString()).toBe(story.costPico);
    expect(story.postings.length).toBeGreaterThan(0);
    for (const { postings } of story.postings) {
      const sum = postings.reduce(
        (total, { side, amountPico }) => total + (side === 'debit' ? 1n : -1n) * BigInt(amountPico),
        0n,
      );
      expect(sum).toBe(0n);
    }
  });

  it('adds up over a whole period to what the manifest says', async () => {
    const manifest = await run({
      community: place.write('community.yaml', COMMUNITY),
      readings: place.write('readings.csv', readingsText(START, 24 * 9)),
      from: '2026-10-25',
      to: '2026-10-26',
      out: place.path('out'),
    });
    let cost = 0n;
    for (let hour = 0; hour < 25; hour++) {
      const interval = new Date(Date.UTC(2026, 9, 24, 23 + hour))
        .toISOString()
        .replace('.000Z', 'Z');
      cost += BigInt(explain(place.path('out'), { member: 'ana', interval }).costPico);
    }
    expect(cost.toString()).toBe(manifest.members['ana']?.costPico);
  });

  it('refuses unknown members and intervals, changed inputs and what is no run', async () => {
    await settleSmall('out');
    const out = place.path('out');
    expect(() => explain(out, { member: 'eva', interval: '2026-10-23T12:00Z' })).toThrow(
      /--member: got "eva", expected one of ana, rui, sol/,
    );
    expect(() => explain(out, { member: 'ana', interval: '2026-10-23T12:30Z' })).toThrow(
      /expected the start of a PT60M interval/,
    );
    expect(() => explain(out, { member: 'ana', interval: 'noon' })).toThrow(
      /--interval: got "noon"/,
    );
    cpSync(out, place.path('changed'), { recursive: true });
    writeFileSync(place.path('changed/inputs/readings.csv'), 'x');
    expect(() =>
      explain(place.path('changed'), { member: 'ana', interval: '2026-10-23T12:00Z' }),
    ).toThrow(/is not the file that run.json names/);
    expect(() =>
      explain(place.path('nowhere'), { member: 'ana', interval: '2026-10-23T12:00Z' }),
    ).toThrow(/holds no readable run.json/);
  });
});
