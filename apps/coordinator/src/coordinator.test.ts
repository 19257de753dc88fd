import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { intervalId, type IntervalV1, type Json } from '@microgrid/events';
import { createJournal, type Journal } from '@microgrid/journal';
import { generatePrivateKeyPem, nodeHash, nodeSigning, nodeVerify } from '@microgrid/journal/node';
import { openDatabase, type Database } from '@microgrid/storage-sqlite';
import { createGatewayUplink, type GatewayUplink } from '@microgrid/uplink';
import { createMemoryBroker, type MemoryBroker } from '@microgrid/uplink/testing';
import { formatInstant } from '@microgrid/units';
import {
  checkCoordinatorConfig,
  parseCoordinatorConfig,
  type CoordinatorConfigInput,
} from './configuration.js';
import { start } from './coordinator.js';
import { operatorToken } from './http-server.js';
import type { CoordinatorPorts, Running } from './ports.js';

const QUARTER_MS = 900_000;
/** Local midnight in Lisbon. */
const MIDNIGHT_MS = Date.UTC(2026, 5, 20, 23);

const keyOf = nodeSigning(generatePrivateKeyPem());
const COMMUNITY = `
schema: microgrid/community/1
id: street
name: Street
timeZone: Europe/Lisbon
resolution: PT15M
currency: EUR
netting: none
sharingKey: { type: proportional }
prices: { import: '0.250000', export: '0.050000', internal: '0.120000' }
members:
  - { id: a, meteringPoints: [{ id: point-a, gateway: gw-a }] }
  - { id: b, meteringPoints: [{ id: point-b, gateway: gw-a }] }
gateways:
  - { id: gw-a, publicKey: '${keyOf.publicKey}' }
`;

let folder: string;
let broker: MemoryBroker;
let nowMs: number;
let coordinator: Running | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'microgrid-coordinator-'));
  writeFileSync(join(folder, 'community.yaml'), COMMUNITY);
  broker = createMemoryBroker();
  nowMs = MIDNIGHT_MS;
});

