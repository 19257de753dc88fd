import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { EXIT_BAD_INPUT, EXIT_DIFFERENT, EXIT_OK, main, type Explanation } from './index.js';
import { COMMUNITY, readingsText, scratch } from './scratch.test-data.js';

const ROOT = resolve(__dirname, '../../..');
const READINGS = readingsText(Date.UTC(2026, 5, 20, 23), 80);

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
  place.write('community.yaml', COMMUNITY);
  place.write('readings.csv', READINGS);
});
afterEach(() => {
  place.remove();
});

function text(stream: PassThrough): string {
  return ((stream.read() as Buffer | null) ?? '').toString();
}

/** Runs the command in this process. */
async function settle(
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(args, { stdout, stderr });
  const written = { stdout: text(stdout), stderr: text(stderr) };
  return { code, ...written };
}

function runArgs(changes: Record<string, string> = {}): string[] {
  const options = {
    '--community': place.path('community.yaml'),
    '--readings': place.path('readings.csv'),
    '--from': '2026-06-21',
    '--to': '2026-06-23',
    '--out': place.path('out'),
    ...changes,
  };
  return ['run', ...Object.entries(options).flat()];
}

/** Runs with changed readings: the line numbers are the file's. */
async function refused(
  change: (lines: string[]) => void,
  changes: Record<string, string> = {},
): Promise<string> {
  const lines = READINGS.split('\n');
  change(lines);
  place.write('readings.csv', lines.join('\n'));
  const { code, stdout, stderr } = await settle(...runArgs(changes));
  expect({ code, stdout }).toEqual({ code: EXIT_BAD_INPUT, stdout: '' });
  expect(readdirSync(place.path('.')).sort()).toEqual(['community.yaml', 'readings.csv']);
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr.replaceAll(place.path('x').slice(0, -1), '');
}

