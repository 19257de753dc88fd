import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalog, findProfile } from '@microgrid/catalog';
import { memoryStore, virtualClock } from '@microgrid/devices/testing';
import type { Device, DeviceIdentity, Driver } from '@microgrid/devices';
import { driver as eredesHan } from '@microgrid/driver-eredes-han';
import { modbusDriver } from '@microgrid/driver-modbus';
import { driver as sunspec } from '@microgrid/driver-sunspec';
import { openRtuOverTcpBus, openTcpBus, type ModbusBus } from '@microgrid/modbus';
import { openRtuBus } from '@microgrid/modbus/serial';
import type { DeviceConfig, SiteConfig } from '@microgrid/plant';
import {
  startSimulator,
  type Endpoint,
  type Simulator,
  type SimulatorOptions,
} from './simulator.js';

const startMs = Date.UTC(2026, 5, 21, 11);
const hasSocat = spawnSync('socat', ['-V'], { stdio: 'ignore' }).error === undefined;
if (!hasSocat) console.log('Skipped: a simulated serial line (socat is not installed)');

const HYBRID: DeviceConfig = {
  kind: 'hybrid',
  id: 'hybrid',
  phases: 3,
  array: { peakWatts: 6000 },
  store: { capacityMilliwattHours: 10_000_000, maxChargeWatts: 4000, maxDischargeWatts: 4000 },
  ratedWatts: 8000,
};
const SITE: SiteConfig = {
  id: 'home',
  latitudeDegrees: 38.7,
  longitudeDegrees: -9.1,
  phases: 3,
  clouds: 'clear',
  devices: [
    { kind: 'gridMeter', id: 'meter' },
    HYBRID,
    { kind: 'house', id: 'house', phases: 3 },
    { kind: 'charger', id: 'charger', phases: 3 },
  ],
};

let simulator: Simulator | undefined;
const buses: ModbusBus[] = [];
const devices: Device[] = [];

afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  for (const bus of buses.splice(0)) await bus.close();
  await simulator?.close();
  simulator = undefined;
});

async function start(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  simulator = await startSimulator({ sites: [SITE], startMs, seed: 1, ...options });
  simulator.advanceTo(startMs + 60_000);
  return simulator;
}

function endpoint(device: string): Endpoint {
  const found = simulator?.endpoints['home']?.[device];
  if (found === undefined) throw new Error(`no endpoint of ${device}`);
  return found;
}

async function open(
  driver: Driver<ModbusBus>,
  bus: ModbusBus,
  unit: number,
): Promise<{ readonly device: Device; readonly values: Map<string, number | undefined> }> {
  buses.push(bus);
  const device = await driver.open(
    {
      device: 'under-test',
      transport: bus,
      clock: virtualClock(startMs),
      log: () => undefined,
      store: memoryStore(),
      signal: new AbortController().signal,
    },
    { unit },
  );
  devices.push(device);
  const readings = await device.read();
  return { device, values: new Map(readings.map(({ point, value }) => [point, value])) };
}

const profileDriver = (id: string): Driver<ModbusBus> => {
  const profile = findProfile(id);
  if (profile === undefined) throw new Error(`no profile ${id}`);
  return modbusDriver(profile);
};

test('a hybrid may speak as another maker\u2019s: its driver reads the plant and moves the battery', async () => {
  const running = await start({ devices: { 'home/hybrid': { speaks: { profile: 'goodwe-et' } } } });
  const { host, port, unit, profile } = endpoint('hybrid');
  expect(profile).toBe('goodwe-et');
  const { device, values } = await open(
    profileDriver('goodwe-et'),
    openTcpBus({ host, port }),
    unit,
  );
  const truth = running.snapshot('home').devices;
  expect(values.get('pvPower')).toBeCloseTo(truth['hybrid']?.['pvPower'] ?? NaN, -1);
  expect(values.get('stateOfCharge')).toBeCloseTo(truth['hybrid']?.['stateOfCharge'] ?? NaN, 0);
  const outcome = await device.command({
    kind: 'command',
    version: 1,
    id: 'c-1',
    device: 'under-test',
    audience: 'under-test',
    sequence: 1,
    control: 'batteryPower',
    value: 1500,
    issuedAt: '2026-06-21T11:01:00Z',
    validForMs: 60_000,
    reason: 'test',
  } as unknown as Parameters<Device['command']>[0]);
  expect(outcome.status === 'applied' || outcome.status === 'accepted').toBe(true);
  running.advanceTo(startMs + 90_000);
  expect(running.snapshot('home').devices['hybrid']?.['batteryPower']).toBeCloseTo(1500, -2);
});

