import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { INTERVAL_QUALITIES, intervalV1 } from '@microgrid/events';
import { readCanonicalCsv, type Filled } from '@microgrid/metering';
import { EXIT_BAD_INPUT, EXIT_FOUND, EXIT_INTERRUPTED, EXIT_OK, main } from '../index.js';
import { canonicalFile } from './meter.test-data.js';

const folder = mkdtempSync(join(tmpdir(), 'microgrid-meter-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const T0 = Date.UTC(2026, 0, 1);
const place = (name: string): string => join(folder, name);
function put(name: string, content: string | Uint8Array): string {
  writeFileSync(place(name), content);
  return place(name);
}
const text = (name: string): string => readFileSync(place(name), 'utf8');

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function meter(argv: readonly string[], signal?: AbortSignal): Promise<Run> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const pieces: [string[], string[]] = [[], []];
  stdout.on('data', (piece: Buffer) => pieces[0].push(piece.toString()));
  stderr.on('data', (piece: Buffer) => pieces[1].push(piece.toString()));
  const code = await main(['meter', ...argv], { stdout, stderr }, signal);
  await new Promise(setImmediate);
  return { code, out: pieces[0].join(''), err: pieces[1].join('') };
}

describe('convert', () => {
  const ordered = canonicalFile(['a', 'b'], T0, 200);
  const rows = ordered.trim().split('\n').slice(1);
  const header = ordered.slice(0, ordered.indexOf('\n') + 1);

  test.each(['plain.csv', 'packed.csv.gz'])('canonical to canonical: %s', async (name) => {
    const input = put(`in-${name}`, name.endsWith('.gz') ? gzipSync(ordered) : ordered);
    const { code, out } = await meter(['convert', input, '--to', place(name)]);
    expect(code).toBe(EXIT_OK);
    expect(out).toContain('400 intervals of 2 metering points');
    const bytes = readFileSync(place(name));
    expect((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()).toBe(ordered);
  });

  test('rows out of order are sorted, on disk, and leave nothing there', async () => {
    const input = put('backwards.csv', `${header}${[...rows].reverse().join('\n')}\n`);
    const { out } = await meter(['convert', input, '--to', place('sorted.csv')]);
    expect(out).toContain('out of order: sorted');
    expect(text('sorted.csv')).toBe(ordered);
    expect(readdirSync(folder).filter((name) => name.startsWith('.microgrid'))).toEqual([]);
  });

  test('of overlapping files equal rows count once, of different ones the later file wins and is listed', async () => {
    const first = put('first.csv', `${header}${rows.slice(0, 10).join('\n')}\n`);
    const changed = (rows[9] as string).replace(/,\d+\.\d+,/, ',9.999,');
    const second = put('second.csv', `${header}${[changed, ...rows.slice(10, 12)].join('\n')}\n`);
    const args = ['convert', first, second, '--to', place('both.csv')];
    const { out } = await meter(args);
    expect(text('both.csv')).toContain(changed);
    expect(out).toMatch(/replaced by a later row: 1\n.*first\.csv:11, replaced by .*second\.csv:2/);
    const same = await meter(['convert', first, first, '--to', place('same.csv')]);
    expect(same.out).toContain('10 rows repeat another');
    const json = JSON.parse((await meter([...args, '--json'])).out) as { superseded: unknown[] };
    expect(json.superseded).toHaveLength(1);
  });

  test('a wrong row is refused by its line and nothing is written; lenient, it goes to the reject file', async () => {
    const input = put('wrong.csv', `${header}${rows[0] ?? ''}\nnonsense\n${rows[1] ?? ''}\n`);
    const strict = await meter(['convert', input, '--to', place('w.csv')]);
    expect(strict).toMatchObject({ code: EXIT_BAD_INPUT });
    expect(strict.err).toContain('wrong.csv:3: ');
    expect(existsSync(place('w.csv'))).toBe(false);
    const { code, out } = await meter(['convert', input, '--lenient', '--to', place('w.csv')]);
    expect(code).toBe(EXIT_OK);
    expect(out).toContain('rejected: 1');
    const rejected = JSON.parse(text('w.csv.rejected.ndjson')) as Record<string, unknown>;
    expect(rejected).toMatchObject({ file: input, line: 3, text: 'nonsense' });
    expect(rejected['expected']).toContain('6 fields');
  });

  test('to JSON lines, a workbook and Parquet, and one point alone', async () => {
    const input = put('three.csv', ordered);
    for (const name of ['x.ndjson', 'x.xlsx', 'x.parquet']) {
      expect((await meter(['convert', input, '--to', place(name)])).code).toBe(EXIT_OK);
    }
    const events = text('x.ndjson').trim().split('\n');
    expect(events.map((line) => intervalV1.parse(JSON.parse(line)))).toHaveLength(400);
    expect(readFileSync(place('x.xlsx')).subarray(0, 2).toString()).toBe('PK');
    expect(readFileSync(place('x.parquet')).subarray(0, 4).toString()).toBe('PAR1');
    const alone = await meter(['convert', input, '--metering-point', 'b', '--to', place('b.csv')]);
    expect(alone.out).toContain('200 rows belong to another metering point than b');
    expect(text('b.csv').trim().split('\n')).toHaveLength(201);
  });

  test('registers become intervals of the resolution that is asked for', async () => {
    const telegram = (minute: number): string =>
      `/ABC5meter\r\n\r\n0-0:1.0.0(2606211${Math.floor(minute / 60)}${String(minute % 60).padStart(2, '0')}00S)\r\n0-0:96.1.1(4530303031)\r\n1-0:1.8.1(${(100 + minute / 60).toFixed(3)}*kWh)\r\n1-0:2.8.1(0.000*kWh)\r\n!\r\n`;
    const content = Array.from({ length: 61 }, (_, minute) => telegram(minute)).join('');
    const input = put('p1.txt', content);
    const without = await meter(['convert', input, '--to', place('p1.csv')]);
    expect(without.err).toContain('--resolution PT15M');
    const { code, out } = await meter([
      ...['convert', input, '--resolution', 'PT15M', '--to', place('p1.csv')],
    ]);
    expect(code).toBe(EXIT_OK);
    expect(out).toContain('61 register readings made 4 intervals');
    expect(text('p1.csv').trim().split('\n').slice(1)).toEqual(
      [0, 15, 30, 45].map(
        (minute) =>
          expect.stringMatching(
            new RegExp(`^E0001,2026-06-21T08:${String(minute).padStart(2, '0')}`),
          ) as string,
      ),
    );
  });

  test('what is no format, no file or no name says so', async () => {
    const hello = put('hello.txt', 'hello');
    const cases: [string[], string][] = [
      [[hello, '--to', place('o.csv')], 'hello.txt'],
      [[place('nowhere.csv'), '--to', place('o.csv')], 'nowhere.csv: cannot be read'],
      [[hello, '--to', place('o.what')], 'its name says no format'],
      [
        [put('cut.csv.gz', gzipSync(ordered).subarray(0, 300)), '--to', place('o.csv')],
        'cut.csv.gz',
      ],
    ];
    for (const [args, message] of cases) {
      const { code, err } = await meter(['convert', ...args]);
      expect({ code, named: err.includes(message) }).toEqual({ code: EXIT_BAD_INPUT, named: true });
    }
    expect(existsSync(place('o.csv'))).toBe(false);
  });

  test('interrupted, it writes nothing and says so', async () => {
    const signal = AbortSignal.abort();
    const args = ['convert', put('i.csv', ordered), '--to', place('i-out.csv')];
    expect(await meter(args, signal)).toMatchObject({ code: EXIT_INTERRUPTED });
    expect(existsSync(place('i-out.csv'))).toBe(false);
  });
});

describe('check', () => {
  const lacks = (slot: number): 'row' | 'energy' | undefined =>
    slot >= 500 && slot < 510 ? 'row' : slot === 700 ? 'energy' : undefined;
  const now = ['--now', '2027-02-01T00:00:00Z'];
  const input = (): string => put('check.csv', canonicalFile(['home', 'shop'], T0, 1920, lacks));

  test('completeness, energy by quality and findings of every point', async () => {
    const { code, out } = await meter(['check', input(), ...now, '--json']);
    const report = JSON.parse(out) as {
      points: {
        expected: number;
        present: number;
        byQuality: Record<string, { intervals: number }>;
      }[];
      findings: { rule: string; start: string }[];
      ruleSet: { sha256: string };
    };
    expect(code).toBe(EXIT_OK);
    expect(report.points).toHaveLength(2);
    expect(report.points[0]).toMatchObject({ expected: 1920, present: 1909 });
    expect(report.points[0]?.byQuality).toMatchObject({
      absent: { intervals: 10 },
      missing: { intervals: 1 },
    });
    expect(report.findings.filter(({ rule }) => rule === 'gap')).toHaveLength(2);
    expect(report.ruleSet.sha256).toMatch(/^[0-9a-f]{64}$/);
    const strict = await meter(['check', input(), ...now, '--strict']);
    expect(strict.code).toBe(EXIT_FOUND);
    expect(strict.out).toContain('1909 of 1920 intervals (99.42 %)');
  });

  test('an error is exit code 1: a row of one interval with two values', async () => {
    const content = canonicalFile(['home'], T0, 20);
    const row = content.trim().split('\n')[3] as string;
    const twice = put('twice.csv', `${content}${row.replace(/,\d+\.\d+,/, ',7.777,')}\n`);
    const { code, out } = await meter(['check', twice, ...now]);
    expect(code).toBe(EXIT_FOUND);
    expect(out).toContain('error overlap home');
  });

  test('rules from YAML; a wrong one is refused by path', async () => {
    const yaml =
      'schema: microgrid/vee-rules/1\ntimeZone: Europe/Lisbon\nrules:\n  - { rule: aboveLimit, maximumImportWatts: 1 }\n';
    const good = await meter([
      'check',
      input(),
      ...now,
      '--rules',
      put('rules.yaml', yaml),
      '--json',
    ]);
    const { findings } = JSON.parse(good.out) as { findings: { rule: string }[] };
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(new Set(['aboveLimit']));
    const wrong = put('wrong.yaml', yaml.replace('aboveLimit', 'tooMuch'));
    const { code, err } = await meter(['check', input(), '--rules', wrong]);
    expect(code).toBe(EXIT_BAD_INPUT);
    expect(err).toContain('wrong.yaml: rules[0].rule');
  });

  test('the page holds every interval, loads nothing and cannot be broken out of', async () => {
    const page = place('page.html');
    await meter(['check', input(), ...now, '--html', page]);
    const html = readFileSync(page, 'utf8');
    expect(html).not.toMatch(/https?:|src=|@import|url\(/);
    const json =
      /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
    const data = JSON.parse(json) as { points: { id: string; quality: string; days: unknown[] }[] };
    expect(data.points.map(({ id }) => id)).toEqual(['home', 'shop']);
    const quality = Buffer.from(data.points[0]?.quality ?? '', 'base64');
    expect(quality).toHaveLength(1920);
    expect(quality.filter((each) => each === 5)).toHaveLength(10);
    expect(data.points[0]?.days).toHaveLength(20);
    expect(json).not.toContain('<');
  });
});

interface Logged extends Filled {
  readonly importMilliwattHours: number;
  readonly exportMilliwattHours: number;
}

describe('fill', () => {
  const rules = `schema: microgrid/vee-rules/1
timeZone: Europe/Lisbon
rules: [{ rule: gap }]
fill: [{ method: linear, maximumMinutes: 60 }, { method: likeDay }]
`;

  test('every filled value is in the log with method, sources and quality', async () => {
    const lacks = (slot: number): 'row' | undefined =>
      slot === 30 || (slot >= 1400 && slot < 1420) ? 'row' : undefined;
    const input = put('fill.csv', canonicalFile(['home'], T0, 2000, lacks));
    const args = ['fill', input, '--rules', put('fill.yaml', rules), '--to', place('filled.csv')];
    const { code, out } = await meter(args);
    expect(code).toBe(EXIT_OK);
    expect(out).toContain('filled: 21, linear 1, likeDay 20');
    const log = text('filled.csv.filled.ndjson').trim().split('\n');
    const entries = log.map((line) => JSON.parse(line) as Logged);
    expect(entries).toHaveLength(21);
    const written = readCanonicalCsv(readFileSync(place('filled.csv')), { file: 'filled' });
    expect(written.rows).toBe(2000);
    for (const entry of entries) {
      const row = written.startMs.indexOf(Date.parse(entry.start));
      expect(entry.importMilliwattHours).toBe(written.importMilliwattHours[row]);
      expect(entry.exportMilliwattHours).toBe(written.exportMilliwattHours[row]);
      expect(INTERVAL_QUALITIES.indexOf(entry.quality)).toBe(written.quality[row]);
      expect(entry.sources.length).toBeGreaterThan(0);
    }
  });

  test('what no method can fill is named, and is exit code 1', async () => {
    const input = put(
      'hole.csv',
      canonicalFile(['home'], T0, 200, (slot) => (slot > 50 && slot < 90 ? 'row' : undefined)),
    );
    const args = ['fill', input, '--rules', put('hole.yaml', rules), '--to', place('hole-out.csv')];
    const { code, out } = await meter(args);
    expect(code).toBe(EXIT_FOUND);
    expect(out).toContain('not filled: home 2026-01-01T12:45:00Z to 2026-01-01T22:30:00Z');
  });
});

const METERS = join(__dirname, '../../../../../shared/data/meters');
const there = existsSync(METERS);
if (!there) console.log('Skipped: real meter files (../shared/data/meters is not there)');

(there ? describe : describe.skip)('files of real meters', () => {
  const real = (...names: string[]): string[] => names.map((name) => join(METERS, name));

  test('Green Button blocks with the reading types of another file', async () => {
    const files = real('greenbutton/PGEIntervalBlock.xml.gz', 'greenbutton/PGEReadingType.xml.gz');
    const args = ['convert', ...files, '--absent', 'zero', '--to', place('pge.csv')];
    const { code, out } = await meter(args);
    expect({ code, out }).toMatchObject({ code: EXIT_OK });
    expect(out).toContain('2280 intervals');
    expect(out).toContain('it was taken as 0 kWh');
    expect((await meter(['check', place('pge.csv'), '--json'])).out).toContain('"sha256"');
  });

  test.each(
    readdirSync(there ? join(METERS, 'nem12') : folder).filter((name) => name.endsWith('.csv')),
  )('%s', async (name) => {
    const args = [
      'convert',
      ...real(`nem12/${name}`),
      '--absent',
      'zero',
      '--to',
      place(`nem-${name}`),
    ];
    const { code, out } = await meter(args);
    expect({ code, out }).toMatchObject({ code: EXIT_OK });
    expect(out).toMatch(/\d+ intervals of \d+ metering points/);
  });

  test('the invalid ones are refused, named', async () => {
    for (const name of readdirSync(join(METERS, 'nem12/invalid'))) {
      const file = join(METERS, 'nem12/invalid', name);
      const { code, err } = await meter(['convert', file, '--to', place('invalid.csv')]);
      expect({ name, code, named: err.includes(name) }).toEqual({
        name,
        code: EXIT_BAD_INPUT,
        named: true,
      });
    }
  });

  test('signed charging records: the signature of the meter whose key is given must hold', async () => {
    const file = join(METERS, '../../cases/settlement/AUD-02-ocmf-signature.json');
    const cases = JSON.parse(readFileSync(file, 'utf8')) as {
      input: Record<string, { ocmf: string; spki: string }>;
      expected: Record<string, { valid: boolean }>;
    };
    for (const [name, { ocmf, spki }] of Object.entries(cases.input)) {
      const key = put(`${name}.key`, spki);
      const args = ['--public-key', key, '--resolution', 'PT15M', '--lenient'];
      const input = put(`${name}.ocmf`, ocmf);
      const { out } = await meter(['convert', input, ...args, '--to', place(`${name}.csv`)]);
      const rejected = out.includes('a record that does not verify');
      expect({ name, rejected }).toEqual({ name, rejected: cases.expected[name]?.valid !== true });
    }
  });
});
