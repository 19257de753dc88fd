import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker, type Broker } from './broker.js';
import { CommunityPrograms, ready } from './community-programs.js';
import { refused, statusOf } from './coordinator-status.js';
import { pythonHas, testWith } from './installed.js';
import { Program, run, stopPrograms } from './program.js';
import { REPOSITORY, temporaryFolder } from './repository.js';
import { coordinatorIntervals } from './stored-intervals.js';
import { changeImports, standBetween } from './man-in-the-middle.js';

const PYTHON = '/usr/bin/python3';
const CLIENT = join(REPOSITORY, 'tools/e2e/client/uplink_client.py');
const python = testWith(
  'the Python client: python3-cryptography or python3-paho-mqtt',
  pythonHas(PYTHON, ['cryptography', 'paho.mqtt.client']),
);

/** What the client prints. */
interface Answer {
  readonly publicKey: string;
  readonly status: string;
  readonly ids: readonly string[];
  /** Receipts that did not count. */
  readonly ignored: number;
  readonly rejections: readonly { readonly code: string; readonly message: string }[];
}

let folder: string;
let broker: Broker;
let programs: CommunityPrograms;
let coordinator: Program;
let coordinatorKey: string;
let http: string;

beforeAll(async () => {
  folder = temporaryFolder('python');
  broker = await startBroker();
  programs = new CommunityPrograms(folder, broker.url, 'PT15M');
  coordinatorKey = await programs.configureCoordinator();
}, 60_000);

afterAll(async () => {
  await stopPrograms();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

const key = (name: string): string[] => ['--key', join(folder, `${name}.pem`)];

async function answer(program: Program): Promise<Answer> {
  await program.ended;
  return JSON.parse(program.lines.at(-1) ?? program.output) as Answer;
}

/** Sends four intervals from midnight on. */
function send(options: {
  readonly key: string;
  readonly energies?: string;
  readonly port?: number;
  readonly trusted?: string;
  readonly timeoutSeconds?: number;
}): Promise<Answer> {
  const { energies = '1000,2000,0,4000000', port = broker.port, timeoutSeconds = 30 } = options;
  const { trusted = coordinatorKey } = options;
  const identity = ['--gateway', 'gw-py', '--metering-point', 'home-py', ...key(options.key)];
  const upstream = ['--port', String(port), '--coordinator-key', trusted];
  const content = ['--start', '2026-06-21T00:00:00Z', '--energies', energies];
  const patience = ['--timeout', String(timeoutSeconds)];
  const args = [CLIENT, ...identity, ...upstream, ...content, ...patience];
  return answer(Program.start(PYTHON, args));
}

test('the client is one page: fewer than 150 lines', () => {
  const lines = readFileSync(CLIENT, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThan(150);
});

python('the client written from the specification reproduces its byte vectors', async () => {
  const vectors = join(REPOSITORY, 'docs/protocol/vectors');
  const { lines } = await run(PYTHON, [CLIENT, '--vectors', vectors]);
  const result = JSON.parse(lines[0] ?? '') as { ok: boolean; vectors: number };
  expect(result.ok).toBe(true);
  expect(result.vectors).toBeGreaterThanOrEqual(10);
});

python(
  'the client is enrolled and served, and sending again gives no second interval',
  async () => {
    const { publicKey } = await answer(await run(PYTHON, [CLIENT, ...key('client')]));
    programs.enrol([{ id: 'home-py', gateway: 'gw-py', publicKey }]);
    coordinator = programs.startCoordinator();
    http = (await ready(coordinator)).http ?? '';

    const first = await send({ key: 'client' });
    expect(first).toMatchObject({ publicKey, status: 'accepted' });
    expect(first.ids).toHaveLength(4);
    const again = await send({ key: 'client' });
    expect(again).toEqual(first);
    expect(await statusOf(http)).toMatchObject({
      entriesStored: 4,
      entriesRepeated: 4,
      refusals: {},
      meteringPoints: [{ id: 'home-py', newest: '2026-06-21T00:45:00Z' }],
    });
  },
  90_000,
);

python(
  'the client is refused with a key of somebody else, another content or on a bad wire',
  async () => {
    const stranger = await send({ key: 'stranger' });
    expect(stranger).toMatchObject({ status: 'rejected', rejections: [{ code: 'wrong-key' }] });
    const rewritten = await send({ key: 'client', energies: '1000,2000,0,4000001' });
    expect(rewritten).toMatchObject({ status: 'rejected', rejections: [{ code: 'seq-reused' }] });

    const man = await standBetween(broker.port);
    man.tamper = changeImports;
    const changed = await send({ key: 'client', port: man.port });
    expect(changed).toMatchObject({ status: 'rejected', rejections: [{ code: 'payload-hash' }] });
    expect(changed.rejections[0]?.message).toContain('home-py/2026-06-21T00:00:00Z/PT15M/1');
    // A changed signature stays of its form and is no longer one.
    man.tamper = (bytes) =>
      Buffer.from(
        bytes
          .toString('latin1')
          .replace(
            /("signature":")(.)/,
            (_, name: string, first: string) => `${name}${first === 'A' ? 'B' : 'A'}`,
          ),
        'latin1',
      );
    const unsigned = await send({ key: 'client', port: man.port });
    expect(unsigned).toMatchObject({ status: 'rejected', rejections: [{ code: 'bad-signature' }] });
    await refused(http, 'bad-signature');
    await man.close();

    await coordinator.stop();
    const stored = await coordinatorIntervals(programs.coordinatorData);
    expect(stored.map(({ importMilliwattHours: energy }) => energy)).toEqual([
      1000, 2000, 0, 4000000,
    ]);
  },
  120_000,
);
