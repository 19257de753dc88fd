import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProfile } from '@microgrid/catalog';
import type { DriverTwin, ModbusTwin } from '@microgrid/devices';
import { virtualClock, type VirtualClock } from '@microgrid/devices/testing';
import { driver as eredesHan } from '@microgrid/driver-eredes-han';
import { modbusDriver } from '@microgrid/driver-modbus';
import { mqttSwitchConfig, tasmotaTwin, type TasmotaTwin } from '@microgrid/driver-mqtt-switch';
import { shellyConfig, shellyTwin, type ShellyTwin } from '@microgrid/driver-shelly';
import { startShellyServer, type ShellyServer } from '@microgrid/driver-shelly/node';
import { driver as sunspec } from '@microgrid/driver-sunspec';
import type { ReadingV1 } from '@microgrid/events';
import {
  startRtuOverTcpServer,
  startRtuOverUdpServer,
  startTcpServer,
  type UnitHandler,
} from '@microgrid/modbus';
import { checkGatewayConfig, type GatewayConfigInput } from './configuration.js';
import { start } from './gateway.js';
import { isGatewayError } from './gateway-error.js';
import { startLocalBroker, type LocalBroker } from './local-broker.test-data.js';
import type { Running } from './ports.js';
import { openBroker } from './wires.js';

const PLUG_PASSWORD = 'c0rrect-horse';
const BROKER_PASSWORD = 'battery-staple';

jest.setTimeout(30_000);

let folder: string;
let clock: VirtualClock;
let broker: LocalBroker;
let plug: ShellyTwin;
let plugServer: ShellyServer;
let pump: TasmotaTwin;
let gateway: Running | undefined;
let log: string[];
const ends: (() => void | Promise<void>)[] = [];
const ports: Record<string, number> = {};

const unitsOf = (...twins: DriverTwin[]): Map<number, UnitHandler> =>
  new Map(twins.map((twin) => [(twin as ModbusTwin).unit, (twin as ModbusTwin).handler]));

