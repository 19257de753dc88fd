import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualClock, type VirtualClock } from '@microgrid/devices/testing';
import { emiTwin, eredesHanConfig, type EmiTwin } from '@microgrid/driver-eredes-han';
import type { IntervalV1 } from '@microgrid/events';
import { startRtuOverTcpServer, type TcpServer } from '@microgrid/modbus';
import { parseInstant } from '@microgrid/units';
import { checkGatewayConfig, type GatewayConfigInput } from './configuration.js';
import { start } from './gateway.js';
import type { Running } from './ports.js';

const START_MS = Date.UTC(2026, 5, 21, 10);
const MINUTE_MS = 60_000;
const POINT = 'PT0002000012345678XX';

jest.setTimeout(30_000);

let folder: string;
let clock: VirtualClock;
let twin: EmiTwin;
let server: TcpServer;
let gateway: Running | undefined;
let published: IntervalV1[];
let log: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'microgrid-han-'));
  clock = virtualClock(START_MS);
  twin = emiTwin(eredesHanConfig.parse({ phases: 1 }), { clock });
  twin.set({ power: 1200 });
  server = await startRtuOverTcpServer({ port: 0, units: new Map([[1, twin.handler]]) });
  published = [];
  log = [];
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

type Point = Omit<GatewayConfigInput['metering']['points'][number], 'meteringPoint' | 'device'>;

async function open(
  point: Partial<Point> = {},
  resolution: 'PT15M' | 'PT5M' = 'PT15M',
): Promise<Running> {
  const config = checkGatewayConfig({
    schema: 'microgrid/gateway/1',
    gateway: 'gw-home',
    site: { id: 'home', timeZone: 'Europe/Lisbon' },
    buses: [
      {
        id: 'meter',
        type: 'rtu-over-tcp',
        host: '127.0.0.1',
        port: server.port,
        requestTimeoutMs: 300,
      },
    ],
    devices: [{ id: 'grid', bus: 'meter', driver: 'eredes-han', config: { phases: 1 } }],
    metering: {
      resolution,
      points: [{ meteringPoint: POINT, device: 'grid', maximumWatts: 6900, ...point }],
    },
    control: { tickMs: MINUTE_MS },
    console: { port: 0 },
  });
  gateway = await start(config, {
    clock,
    log: (_level, message) => log.push(message),
    selfTicking: false,
    baseFolder: folder,
  });
  gateway.intervals$.subscribe((interval) => published.push(interval));
  return gateway;
}

/** Ticks every minute, with another power each. */
async function minutes(running: Running, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await running.tick();
    clock.advance(MINUTE_MS);
    twin.meter.advanceTo(clock.nowMs());
    twin.set({ power: 600 + ((minute * 37) % 1900) });
  }
  await running.tick();
}

/** What the meter's registers really rose by in an interval. */
function truthOf({ start: from, end }: IntervalV1): number | undefined {
  const before = twin.meter.truth.get(parseInstant(from));
  const after = twin.meter.truth.get(parseInstant(end));
  if (before === undefined || after === undefined) return undefined;
  return (after.importWattHours - before.importWattHours) * 1000;
}

function expectWhole(upToMs: number, source: string): void {
  const starts = published.map(({ start: at }) => parseInstant(at)).sort((a, b) => a - b);
  expect(starts).toEqual(
    Array.from({ length: (upToMs - START_MS) / 900_000 }, (_, at) => START_MS + at * 900_000),
  );
  expect(new Set(published.map((interval) => interval.source))).toEqual(new Set([source]));
}

async function alarms(running: Running): Promise<string[]> {
  const response = await fetch(`${running.consoleUrl ?? ''}api/state`);
  const state = (await response.json()) as { alarms: { text: string }[] };
  return state.alarms.map(({ text }) => text);
}

describe('a utility meter’s own load profile', () => {
  it('becomes the site’s intervals, equal to the meter’s registers, and the gateway’s own are dropped', async () => {
    const running = await open();
    await minutes(running, 62);
    expectWhole(START_MS + 3_600_000, 'grid');
    for (const interval of published) {
      expect(interval).toMatchObject({ meteringPoint: POINT, quality: 'measured', revision: 1 });
      expect(interval.importMilliwattHours).toBe(truthOf(interval));
    }
    expect(published.some(({ importMilliwattHours = 0 }) => importMilliwattHours > 0)).toBe(true);
  });

  it('is read back after the gateway was away, and nothing is told twice', async () => {
    await minutes(await open(), 32);
    await gateway?.close();
    clock.advance(2 * 3_600_000 - 32 * MINUTE_MS);
    const running = await open();
    await minutes(running, 17);
    await gateway?.close();
    await minutes(await open(), 15);
    expectWhole(START_MS + 2 * 3_600_000 + 30 * MINUTE_MS, 'grid');
    for (const interval of published) {
      const truth = truthOf(interval);
      if (truth !== undefined) expect(interval.importMilliwattHours).toBe(truth);
    }
  });

  it('is read again after a crash that lost nothing it had told', async () => {
    const running = await open();
    await minutes(running, 20);
    const told = published.length;
    expect(told).toBe(1);
    // Killed: another process begins while this one never closed.
    const killed = running;
    await minutes(await open(), 26);
    await killed.close();
    expectWhole(START_MS + 45 * MINUTE_MS, 'grid');
  });

  it('is replaced by the gateway’s registers where the meter refuses it, after the declared wait', async () => {
    await server.close();
    const refusing = eredesHanConfig.parse({ phases: 1 });
    twin = emiTwin(refusing, { clock }, { denied: ['loadProfileMeasurements'] });
    twin.set({ power: 1200 });
    server = await startRtuOverTcpServer({ port: 0, units: new Map([[1, twin.handler]]) });
    const running = await open({ fallbackAfterMs: 20 * MINUTE_MS });
    await minutes(running, 34);
    expect(published).toEqual([]);
    await minutes(running, 2);
    expect(published.map(({ start: at, source }) => [at, source])).toEqual([
      ['2026-06-21T10:00:00Z', 'gw-home'],
    ]);
    const refused = (await alarms(running)).filter((text) =>
      text.includes('loadProfileMeasurements'),
    );
    expect(refused).toHaveLength(1);
    expect(log).toContain(refused[0]);
  });

  it('is left alone where the configuration says so', async () => {
    await minutes(await open({ sources: ['registers'] }), 31);
    expectWhole(START_MS + 30 * MINUTE_MS, 'gw-home');
  });

  it('of another period than the site’s is refused with what to do', async () => {
    const running = await open({ sources: ['loadProfile'] }, 'PT5M');
    await minutes(running, 17);
    expect(published).toEqual([]);
    expect(await alarms(running)).toEqual([
      'grid: its load profile has periods of 15 min, and metering.resolution is PT5M; set that to what the meter has, or sources to [registers]',
    ]);
  });
});
