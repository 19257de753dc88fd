import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.js';
import { Program, stopPrograms } from './program.js';
import {
  isLoopback,
  socketsAreKnown,
  socketsBelow,
  type ProcessSocket,
} from './process-sockets.js';

const MEMBERS = [
  'Casa Alves: PV and battery',
  'Casa Brito: hybrid inverter',
  'Casa Costa: PV',
  'Casa Dias: electric car',
  'Casa Esteves: water heater',
  'Casa Faria',
  'Community plant',
];

if (!socketsAreKnown) console.log('skipped: which addresses the demo uses (no /proc/net)');

let demo: Program;
let code: number | null;
let output: string;
/** Every different socket that the demo's processes were seen with. */
const sockets = new Map<string, ProcessSocket>();

async function watchSockets(): Promise<void> {
  while (demo.alive) {
    for (const socket of socketsBelow(demo.pid)) {
      sockets.set(`${socket.protocol} ${socket.local} ${socket.remote}`, socket);
    }
    await delay(1000);
  }
}

beforeAll(async () => {
  // Only the demo: npm itself may look for a newer npm.
  demo = Program.start('npm', [
    'run',
    'demo',
    '--no-update-notifier',
    '--',
    '--days',
    '1',
    '--exit',
  ]);
  [{ code }] = await Promise.all([demo.ended, watchSockets()]);
  output = demo.lines.join('\n');
}, 280_000);

afterAll(stopPrograms);

test('the day of the demo ends by itself and well', () => {
  const errors = demo.errors.filter((line) => !line.startsWith('npm '));
  expect([code, errors]).toEqual([0, []]);
});

test('the demo prints every member with energies, cost and saving, conserved and verified', () => {
  const numbers = /^(.+?)((?: +-?[\d.,]+){6})$/;
  const rows = demo.lines.flatMap((line) => {
    const match = numbers.exec(line);
    return match === null ? [] : [{ name: match[1], values: match[2]?.trim().split(/ +/) }];
  });
  expect(rows.map(({ name }) => name)).toEqual(MEMBERS);
  const column = (index: number): number[] => rows.map(({ values }) => Number(values?.[index]));
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  const [imported, exported, sharedIn, sharedOut] = [0, 1, 2, 3].map((index) => column(index));
  const saving = column(5);
  // A summer's day with energy to share: the plant exports, homes take, and nobody loses by it.
  expect(exported?.at(-1)).toBeGreaterThan(10);
  expect(Math.min(...(imported ?? []).slice(0, -1))).toBeGreaterThan(0);
  expect(sum(sharedIn ?? [])).toBeGreaterThan(1);
  expect(sum(sharedIn ?? [])).toBeCloseTo(sum(sharedOut ?? []), 1);
  expect(Math.min(...saving)).toBeGreaterThanOrEqual(0);
  expect(sum(saving)).toBeGreaterThan(0);
  expect(output).toMatch(/^conservation: ok \(shared in = shared out = [1-9]\d* mWh; .*\)$/m);
  expect(output).toMatch(/^verify: ok \(\d+ files\)$/m);
});

test('the demo prints where to look, on loopback alone', () => {
  const urls = [...output.matchAll(/https?:\/\/[^\s/]+/g)].map(([url]) => url);
  expect(urls).toHaveLength(MEMBERS.length + 1);
  for (const url of urls) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

const whereKnown = socketsAreKnown ? test : test.skip;

whereKnown('a process that listens beyond loopback is seen', async () => {
  const listen = "require('node:net').createServer().listen(0, '0.0.0.0')";
  const stranger = Program.start('sh', ['-c', `"${process.execPath}" -e "${listen}"; true`]);
  const seen = await eventually('its socket', () => socketsBelow(stranger.pid)[0]);
  await stranger.stopGroup('SIGKILL');
  expect(isLoopback(seen.local)).toBe(false);
});

whereKnown('the demo opens nothing outside loopback', () => {
  const seen = [...sockets.values()];
  // Broker, coordinator, seven pages and nineteen Modbus devices listen at the least.
  const listening = seen.filter(({ remote }) => remote.endsWith(':0000'));
  expect(listening.length).toBeGreaterThanOrEqual(20);
  expect(seen.length - listening.length).toBeGreaterThanOrEqual(20);
  const outside = seen.filter(
    ({ local, remote }) => !isLoopback(local) || !isLoopback(remote, true),
  );
  expect(outside).toEqual([]);
});