function profileTwin(id: string, unit: number): DriverTwin {
  const profile = findProfile(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return modbusDriver(profile).twin({ unit }, { clock });
}

async function served(name: string, opening: Promise<{ port: number; close(): Promise<void> }>) {
  const server = await opening;
  ports[name] = server.port;
  ends.push(() => server.close());
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'microgrid-kinds-'));
  clock = virtualClock(Date.UTC(2026, 5, 21, 10));
  log = [];
  const grid = eredesHan.twin({ phases: 1 }, { clock });
  grid.set({ power: 1500 });
  await served('grid', startRtuOverTcpServer({ port: 0, units: unitsOf(grid) }));
  const house = profileTwin('eastron-sdm120', 5);
  house.set({ power: 700 });
  const heater = profileTwin('eastron-sdm120', 6);
  heater.set({ power: 300 });
  await served('house', startRtuOverUdpServer({ port: 0, units: unitsOf(house, heater) }));
  const pv = sunspec.twin({ unit: 1 }, { clock });
  pv.set({ power: -2000 });
  await served('pv', startTcpServer({ port: 0, units: unitsOf(pv) }));
  plug = shellyTwin(shellyConfig.parse({}), clock);
  plug.set({ power: 812.5 });
  plugServer = await startShellyServer({ twin: plug, password: PLUG_PASSWORD });
  ends.push(() => plugServer.close());
  broker = await startLocalBroker(`gateway:${BROKER_PASSWORD}`);
  ends.push(() => broker.kill());
  process.env['TEST_BROKER_PASSWORD'] = BROKER_PASSWORD;
  pump = tasmotaTwin(mqttSwitchConfig.parse({ topic: 'pump' }), clock);
  pump.set({ power: 90 });
  const own = { id: 'pump', type: 'mqtt', broker: broker.url } as const;
  const login = { username: 'gateway', passwordVariable: 'TEST_BROKER_PASSWORD' };
  const wire = openBroker({ ...own, ...login }, config(), folder);
  ends.push(wire.close);
  ends.push(pump.connect(wire.transport));
  writeFileSync(join(folder, 'plug-password'), `${PLUG_PASSWORD}\n`);
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  for (const end of ends.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

function config(changes: Partial<GatewayConfigInput> = {}) {
  const host = '127.0.0.1';
  return checkGatewayConfig({
    schema: 'microgrid/gateway/1',
    gateway: 'gw-home',
    site: { id: 'home', timeZone: 'Europe/Lisbon' },
    buses: [
      { id: 'port', type: 'rtu-over-tcp', host, port: ports['grid'] },
      { id: 'rs485', type: 'rtu-over-udp', host, port: ports['house'] },
      { id: 'lan', type: 'tcp', host, port: ports['pv'] },
      { id: 'plug', type: 'http', host, port: plugServer.port, passwordFile: 'plug-password' },
      {
        id: 'broker',
        type: 'mqtt',
        broker: broker.url,
        username: 'gateway',
        passwordVariable: 'TEST_BROKER_PASSWORD',
      },
    ],
    devices: [
      { id: 'grid', bus: 'port', driver: 'eredes-han' },
      { id: 'house', bus: 'rs485', profile: 'eastron-sdm120', config: { unit: 5, role: 'meter' } },
      { id: 'heater', bus: 'rs485', profile: 'eastron-sdm120', config: { unit: 6, role: 'meter' } },
      { id: 'pv', bus: 'lan', driver: 'sunspec', config: { unit: 1 } },
      { id: 'boiler', bus: 'plug', driver: 'shelly' },
      { id: 'pump', bus: 'broker', driver: 'mqtt-switch', config: { topic: 'pump' } },
    ],
    metering: { points: [{ meteringPoint: 'PT-1', device: 'grid', maximumWatts: 6900 }] },
    control: { tickMs: 10_000 },
    console: { port: 0 },
    ...changes,
  });
}

async function open(changes: Partial<GatewayConfigInput> = {}): Promise<Running> {
  gateway = await start(config(changes), {
    clock,
    log: (_level, message, fields) => log.push(`${message} ${JSON.stringify(fields ?? {})}`),
    selfTicking: false,
    baseFolder: folder,
  });
  return gateway;
}

/** Ticks until every device shows power, or too often. */
async function powers(running: Running, wanted: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const subscription = running.readings$.subscribe(({ device, point, value }: ReadingV1) => {
    if (point === 'power' && value !== undefined) found[device] = value;
  });
  for (let tries = 0; tries < 60 && Object.keys(found).length < wanted; tries += 1) {
    await running.tick();
    clock.advance(1000);
    // Answers of a broker come by themselves.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  subscription.unsubscribe();
  return found;
}

describe('one device of each kind', () => {
  it('is read by one gateway, each over its own wire, and says who it is', async () => {
    const running = await open();
    expect(await powers(running, 6)).toEqual({
      grid: 1500,
      house: 700,
      heater: 300,
      pv: -2000,
      boiler: 812.5,
      pump: 90,
    });
    const state = (await (await fetch(`${running.consoleUrl ?? ''}api/state`)).json()) as {
      alarms: object[];
      devices: { device: string; online: boolean }[];
    };
    expect(state.devices.filter(({ online }) => !online)).toEqual([]);
    for (let tries = 0; tries < 100 && !log.some((line) => line.startsWith('pump: ')); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(log.some((line) => line.startsWith('pump: Tasmota'))).toBe(true);
    expect(log.some((line) => line.startsWith('boiler: '))).toBe(true);
    const everything = `${log.join('\n')}${JSON.stringify(state)}`;
    expect(everything).not.toContain(PLUG_PASSWORD);
    expect(everything).not.toContain(BROKER_PASSWORD);
    await running.close();
    expect(plug.writes + pump.writes).toBe(0);
  });

  it('behind a broker can use the uplink’s, with its login and a client id of its own', async () => {
    const running = await open({
      buses: [{ id: 'broker', type: 'mqtt' }],
      devices: [{ id: 'pump', bus: 'broker', driver: 'mqtt-switch', config: { topic: 'pump' } }],
      metering: { points: [] },
      uplink: {
        broker: broker.url,
        coordinatorKey: `ed25519:${'A'.repeat(43)}`,
        username: 'gateway',
        passwordVariable: 'TEST_BROKER_PASSWORD',
      },
    });
    expect(await powers(running, 1)).toEqual({ pump: 90 });
  });

  it('that is not there is named and holds nobody up; the end of the gateway ends its probe', async () => {
    await plugServer.close();
    const running = await open();
    expect(Object.keys(await powers(running, 5))).toHaveLength(5);
    const beganMs = performance.now();
    await running.close();
    expect(performance.now() - beganMs).toBeLessThan(5000);
    expect(log.join('\n')).toContain('boiler does not answer');
  });

  it.each([
    [
      { id: 'plug', type: 'http', host: '127.0.0.1', passwordFile: 'nowhere' },
      { id: 'x', bus: 'plug', driver: 'shelly' },
      'no such file or directory',
    ],
    [
      { id: 'plug', type: 'http', host: '127.0.0.1', passwordVariable: 'NOT_SET_AT_ALL' },
      { id: 'x', bus: 'plug', driver: 'shelly' },
      'bad-config: bus plug.passwordVariable: the environment has no NOT_SET_AT_ALL; set it',
    ],
    [
      { id: 'plug', type: 'http', host: '127.0.0.1' },
      { id: 'x', bus: 'plug', driver: 'shelly', config: { component: 'lamp:0' } },
      'bad-config: devices[0].config: device x: component: got "lamp:0", expected a component such as',
    ],
    [
      { id: 'lan', type: 'tcp', host: '127.0.0.1', port: 1 },
      { id: 'x', bus: 'lan', driver: 'eredes-han', config: { units: 1 } },
      'bad-config: devices[0].config: device x: units: got 1, expected no such field',
    ],
  ] as const)('%j with %j is refused at the start', async (bus, device, expected) => {
    const refused = await open({
      buses: [bus],
      devices: [device],
      metering: { points: [] },
    }).catch((error: unknown) => error);
    expect(isGatewayError(refused) ? `${refused.code}: ${refused.message}` : refused).toContain(
      expected,
    );
  });
});
