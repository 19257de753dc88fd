import type { CommandOutcome, Device, DriverContext, MqttTransport } from '@microgrid/devices';
import {
  memoryLog,
  memoryStore,
  virtualClock,
  type VirtualClock,
} from '@microgrid/devices/testing';
import type { ReadingV1 } from '@microgrid/events';
import { connectClient, startBroker, type Broker, type BrokerClient } from './broker.test-data.js';
import { mqttSwitchConfig } from './config.js';
import { driver } from './mqtt-switch-driver.js';
import { tasmotaTwin, type TasmotaTwin } from './twin/tasmota-twin.js';

const CONFIG = { topic: 'plug', deadManSeconds: 60, minimumDwellMs: 0 };

let broker: Broker;
let clients: BrokerClient[] = [];
let device: Device | undefined;
let clock: VirtualClock;
let twin: TasmotaTwin;
let ofTwin: BrokerClient;
let disconnect: () => void;
let context: DriverContext<MqttTransport>;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.kill());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (await holds()) return;
    await pause(20);
  }
  throw new Error(`never: ${what}`);
}

function client(id: string, will = false): BrokerClient {
  const presence = { topic: 'tele/plug/LWT', online: 'Online', offline: 'Offline' };
  const made = connectClient(broker.url, id, will ? presence : undefined);
  clients.push(made);
  return made;
}

beforeEach(async () => {
  clock = virtualClock(Date.UTC(2026, 2, 2, 10));
  twin = tasmotaTwin(mqttSwitchConfig.parse(CONFIG), clock);
  const name = expect.getState().currentTestName ?? '';
  const id = name.replaceAll(/\W/g, '').slice(-20);
  ofTwin = client(`twin-${id}`, true);
  const ofDriver = client(`driver-${id}`);
  await until('both connected', () => ofTwin.link.connected && ofDriver.link.connected);
  disconnect = twin.connect(ofTwin.transport);
  await pause(30);
  context = {
    device: 'plug',
    transport: ofDriver.transport,
    clock,
    log: memoryLog().log,
    store: memoryStore(),
    signal: new AbortController().signal,
  };
});

afterEach(async () => {
  await device?.close();
  device = undefined;
  disconnect();
  for (const { link } of clients) await link.close();
  clients = [];
});

const read = async (point: string): Promise<ReadingV1 | undefined> => {
  const readings = (await device?.read()) ?? [];
  return readings.find((reading) => reading.point === point);
};

let sequence = 0;
const command = async (value: boolean): Promise<CommandOutcome | undefined> => {
  sequence += 1;
  return device?.command({
    kind: 'command',
    version: 1,
    id: `c${sequence}`,
    sequence,
    audience: 'plug',
    issuedAt: '2026-03-02T10:00:00Z',
    validForMs: 600_000,
    device: 'plug',
    control: 'switch',
    value,
    reason: 'test',
  });
};

describe('over a real broker', () => {
  it('a plug is identified, read, switched with its own timer, refreshed and released', async () => {
    expect(await driver.probe(context, CONFIG)).toEqual({
      manufacturer: 'Tasmota',
      model: 'Plug',
      firmware: '14.2.0(tasmota)',
      serial: 'AA:BB:CC:00:11:22',
    });
    expect(twin.writes).toBe(0);
    twin.setPulseTime(7);
    twin.set({ power: 812, importEnergy: 12_345_678_000 });
    device = await driver.open(context, CONFIG);
    await until(
      'the counter is read',
      async () => (await read('importEnergy'))?.value === 12_345_678_000,
    );
    // On a busy machine the device's first answers may still be under way.
    await until('it takes commands', async () => (await command(true))?.status === 'accepted');
    await until('it is on', async () => (await read('switchState'))?.value === 1);
    expect(twin.pulseTime).toBe(160);
    for (let poll = 0; poll < 16; poll += 1) {
      clock.advance(15_000);
      await device.read();
      await pause(20);
      expect(twin.setPoints()).toEqual({ switch: true });
    }
    await device.release();
    await until('it is off', () => twin.setPoints()['switch'] === false);
    // What somebody had set before is set again.
    await until('PulseTime is back', () => twin.pulseTime === 7);
  }, 20_000);

  it('it turns off by itself when nobody refreshes it', async () => {
    device = await driver.open(context, CONFIG);
    await until('PulseTime is known', async () => (await command(true))?.status === 'accepted');
    await until('it is on', () => twin.setPoints()['switch'] === true);
    clock.advance(60_000);
    expect(twin.setPoints()).toEqual({ switch: false });
  });

  it('its last will makes the readings bad, and its return brings them back', async () => {
    device = await driver.open(context, CONFIG);
    await until('it is read', async () => (await read('voltageL1'))?.value === 230);
    disconnect();
    // Another client with its name throws the first one out, without a farewell.
    await ofTwin.link.close();
    await until(
      'offline',
      async () => (await read('voltageL1'))?.cause?.includes('offline') === true,
    );
    expect(await command(true)).toMatchObject({ status: 'failed' });
    const again = client('twin-again', true);
    await until('connected again', () => again.link.connected);
    disconnect = twin.connect(again.transport);
    await until('it is read again', async () => (await read('voltageL1'))?.value === 230);
  }, 20_000);
});
