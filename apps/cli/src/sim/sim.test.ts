import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { openTcpBus } from '@microgrid/modbus';
import { main } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'microgrid-sim-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const SITE = `schema: microgrid/simulated-site/1
id: home
latitudeDegrees: 38.7
longitudeDegrees: -9.1
clouds: clear
start: 2026-06-21T11:00:00Z
speed: 60
lines:
  cellar: { type: rtu-over-tcp }
devices:
  - id: meter
    kind: gridMeter
    speaks: { profile: carlo-gavazzi-em111, unit: 3 }
    line: cellar
  - id: pv
    kind: pv
    array: { peakWatts: 4000 }
  - id: house
    kind: house
`;

function site(content: string): string {
  const file = join(folder, 'site.yaml');
  writeFileSync(file, content);
  return file;
}

interface Run {
  readonly code: Promise<number>;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
}

function run(args: readonly string[], signal?: AbortSignal): Run {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = main(['sim', ...args], { stdout, stderr }, signal).finally(() => {
    stdout.end();
    stderr.end();
  });
  return { code, stdout, stderr };
}

test('a site runs until it is interrupted, and its devices answer where it says', async () => {
  const stop = new AbortController();
  const running = run([site(SITE), '--json'], stop.signal);
  const [line] = (await new Promise<Buffer>((resolve) => running.stdout.once('data', resolve)))
    .toString()
    .split('\n');
  const { speed, devices } = JSON.parse(line ?? '') as {
    speed: number;
    devices: { device: string; speaks: string; address: string }[];
  };
  expect(speed).toBe(60);
  expect(devices.map(({ device, speaks }) => [device, speaks])).toEqual([
    ['meter', 'carlo-gavazzi-em111'],
    ['pv', 'sunspec-pv'],
  ]);
  expect(devices[0]?.address).toMatch(/^rtu\+tcp:\/\/127\.0\.0\.1:\d+\/3$/);
  const [, port = ''] = /:(\d+)\//.exec(devices[1]?.address ?? '') ?? [];
  const bus = openTcpBus({ host: '127.0.0.1', port: Number(port) });
  const marker = await bus.read(1, { table: 'holding', address: 40_000, count: 2 });
  expect([...marker]).toEqual([0x5375, 0x6e53]);
  await bus.close();
  stop.abort();
  expect(await running.code).toBe(0);
});

test('for people it prints a table, and ends after the time it is given', async () => {
  const running = run([site(SITE), '--for', '0.2', '--speed', '600']);
  const printed = await text(running.stdout);
  expect(await running.code).toBe(0);
  expect(printed).toMatch(/^device\s+speaks\s+address\n/);
  expect(printed).toContain('at 600 times real time');
  expect(printed).toMatch(/Stopped at 2026-06-21T11:/);
});

test.each([
  [
    'a wrong value',
    SITE.replace('peakWatts: 4000', 'peakWatts: lots'),
    /site\.yaml: devices.*peakWatts.*lots/,
  ],
  ['a misspelt key', SITE.replace('kind: pv', 'kind: pw'), /devices.*kind/],
  ['an unknown profile', SITE.replace('carlo-gavazzi-em111', 'nope'), /profile: got nope/],
  ['broken YAML', 'a: [', /site\.yaml:\d+:\d+/],
])('%s is one sentence that names the place', async (_name, content, message) => {
  const running = run([site(content)]);
  const printed = await text(running.stderr);
  expect(await running.code).toBe(2);
  expect(printed).toMatch(message);
  expect(printed.trim().split('\n')).toHaveLength(1);
});
