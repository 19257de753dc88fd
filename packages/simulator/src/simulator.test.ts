import { findProfile } from '@microgrid/catalog';
import type { Clock, Device, DriverContext } from '@microgrid/devices';
import { memoryStore } from '@microgrid/devices/testing';
import { modbusDriver } from '@microgrid/driver-modbus';
import type { CommandV1, ReadingV1 } from '@microgrid/events';
import { openTcpBus, type ModbusBus } from '@microgrid/modbus';
import type { SiteConfig } from '@microgrid/plant';
import { formatInstant, parseInstant } from '@microgrid/units';
import ModbusRTU from 'modbus-serial';
import { startSimulator, type Simulator } from './index.js';

const startMs = parseInstant('2026-06-21T10:00:00Z');

const home: SiteConfig = {
  id: 'home-01',
  latitudeDegrees: 38.7,
  longitudeDegrees: -9.1,
  localOffsetMinutes: 60,
  phases: 3,
  clouds: 'clear',
  devices: [
    { kind: 'gridMeter', id: 'meter' },
    { kind: 'house', id: 'house' },
    { kind: 'pv', id: 'pv', array: { peakWatts: 5000 }, phases: 3 },
    {
      kind: 'battery',
      id: 'battery',
      phases: 3,
      store: { capacityMilliwattHours: 10_000_000, maxChargeWatts: 5000, maxDischargeWatts: 5000 },
    },
    {
      kind: 'hybrid',
      id: 'hybrid',
      phases: 3,
      array: { peakWatts: 6000 },
      store: { capacityMilliwattHours: 8_000_000, maxChargeWatts: 3000, maxDischargeWatts: 3000 },
      ratedWatts: 6000,
    },
    {
      kind: 'charger',
      id: 'charger',
      phases: 3,
      habits: { presence: 1, arrivalMinute: 540, departureMinute: 1200, spreadMinutes: 0 },
    },
    { kind: 'switchedLoad', id: 'boiler', watts: 1500, windows: [[0, 1440]] },
  ],
};

/** A simulated site with a driver on each device, all on simulated time. */
class Bench {
  readonly devices: Record<string, Device> = {};
  private readonly buses: ModbusBus[] = [];
  private sequence = 0;

  constructor(readonly simulator: Simulator) {}

  static async start(): Promise<Bench> {
    const bench = new Bench(await startSimulator({ sites: [home], startMs, seed: 7 }));
    for (const [id, endpoint] of Object.entries(bench.simulator.endpoints['home-01'] ?? {})) {
      const profile = findProfile(endpoint.profile);
      if (profile === undefined) throw new Error(endpoint.profile);
      const bus = openTcpBus({ host: endpoint.host, port: endpoint.port });
      bench.buses.push(bus);
      bench.devices[id] = await modbusDriver(profile).open(bench.context(id, bus));
    }
    return bench;
  }

  context(device: string, transport: ModbusBus): DriverContext<ModbusBus> {
    const clock: Clock = {
      nowMs: () => this.simulator.nowMs,
      monotonicMs: () => this.simulator.nowMs - startMs,
    };
    const { signal } = new AbortController();
    return { device, transport, clock, log: () => undefined, store: memoryStore(), signal };
  }

  device(id: string): Device {
    const device = this.devices[id];
    if (device === undefined) throw new Error(`no device ${id}`);
    return device;
  }

  pass(seconds: number): void {
    this.simulator.advanceTo(this.simulator.nowMs + seconds * 1000);
  }

  async read(id: string): Promise<Record<string, ReadingV1>> {
    const readings = await this.device(id).read();
    return Object.fromEntries(readings.map((reading) => [reading.point, reading]));
  }

  plant(id: string): Readonly<Record<string, number>> {
    return this.simulator.snapshot('home-01').devices[id] ?? {};
  }

  command(
    device: string,
    control: string,
    value: number | boolean,
    validForMs = 3_600_000,
  ): CommandV1 {
    this.sequence += 1;
    return {
      kind: 'command',
      version: 1,
      id: `c${this.sequence}`,
      sequence: this.sequence,
      audience: device,
      issuedAt: formatInstant(this.simulator.nowMs),
      validForMs,
      device,
      control,
      value,
      reason: 'test',
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.buses.map((bus) => bus.close()));
    await this.simulator.close();
  }
}

