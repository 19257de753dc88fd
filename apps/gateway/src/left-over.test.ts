import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProfile } from '@microgrid/catalog';
import { parseProfile, type ModbusTwin, type Profile } from '@microgrid/devices';
import { virtualClock, type VirtualClock } from '@microgrid/devices/testing';
import { modbusDriver } from '@microgrid/driver-modbus';
import { startTcpServer, type TcpServer } from '@microgrid/modbus';
import { checkGatewayConfig } from './configuration.js';
import { start } from './gateway.js';
import type { Running } from './ports.js';

const TICK_MS = 10_000;
const MINUTE_MS = 60_000;
const BLIND_MS = 30 * MINUTE_MS;

jest.setTimeout(30_000);

let folder: string;
let clock: VirtualClock;
let battery: ModbusTwin;
let server: TcpServer;
let running: Running[];
let log: string[];
/** While set, the battery takes what is written and does nothing. */
let disobeys = false;

const POWER = { table: 'holding', address: 100 } as const;

/** A battery that keeps what it was told last, until it is told something else. */
const BATTERY: Profile = parseProfile({
  schema: 'microgrid/profile/1',
  id: 'stubborn-battery',
  manufacturer: 'Example',
  models: ['Stubborn'],
  roles: ['batteryInverter'],
  phases: 1,
  transport: { kinds: ['tcp'], unit: 1 },
  points: [
    { id: 'power', table: 'input', address: 0, encoding: 's16', unit: 'W', sign: 1, rate: 'high' },
    { id: 'stateOfCharge', table: 'input', address: 1, encoding: 'u16', unit: '%', rate: 'high' },
  ],
  controls: [
    {
      id: 'batteryPower',
      unit: 'W',
      terminal: 'ac',
      minimum: -3000,
      maximum: 3000,
      steps: [{ ...POWER, fields: [{ encoding: 's16', value: { factor: 1 } }] }],
      verify: 'registers',
      storage: 'volatile',
      onLoss: 'keeps its last power',
      fallback: { value: 'last' },
      safeValue: 0,
      risk: 'both',
      responseMs: 10_000,
      release: [{ ...POWER, fields: [{ encoding: 's16', value: 0 }] }],
    },
  ],
  limits: { maxChargeWatts: 3000, maxDischargeWatts: 3000 },
  sources: [{ title: 'made up' }],
  confidence: 'verified',
  vectors: [],
});

function twinOf(profile: Profile | undefined, unit: number): ModbusTwin {
  if (profile === undefined) throw new Error('no such profile');
  return modbusDriver(profile).twin({ unit }, { clock }) as ModbusTwin;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'microgrid-left-'));
  clock = virtualClock(Date.UTC(2026, 5, 21, 10));
  disobeys = false;
  running = [];
  log = [];
  const grid = twinOf(findProfile('eastron-sdm120'), 2);
  grid.set({ power: -1500 });
  battery = twinOf(BATTERY, 1);
  battery.set({ power: 0, stateOfCharge: 50 });
  writeFileSync(join(folder, 'battery.yaml'), JSON.stringify(BATTERY));
  const { handler } = battery;
  const deaf = {
    ...handler,
    read: handler.read.bind(handler),
    write: (...written: Parameters<typeof handler.write>) => {
      if (!disobeys) handler.write(...written);
    },
  };
  const units = new Map([
    [1, deaf],
    [2, grid.handler],
  ]);
  server = await startTcpServer({ port: 0, units });
});

afterEach(async () => {
  for (const each of running) await each.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(withPolicy: boolean): Promise<Running> {
  const config = checkGatewayConfig({
    schema: 'microgrid/gateway/1',
    gateway: 'gw-home',
    site: { id: 'home', timeZone: 'Europe/Lisbon' },
    buses: [{ id: 'lan', type: 'tcp', host: '127.0.0.1', port: server.port }],
    devices: [
      { id: 'grid', bus: 'lan', profile: 'eastron-sdm120', config: { unit: 2, role: 'gridMeter' } },
      {
        id: 'battery',
        bus: 'lan',
        profileFile: 'battery.yaml',
        config: { unit: 1, blindModeMs: BLIND_MS },
      },
    ],
    metering: { points: [] },
    control: {
      tickMs: TICK_MS,
      ...(withPolicy
        ? { policy: { mainFuse: { amperesPerPhase: 30, phases: 1 }, staleAfterMs: MINUTE_MS } }
        : {}),
    },
    console: { port: 0 },
  });
  const gateway = await start(config, {
    clock,
    log: (_level, message) => log.push(message),
    selfTicking: false,
    baseFolder: folder,
  });
  running.push(gateway);
  return gateway;
}

async function run(gateway: Running, forMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += TICK_MS) {
    await gateway.tick();
    clock.advance(TICK_MS);
  }
}

async function alarms(gateway: Running): Promise<{ id: string; text: string }[]> {
  const response = await fetch(`${gateway.consoleUrl ?? ''}api/state`);
  return ((await response.json()) as { alarms: { id: string; text: string }[] }).alarms;
}

const ids = async (gateway: Running): Promise<string[]> =>
  (await alarms(gateway)).map(({ id }) => id);
const inForce = (): number => Number(battery.setPoints()['batteryPower'] ?? 0);

describe('a battery that keeps its last set point for ever', () => {
  it('is made safe by the next gateway, kept there, and handed back; alarms begin and end', async () => {
    await run(await open(true), 3 * MINUTE_MS);
    expect(inForce()).toBeGreaterThan(500);
    // Killed. The device itself does nothing about it, which is what its profile says.
    clock.advance(10 * MINUTE_MS);
    expect(inForce()).toBeGreaterThan(500);
    const next = await open(false);
    await next.tick();
    expect(await ids(next)).toEqual(['device/battery/left-over/batteryPower']);
    await run(next, 10 * MINUTE_MS);
    expect(inForce()).toBe(0);
    // Until it is handed back a person should know that nobody is in charge.
    expect(await ids(next)).toHaveLength(1);
    await run(next, BLIND_MS + 5 * MINUTE_MS);
    expect(await alarms(next)).toEqual([]);
    const ended = log.filter((line) => line.startsWith('over: battery: batteryPower was left'));
    expect(ended).toHaveLength(1);
  });

  it('that does not obey is told on the page and in the log, until it obeys', async () => {
    disobeys = true;
    const gateway = await open(true);
    await run(gateway, 2 * MINUTE_MS);
    const told = (await alarms(gateway)).find(({ id }) => id.includes('/disobeyed/'));
    expect(told?.id).toBe('device/battery/disobeyed/batteryPower');
    expect(log).toContain(told?.text);
    disobeys = false;
    await run(gateway, 15 * MINUTE_MS);
    expect(inForce()).toBeGreaterThan(500);
    expect(await alarms(gateway)).toEqual([]);
    expect(log).toContain(`over: ${told?.text ?? ''}`);
  });
});