test('a SunSpec device and the Portuguese meter are the twins of their drivers', async () => {
  const running = await start({
    devices: {
      'home/hybrid': {
        speaks: {
          driver: '@microgrid/driver-sunspec',
          config: { unit: 1, role: 'hybridInverter' },
        },
      },
      'home/meter': {
        speaks: { driver: '@microgrid/driver-eredes-han', config: { phases: 3 } },
        line: 'han',
      },
    },
    lines: { han: { type: 'rtu-over-tcp', port: 0 } },
  });
  const truth = running.snapshot('home').devices;
  const inverter = endpoint('hybrid');
  const seen = await open(sunspec, openTcpBus(inverter), inverter.unit);
  expect(seen.values.get('power')).toBeCloseTo(truth['hybrid']?.['power'] ?? NaN, -1);
  // Its nameplate is that of the plant's device.
  expect(seen.device.description.limits).toMatchObject({
    maxExportWatts: 8000,
    maxChargeWatts: 4000,
    capacityMilliwattHours: 10_000_000,
  });
  const meter = endpoint('meter');
  const han = await open(eredesHan, openRtuOverTcpBus(meter), meter.unit);
  expect(han.values.get('power')).toBeCloseTo(truth['meter']?.['power'] ?? NaN, -1);
  expect(han.values.get('voltageL2')).toBeCloseTo(truth['meter']?.['voltageL2'] ?? NaN, 0);
});