afterEach(async () => {
  await coordinator?.close();
  coordinator = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function open(
  changes: Partial<CoordinatorConfigInput> = {},
  ports: CoordinatorPorts = {},
): Promise<Running> {
  const config = checkCoordinatorConfig({
    schema: 'microgrid/coordinator/1',
    coordinator: 'coordinator',
    communityFile: 'community.yaml',
    broker: { url: 'mqtt://127.0.0.1:1' },
    ...changes,
  });
  return start(config, {
    nowMs: () => nowMs,
    log: () => undefined,
    openTransport: () => {
      const transport = broker.connect();
      return Object.assign(transport, { close: () => Promise.resolve() });
    },
    selfTicking: false,
    baseFolder: folder,
    ...ports,
  });
}

/** A gateway's store and uplink without its devices. */
class Sender {
  private constructor(
    private readonly database: Database,
    private readonly journal: Journal,
    readonly uplink: GatewayUplink,
  ) {}

  static async open(coordinatorKey: string): Promise<Sender> {
    const database = openDatabase(join(folder, 'gw.sqlite'), { durability: 'normal' });
    const journal = await createJournal({
      log: database.eventLog,
      hash: nodeHash,
      saltKey: () => new Uint8Array(randomBytes(32)),
      epoch: 1,
    });
    const uplink = createGatewayUplink({
      gateway: 'gw-a',
      coordinatorKey,
      signing: keyOf,
      verifying: nodeVerify,
      hash: nodeHash,
      transport: broker.connect(),
      outbox: database.outbox,
      documents: database.documents,
      clock: { monotonicMs: () => nowMs, wallMs: () => nowMs },
      random: () => 0.5,
    });
    return new Sender(database, journal, uplink);
  }

  async append(interval: IntervalV1): Promise<void> {
    const { id, meteringPoint } = interval;
    const payload = interval as unknown as Json;
    await this.journal.append('interval', id, payload, meteringPoint, { outgoing: true });
  }

  /** Sends until everything is receipted. */
  async drain(running: Running): Promise<number> {
    for (let round = 0; round < 50 && (await this.database.outbox.count()) > 0; round++) {
      await this.uplink.tick(round * 10_000);
      broker.deliver();
      await running.settled();
      broker.deliver();
      await this.uplink.settled();
    }
    return this.database.outbox.count();
  }

  async close(): Promise<void> {
    await this.uplink.close();
    this.database.close();
  }
}

function interval(meteringPoint: string, index: number): IntervalV1 {
  const span = {
    meteringPoint,
    start: formatInstant(MIDNIGHT_MS + index * QUARTER_MS),
    end: formatInstant(MIDNIGHT_MS + (index + 1) * QUARTER_MS),
    revision: 1,
  };
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(span),
    ...span,
    importMilliwattHours: 1000 * index + 7,
    exportMilliwattHours: 0,
    quality: 'measured',
    source: 'gw-a',
  };
}

async function sendDay(running: Running, quarters = 96): Promise<void> {
  const sender = await Sender.open(running.publicKey);
  for (let index = 0; index < quarters; index++) {
    await sender.append(interval('point-a', index));
    await sender.append(interval('point-b', index));
  }
  expect(await sender.drain(running)).toBe(0);
  await sender.close();
}

describe('a coordinator', () => {
  it('stores what enrolled gateways send and closes the day when all of it is there', async () => {
    coordinator = await open();
    await sendDay(coordinator);
    nowMs = MIDNIGHT_MS + 96 * QUARTER_MS;
    await coordinator.tick();
    expect((await coordinator.status()).closedPeriods).toEqual([]);
    nowMs += 3_600_000;
    await coordinator.tick();
    const { closedPeriods, entriesStored, refusals } = await coordinator.status();
    expect([entriesStored, refusals]).toEqual([192, {}]);
    expect(closedPeriods).toHaveLength(1);
    const [period] = closedPeriods;
    const readings = readFileSync(
      join(folder, 'data', period?.folder ?? '', 'readings.csv'),
      'utf8',
    );
    expect(readings.split('\n').slice(0, 3)).toEqual([
      'metering_point,start,end,import_kwh,export_kwh,quality',
      'point-a,2026-06-20T23:00:00Z,2026-06-20T23:15:00Z,0.000007,0.000,measured',
      'point-b,2026-06-20T23:00:00Z,2026-06-20T23:15:00Z,0.000007,0.000,measured',
    ]);
    expect(readings.split('\n')).toHaveLength(1 + 192 + 1);
  });

  it('names what is missing instead of closing a period without it', async () => {
    coordinator = await open();
    await sendDay(coordinator, 95);
    await expect(
      coordinator.closePeriod(MIDNIGHT_MS, MIDNIGHT_MS + 96 * QUARTER_MS),
    ).rejects.toMatchObject({
      code: 'incomplete-period',
      message: expect.stringContaining(
        '2 intervals are missing: point-a 2026-06-21T22:45:00Z, point-b 2026-06-21T22:45:00Z',
      ) as unknown,
    });
    expect(existsSync(join(folder, 'data', 'periods'))).toBe(false);
  });

  it('remembers after a restart and answers the same for a closed period', async () => {
    coordinator = await open();
    await sendDay(coordinator);
    const end = MIDNIGHT_MS + 96 * QUARTER_MS;
    const period = await coordinator.closePeriod(MIDNIGHT_MS, end);
    const key = coordinator.publicKey;
    await coordinator.close();
    nowMs = end;
    coordinator = await open();
    expect(coordinator.publicKey).toBe(key);
    expect(await coordinator.closePeriod(MIDNIGHT_MS, end)).toEqual(period);
    const newest = { newest: '2026-06-21T22:45:00Z' };
    expect((await coordinator.status()).meteringPoints).toEqual([
      { id: 'point-a', ...newest },
      { id: 'point-b', ...newest },
    ]);
    expect(statSync(join(folder, 'data', 'key.pem')).mode & 0o777).toBe(0o600);
  });

  it('sends prices ahead and a limit for as long as it holds, each numbered for its audience', async () => {
    const start = formatInstant(MIDNIGHT_MS + QUARTER_MS);
    const end = formatInstant(MIDNIGHT_MS + 3 * QUARTER_MS);
    const limit = { audience: 'gw-a', start, end, importLimitWatts: 3000, reason: 'peak' };
    coordinator = await open({ signals: { limits: [limit], repeatMs: QUARTER_MS } });
    const sender = await Sender.open(coordinator.publicKey);
    const held = async (): Promise<string[]> => {
      await coordinator?.tick();
      broker.deliver();
      await sender.uplink.settled();
      return sender.uplink.signals().map(({ signal }) => `${signal.kind} ${signal.sequence}`);
    };
    expect(await held()).toEqual(['tariffSignal 1']);
    nowMs += QUARTER_MS;
    expect(await held()).toEqual(['tariffSignal 1', 'tariffSignal 2', 'limit 1']);
    nowMs += 2 * QUARTER_MS;
    expect(await held()).toEqual(['tariffSignal 3']);
    await sender.close();
  });

  it('takes an operator’s limit only with the token in the data folder', async () => {
    coordinator = await open({ http: { port: 0 } });
    const url = `${coordinator.httpUrl ?? ''}api/limits`;
    const end = formatInstant(MIDNIGHT_MS + QUARTER_MS);
    const limit = { start: formatInstant(MIDNIGHT_MS), end, importLimitWatts: 1, reason: 'test' };
    const post = async (body: unknown, token: string) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      return [answer.status, await answer.text()] as const;
    };
    const token = operatorToken(join(folder, 'data'));
    expect((await post(limit, 'guess'))[0]).toBe(401);
    expect(await post({ ...limit, start: 'now' }, token)).toEqual([
      400,
      expect.stringContaining('limit: start: got \\"now\\"'),
    ]);
    expect((await post({ ...limit, end: limit.start }, token))[0]).toBe(400);
    expect((await post(limit, token))[0]).toBe(202);
    expect(coordinator.sent()).toHaveLength(1);
    const status = await fetch(`${coordinator.httpUrl ?? ''}api/status`);
    expect(await status.json()).toMatchObject({ coordinator: 'coordinator', connected: true });
  });

  it('refuses a community or configuration that cannot work, by place', async () => {
    writeFileSync(join(folder, 'community.yaml'), COMMUNITY.replace('PT15M', 'PT7M'));
    await expect(open()).rejects.toThrow(/community\.yaml:\d+: resolution: got "PT7M"/);
    expect(() => checkCoordinatorConfig({ schema: 'other' })).toThrow(/schema: got "other"/);
    expect(() => parseCoordinatorConfig('coordinator: *nowhere')).toThrow(
      /^coordinator\.yaml: Unresolved alias/,
    );
  });
});