describe('simulator', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.start();
  });
  afterEach(() => bench.close());

  it('serves every device but the house, each recognised by its own profile', () => {
    const roles = Object.entries(bench.devices).map(([id, { description }]) => [
      id,
      description.role,
    ]);
    expect(Object.fromEntries(roles)).toEqual({
      meter: 'gridMeter',
      pv: 'pvInverter',
      battery: 'batteryInverter',
      hybrid: 'hybridInverter',
      charger: 'charger',
      boiler: 'load',
    });
    const { description } = bench.device('hybrid');
    expect(description).toMatchObject({
      manufacturer: 'microgrid',
      model: 'simulated hybrid',
      serial: 'home-01/hybrid',
      limits: { maxExportWatts: 6000, maxChargeWatts: 3000, capacityMilliwattHours: 8_000_000 },
    });
    expect(description.controls.map(({ id, terminal }) => [id, terminal])).toEqual([
      ['batteryPower', 'dc'],
      ['exportLimit', 'ac'],
    ]);
  });

  it('every published value equals the plant within what its registers can hold', async () => {
    const steps: Record<string, number> = { power: 1, voltage: 0.05, current: 0.006 };
    bench.pass(3 * 3600);
    let compared = 0;
    for (const [id, device] of Object.entries(bench.devices)) {
      const plant = bench.plant(id);
      for (const { point, value, quality } of await device.read()) {
        const actual = plant[point];
        if (actual === undefined || point === 'sessionEnergy') continue;
        const name = Object.keys(steps).find((start) => point.startsWith(start));
        const keba = id === 'charger' && point.startsWith('voltage') ? 0.5 : undefined;
        const fine = point.endsWith('Energy') ? 1000 : 1;
        const off = Math.abs((value ?? NaN) - actual);
        expect([id, point, quality, off <= (keba ?? steps[name ?? ''] ?? fine)]).toEqual([
          id,
          point,
          'good',
          true,
        ]);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('a battery set point acts on the plant, is refreshed, and reverts when nobody refreshes it', async () => {
    const outcome = await bench
      .device('battery')
      .command(bench.command('battery', 'batteryPower', 2000));
    expect(outcome).toMatchObject({ status: 'applied', readback: 2000 });
    for (let tick = 0; tick < 30; tick += 1) {
      bench.pass(10);
      await bench.device('battery').read();
    }
    expect(bench.plant('battery')['power']).toBeCloseTo(2000, 0);
    // No read, no refresh: within 60 s the inverter takes over again.
    bench.pass(120);
    expect(bench.plant('battery')['power']).toBeLessThan(100);
    const { power } = await bench.read('battery');
    expect(Math.abs(power?.value ?? NaN)).toBeLessThan(100);
  });

  it('a hybrid obeys at its DC terminal, and its output limit at AC', async () => {
    const hybrid = bench.device('hybrid');
    expect(await hybrid.command(bench.command('hybrid', 'batteryPower', -1500))).toMatchObject({
      status: 'applied',
    });
    bench.pass(20);
    const { batteryPower, pvPower } = await bench.read('hybrid');
    expect(batteryPower?.value).toBe(-1500);
    expect(pvPower?.value).toBeLessThan(-1000);
    expect(await hybrid.command(bench.command('hybrid', 'exportLimit', 1200))).toMatchObject({
      status: 'applied',
    });
    bench.pass(20);
    expect((await bench.read('hybrid'))['power']?.value).toBeGreaterThanOrEqual(-1201);
    await hybrid.release();
    bench.pass(20);
    expect((await bench.read('hybrid'))['power']?.value).toBeLessThan(-2000);
  });

  it('a charger follows its current, pauses at 0, and falls back to 6 A without a controller', async () => {
    const charger = bench.device('charger');
    expect(await charger.command(bench.command('charger', 'chargeCurrent', 10))).toMatchObject({
      status: 'applied',
      readback: 10,
    });
    bench.pass(10);
    expect((await bench.read('charger'))['currentL1']?.value).toBeCloseTo(10, 1);
    expect(await charger.command(bench.command('charger', 'chargeCurrent', 0))).toMatchObject({
      status: 'applied',
      readback: 0,
    });
    bench.pass(10);
    expect((await bench.read('charger'))['power']?.value).toBe(0);
    await charger.command(bench.command('charger', 'chargeCurrent', 16));
    bench.pass(59);
    expect(bench.plant('charger')['currentL1']).toBeCloseTo(16, 5);
    bench.pass(2);
    expect(bench.plant('charger')['currentL1']).toBeCloseTo(6, 5);
  });

  it('a switched load is shed and comes back when the command lapses', async () => {
    const outcome = await bench
      .device('boiler')
      .command(bench.command('boiler', 'switch', false, 60_000));
    expect(outcome).toMatchObject({ status: 'applied', readback: false });
    bench.pass(30);
    expect((await bench.read('boiler'))['switchState']?.value).toBe(0);
    expect(bench.plant('boiler')['power']).toBe(0);
    bench.pass(31);
    await bench.device('boiler').read();
    bench.pass(1);
    expect(bench.plant('boiler')['power']).toBe(1500);
  });

  it('counters only grow, and the driver sees them grow', async () => {
    let last = { imported: 0, exported: 0 };
    for (let hour = 0; hour < 12; hour += 1) {
      bench.pass(3600);
      const { importEnergy, exportEnergy } = await bench.read('meter');
      const now = { imported: importEnergy?.value ?? NaN, exported: exportEnergy?.value ?? NaN };
      expect(now.imported).toBeGreaterThanOrEqual(last.imported);
      expect(now.exported).toBeGreaterThanOrEqual(last.exported);
      last = now;
    }
    expect(last.imported + last.exported).toBeGreaterThan(1_000_000);
  });

  it('an independent client reads the same meter values, SunSpec headers, and exceptions', async () => {
    bench.pass(3600);
    const meter = bench.simulator.endpoints['home-01']?.['meter'];
    const hybrid = bench.simulator.endpoints['home-01']?.['hybrid'];
    const charger = bench.simulator.endpoints['home-01']?.['charger'];
    if (meter === undefined || hybrid === undefined || charger === undefined) throw new Error();
    const peer = new ModbusRTU.default();
    peer.setTimeout(2000);
    await peer.connectTCP(meter.host, { port: meter.port });
    peer.setID(meter.unit);
    const { buffer } = await peer.readInputRegisters(52, 2);
    expect(buffer.readFloatBE(0)).toBe(Math.fround(bench.plant('meter')['power'] ?? NaN));
    await expect(peer.writeRegister(0, 1)).rejects.toMatchObject({ modbusCode: 2 });
    peer.close(() => undefined);

    const sunspec = new ModbusRTU.default();
    sunspec.setTimeout(2000);
    await sunspec.connectTCP(hybrid.host, { port: hybrid.port });
    sunspec.setID(hybrid.unit);
    const models: number[] = [];
    for (let address = 40_002; ;) {
      const [id = 0xffff, length = 0] = (await sunspec.readHoldingRegisters(address, 2)).data;
      if (id === 0xffff) break;
      models.push(id);
      address += length + 2;
    }
    expect(models).toEqual([1, 103, 120, 121, 122, 123, 160, 124]);
    const inverter = (await sunspec.readHoldingRegisters(40_071, 40)).data;
    const [total = 0, l1 = 0, l2 = 0, l3 = 0] = inverter;
    expect(total).toBeGreaterThan(0);
    expect(Math.abs(total - l1 - l2 - l3)).toBeLessThanOrEqual(2);
    // What the plant does not know is not implemented, never 0.
    expect(inverter.slice(5, 8)).toEqual([0xffff, 0xffff, 0xffff]);
    expect(inverter[20]).toBe(0x8000);
    const [dertyp] = (await sunspec.readHoldingRegisters(40_123, 1)).data;
    expect(dertyp).toBe(82);
    // Hold: no discharging, as other controllers write it.
    await sunspec.writeRegister(40_355, 0);
    await sunspec.writeRegister(40_348, 2);
    sunspec.close(() => undefined);
    bench.pass(10);
    expect(bench.plant('hybrid')['batteryPower']).toBeGreaterThanOrEqual(0);

    const keba = new ModbusRTU.default();
    keba.setTimeout(2000);
    await keba.connectTCP(charger.host, { port: charger.port });
    keba.setID(255);
    await expect(keba.readHoldingRegisters(1008, 4)).rejects.toMatchObject({ modbusCode: 2 });
    await expect(keba.writeRegister(5004, 3000)).rejects.toMatchObject({ modbusCode: 3 });
    keba.close(() => undefined);
  });
});

it('the same seed and the same steps give the same registers; another seed does not', async () => {
  const run = async (seed: number): Promise<string> => {
    const simulator = await startSimulator({ sites: [home], startMs, seed });
    for (let minute = 1; minute <= 120; minute += 1) simulator.advanceTo(startMs + minute * 60_000);
    const text = JSON.stringify(simulator.snapshot('home-01'));
    await simulator.close();
    return text;
  };
  const first = await run(3);
  expect(await run(3)).toBe(first);
  expect(await run(4)).not.toBe(first);
});

it('runs by itself at a speed, and refuses to go back in time', async () => {
  const simulator = await startSimulator({ sites: [home], startMs, seed: 1 });
  const stop = simulator.run(3600, 5);
  await new Promise((resolve) => setTimeout(resolve, 100));
  stop();
  const { nowMs } = simulator;
  expect(nowMs).toBeGreaterThan(startMs + 60_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(simulator.nowMs).toBe(nowMs);
  expect(() => {
    simulator.advanceTo(startMs);
  }).toThrow(/not before/);
  expect(() => simulator.snapshot('elsewhere')).toThrow(/got elsewhere, expected one of home-01/);
  await simulator.close();
  expect(() => {
    simulator.advanceTo(nowMs);
  }).toThrow(/closed/);
});