(hasSocat ? test : test.skip)('several units share one serial line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-line-'));
  try {
    const path = join(folder, 'line');
    const running = await start({
      devices: {
        'home/meter': { speaks: { profile: 'carlo-gavazzi-em340', unit: 7 }, line: 'rs485' },
        'home/hybrid': { speaks: { profile: 'deye-sunsynk-3p', unit: 2 }, line: 'rs485' },
      },
      lines: { rs485: { type: 'pty', path } },
    });
    const bus = openRtuBus({ path, baudRate: 115_200 });
    const truth = running.snapshot('home').devices;
    const { values } = await open(profileDriver('carlo-gavazzi-em340'), bus, 7);
    expect(values.get('power')).toBeCloseTo(truth['meter']?.['power'] ?? NaN, -1);
    const hybrid = await open(profileDriver('deye-sunsynk-3p'), bus, 2);
    expect(hybrid.values.get('stateOfCharge')).toBeCloseTo(
      truth['hybrid']?.['stateOfCharge'] ?? NaN,
      0,
    );
  } finally {
    for (const device of devices.splice(0)) await device.close();
    for (const bus of buses.splice(0)) await bus.close();
    await simulator?.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('every profile of the catalogue can stand for a device of its role', async () => {
  const kinds: Readonly<Record<string, string>> = {
    gridMeter: 'meter',
    meter: 'meter',
    pvInverter: 'hybrid',
    hybridInverter: 'hybrid',
    batteryInverter: 'hybrid',
    battery: 'hybrid',
    charger: 'charger',
  };
  let tried = 0;
  for (const profile of catalog) {
    const device = kinds[profile.roles[0] ?? ''];
    if (device === undefined) continue;
    tried += 1;
    await start({ devices: { [`home/${device}`]: { speaks: { profile: profile.id } } } });
    const { host, port, unit } = endpoint(device);
    const { values } = await open(modbusDriver(profile), openTcpBus({ host, port }), unit);
    const known = [...values.values()].filter((value) => value !== undefined);
    expect({ profile: profile.id, values: known.length > 0 }).toEqual({
      profile: profile.id,
      values: true,
    });
    for (const each of devices.splice(0)) await each.close();
    for (const bus of buses.splice(0)) await bus.close();
    await simulator?.close();
  }
  expect(tried).toBeGreaterThan(25);
}, 60_000);

describe('planted faults', () => {
  const meter = async (faults: NonNullable<SimulatorOptions['devices']>[string]['faults']) => {
    const running = await start({
      devices: {
        'home/meter': { speaks: { profile: 'carlo-gavazzi-em340' }, ...(faults ? { faults } : {}) },
      },
    });
    const { host, port, unit } = endpoint('meter');
    const { values } = await open(
      profileDriver('carlo-gavazzi-em340'),
      openTcpBus({ host, port }),
      unit,
    );
    return { values, truth: running.snapshot('home').devices['meter'] ?? {} };
  };

  test('a reversed transformer turns its phase and the total', async () => {
    const { values, truth } = await meter([{ fault: 'ctReversed', phase: 2 }]);
    expect(values.get('powerL2')).toBeCloseTo(-(truth['powerL2'] ?? NaN), 0);
    expect(values.get('power')).toBeCloseTo(
      (truth['power'] ?? NaN) - 2 * (truth['powerL2'] ?? NaN),
      0,
    );
  });

  test('swapped phases exchange powers, not voltages; a wrong ratio scales', async () => {
    const { values, truth } = await meter([
      { fault: 'phasesSwapped', phases: [1, 3] },
      { fault: 'scale', factor: 2 },
    ]);
    expect(values.get('powerL1')).toBeCloseTo(2 * (truth['powerL3'] ?? NaN), 0);
    expect(values.get('voltageL1')).toBeCloseTo(truth['voltageL1'] ?? NaN, 0);
  });

  test('a silent device gives no reading', async () => {
    const { values } = await meter([{ fault: 'silent' }]);
    expect([...values.values()].filter((value) => value !== undefined)).toEqual([]);
  });
});

test.each<[string, Partial<SimulatorOptions>, RegExp]>([
  [
    'an unknown profile',
    { devices: { 'home/meter': { speaks: { profile: 'nope' } } } },
    /home\/meter: profile: got nope/,
  ],
  [
    'an unknown driver',
    { devices: { 'home/meter': { speaks: { driver: 'nope', config: {} } } } },
    /driver: got nope.*driver-sunspec/,
  ],
  [
    'an unknown line',
    { devices: { 'home/meter': { line: 'x' } } },
    /line: got x, expected one of none/,
  ],
  [
    'two devices of one unit on a line',
    {
      lines: { a: { type: 'tcp', port: 0 } },
      devices: {
        'home/meter': { line: 'a', speaks: { profile: 'carlo-gavazzi-em340', unit: 1 } },
        'home/hybrid': { line: 'a', speaks: { profile: 'goodwe-et', unit: 1 } },
      },
    },
    /unit 1 on line a belongs to meter/,
  ],
])('%s is refused', async (_name, options, message) => {
  await expect(start(options)).rejects.toThrow(message);
});

/** What a probe finds is who the twin says it is. */
test('a probe identifies the simulated device', async () => {
  const profile = catalog.find(
    ({ identity, roles }) => (identity?.match.length ?? 0) > 0 && roles.includes('hybridInverter'),
  );
  if (profile === undefined) throw new Error('no hybrid inverter with an identity');
  const chosen = profile.id;
  await start({ devices: { 'home/hybrid': { speaks: { profile: chosen } } } });
  const { host, port, unit } = endpoint('hybrid');
  const bus = openTcpBus({ host, port });
  buses.push(bus);
  const identity: DeviceIdentity | undefined = await profileDriver(chosen).probe(
    {
      device: 'probe',
      transport: bus,
      clock: virtualClock(startMs),
      log: () => undefined,
      store: memoryStore(),
      signal: new AbortController().signal,
    },
    { unit },
  );
  expect(identity?.manufacturer).toBe(profile.manufacturer);
});