describe('microgrid-settle', () => {
  it('runs, verifies and explains', async () => {
    const done = await settle(...runArgs());
    expect(done).toMatchObject({ code: EXIT_OK, stderr: '' });
    expect(done.stdout).toContain('48 intervals, 3 members');
    expect(await settle('verify', place.path('out'))).toEqual({
      code: EXIT_OK,
      stdout: 'verify: ok (12 files, every byte as its inputs demand)\n',
      stderr: '',
    });
    const text = await settle(
      'explain',
      place.path('out'),
      '--member',
      'ana',
      '--interval',
      '2026-06-21T12:00Z',
    );
    expect(text.code).toBe(EXIT_OK);
    for (const step of [
      'Reading ',
      'Claim ',
      'Share ',
      'Price ',
      'Cost ',
      'Posting ',
      'inputs/readings.csv:',
    ])
      expect(text.stdout).toContain(step);
    const json = await settle(
      'explain',
      place.path('out'),
      '--member',
      'ana',
      '--interval',
      '2026-06-21T12:00Z',
      '--json',
    );
    expect((JSON.parse(json.stdout) as Explanation).points).toHaveLength(2);
  });

  it('exits with 1 and names file and position when a byte was changed', async () => {
    await settle(...runArgs());
    const file = place.path('out/events.ndjson');
    const bytes = readFileSync(file);
    bytes[1234] = (bytes[1234] as number) ^ 1;
    writeFileSync(file, bytes);
    const { code, stdout } = await settle('verify', place.path('out'));
    expect(code).toBe(EXIT_DIFFERENT);
    expect(stdout).toMatch(
      /^events\.ndjson: byte 1234 \(line 2, column \d+\): got 0x.*, expected 0x.*\nverify: failed \(1 file differs\)/,
    );
  });

  it.each<[string, (lines: string[]) => void, Record<string, string>, string]>([
    [
      'an unknown metering point',
      (l) => (l[4] = (l[4] ?? '').replace('sol-1', 'sol-9')),
      {},
      'microgrid-settle: readings.csv:5: metering_point: got "sol-9", expected a metering point of the community: ana-1, ana-2, rui-1, sol-1',
    ],
    [
      'an overlapping interval',
      (l) => l.splice(9, 0, 'ana-1,2026-06-21T00:30:00Z,2026-06-21T01:30:00Z,1.000,0.000,measured'),
      {},
      'microgrid-settle: readings.csv:10: start: got ana-1 2026-06-21T00:30:00Z to 2026-06-21T01:30:00Z, expected no overlap with line 6',
    ],
    [
      'a repeated interval',
      (l) => l.splice(9, 0, l[5] ?? ''),
      {},
      'microgrid-settle: readings.csv:10: start: got ana-1 2026-06-21T00:00:00Z to 2026-06-21T01:00:00Z a second time, expected one row for each interval: line 6 has it already',
    ],
    [
      'a missing interval',
      (l) => l.splice(9, 1),
      {},
      'microgrid-settle: readings.csv:6: start: got no interval 2026-06-21T01:00:00Z to 2026-06-21T02:00:00Z of ana-1 after this line',
    ],
    [
      'negative energy',
      (l) => (l[5] = (l[5] ?? '').replace(/,0\.\d+,/, ',-0.125,')),
      {},
      'microgrid-settle: readings.csv:6: import_kwh: got "-0.125", expected kWh of 0 or more',
    ],
    [
      'a wrong resolution',
      (l) => (l[5] = (l[5] ?? '').replace('T01:00', 'T00:15')),
      {},
      'microgrid-settle: readings.csv:6: end: got ana-1 2026-06-21T00:00:00Z to 2026-06-21T00:15:00Z (PT15M), expected intervals of PT60M',
    ],
    [
      'a period outside the data',
      () => undefined,
      { '--to': '2026-07-01' },
      'microgrid-settle: readings.csv:318: period: got 2026-06-20T23:00:00Z to 2026-06-30T23:00:00Z, expected a period within the data, which end at this line',
    ],
    [
      'a malformed row',
      (l) => (l[200] = 'ana-1;2026'),
      {},
      'microgrid-settle: readings.csv:201: start: got 1 fields in "ana-1;2026", expected 6 fields',
    ],
    [
      'another header',
      (l) => (l[0] = 'point,start,end,kwh'),
      {},
      'microgrid-settle: readings.csv:1: column 1: got "point,start,end,kwh", expected exactly metering_point,',
    ],
    [
      'an empty file',
      (l) => l.splice(0),
      {},
      'microgrid-settle: readings.csv:1: column 1: got an empty line',
    ],
    [
      'a period that ends before it starts',
      () => undefined,
      { '--to': '2026-06-20' },
      '--to: got 2026-06-20 (2026-06-19T23:00:00Z), expected after --from',
    ],
    [
      'a day that does not exist',
      () => undefined,
      { '--from': '2026-06-31' },
      '--from: got "2026-06-31", expected a date YYYY-MM-DD',
    ],
    [
      'a missing readings file',
      () => undefined,
      { '--readings': 'no.csv' },
      'no.csv: cannot be read: ENOENT',
    ],
    [
      'a missing community file',
      () => undefined,
      { '--community': 'no.yaml' },
      'no.yaml: cannot be read: ENOENT',
    ],
    [
      'an output inside a file',
      () => undefined,
      { '--out': join(__filename, 'out') },
      'cannot be written: ENOTDIR',
    ],
  ])(
    'refuses %s by file, line, value and expectation and leaves nothing behind',
    async (_, change, changes, words) => {
      expect(await refused(change, changes)).toContain(words);
    },
  );

  it('refuses a malformed row 70,000 of a gzip file', async () => {
    const lines = readingsText(Date.UTC(2024, 0, 1), 17_600).split('\n');
    lines[69_999] = (lines[69_999] ?? '').replace(',measured', ',Measured');
    writeFileSync(place.path('readings.gz'), gzipSync(lines.join('\n')));
    const { code, stderr } = await settle(...runArgs({ '--readings': place.path('readings.gz') }));
    expect(code).toBe(EXIT_BAD_INPUT);
    expect(stderr).toBe(
      `microgrid-settle: ${place.path('readings.gz')}:70000: quality: got "Measured", expected one of measured, corrected, substituted, estimated, missing\n`,
    );
    expect(existsSync(place.path('out'))).toBe(false);
  });

  it('refuses a cut gzip file and a wrong community by place', async () => {
    writeFileSync(place.path('cut.gz'), gzipSync(READINGS).subarray(0, 500));
    expect((await settle(...runArgs({ '--readings': place.path('cut.gz') }))).stderr).toMatch(
      /cut\.gz: cannot be read: unexpected end of file/,
    );
    place.write('community.yaml', COMMUNITY.replace("'0.210000'", "'cheap'"));
    expect((await settle(...runArgs())).stderr).toMatch(
      /community\.yaml:9: prices\.import.*got "cheap"/,
    );
  });

  it('explains a point that takes no part and has no reading as absent, not as zero', async () => {
    const gone = "{ id: ana-2, validTo: '2026-06-01' }";
    place.write('community.yaml', COMMUNITY.replace('{ id: ana-2 }', gone));
    const rows = READINGS.split('\n').filter((line) => !line.startsWith('ana-2,'));
    place.write('readings.csv', rows.join('\n'));
    expect(await settle(...runArgs())).toMatchObject({ code: EXIT_OK });
    const args = ['explain', place.path('out'), '--member', 'ana', '--interval'];
    const told = await settle(...args, '2026-06-21T12:00Z', '--json');
    const { points } = JSON.parse(told.stdout) as Explanation;
    expect(points[1]?.reading).toEqual({ quality: 'missing' });
    expect((await settle(...args, '2026-06-21T12:00Z')).stdout).toContain(
      'Reading   ana-2: none: the point takes no part\n',
    );
  });

  it('refuses a name in a tariff that has no UTF-8', async () => {
    const season =
      '{ id: "\\ud800", from: 01-01, to: 12-31, days: [{ weekdays: [mon, tue, wed, thu, fri, sat, sun], periods: [{ from: 00:00, to: 24:00, price: "0.2" }] }] }';
    const tariff = `{ type: timeOfUse, seasons: [${season}] }`;
    place.write('community.yaml', COMMUNITY.replace("import: '0.210000'", `import: ${tariff}`));
    expect(await refused(() => undefined)).toContain('prices.import.seasons[0].id: ');
  });

  it('exits with 2 on a wrong command line and 0 on help', async () => {
    expect((await settle('run', '--out', 'x')).code).toBe(EXIT_BAD_INPUT);
    expect((await settle('sing')).code).toBe(EXIT_BAD_INPUT);
    expect((await settle('verify', place.path('nowhere'))).code).toBe(EXIT_BAD_INPUT);
    const help = await settle('--help');
    expect(help.code).toBe(EXIT_OK);
    expect(help.stdout).toContain(
      'Exit codes: 0 done, 1 something was found (verify, diff, shadow, lint, payments), 2 bad input or usage.',
    );
  });

  it('is a program: exit codes, no progress bar and no stack trace in a pipe', () => {
    const program = (...args: string[]) =>
      spawnSync(
        process.execPath,
        ['--conditions=@microgrid/source', '--import', 'tsx', join(__dirname, 'main.ts'), ...args],
        { cwd: ROOT, encoding: 'utf8' },
      );
    const good = program(...runArgs());
    expect({ status: good.status, stderr: good.stderr }).toEqual({ status: EXIT_OK, stderr: '' });
    expect(good.stdout).toMatch(/^Three in Alfama: .*\n.*\nwritten to .*\n$/);
    const bad = program(...runArgs({ '--from': 'yesterday' }));
    expect(bad.status).toBe(EXIT_BAD_INPUT);
    expect(bad.stderr).toMatch(/^microgrid-settle: --from: got "yesterday", expected .*\n$/);
  }, 30_000);
});
