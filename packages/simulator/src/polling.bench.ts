import { findProfile } from '@microgrid/catalog';
import type { Device } from '@microgrid/devices';
import { memoryStore } from '@microgrid/devices/testing';
import { modbusDriver } from '@microgrid/driver-modbus';
import { openTcpBus, type ModbusBus } from '@microgrid/modbus';
import type { DeviceConfig, SiteConfig } from '@microgrid/plant';
import { formatInstant, parseInstant } from '@microgrid/units';
import { startSimulator } from './index.js';

/**
 * A neighbourhood of 13 devices polled every 10 simulated seconds for a day, its batteries given a
 * new set point at every tick: wall and CPU seconds of simulator, servers, clients and drivers in one
 * process.
 */
const startMs = parseInstant('2026-06-21T00:00:00Z');
const TICK_MS = 10_000;
const ticks = Number(process.env['MICROGRID_BENCH_TICKS'] ?? '8640');

const store = {
  capacityMilliwattHours: 10_000_000,
  maxChargeWatts: 5000,
  maxDischargeWatts: 5000,
};
const array = { peakWatts: 5000 };

const extras: readonly (readonly DeviceConfig[])[] = [
  [
    { kind: 'pv', id: 'pv', array },
    { kind: 'battery', id: 'battery', store },
  ],
  [{ kind: 'hybrid', id: 'hybrid', array, store, ratedWatts: 5000 }],
  [{ kind: 'pv', id: 'pv', array }],
  [{ kind: 'charger', id: 'charger' }],
  [],
  [],
  [{ kind: 'pv', id: 'pv', array: { peakWatts: 30_000 } }],
];

const sites: SiteConfig[] = extras.map((devices, index) => ({
  id: `site-${index}`,
  latitudeDegrees: 38.7,
  longitudeDegrees: -9.1,
  devices: [{ kind: 'gridMeter', id: 'meter' }, { kind: 'house', id: 'house' }, ...devices],
}));

async function open(device: string, bus: ModbusBus, profileId: string, nowMs: () => number) {
  const profile = findProfile(profileId);
  if (profile === undefined) throw new Error(`no profile ${profileId}`);
  const clock = { nowMs, monotonicMs: () => nowMs() - startMs };
  const { signal } = new AbortController();
  const log = (): void => undefined;
  const context = { device, transport: bus, clock, log, store: memoryStore(), signal };
  return modbusDriver(profile).open(context, { phases: 1 });
}

async function main(): Promise<void> {
  const simulator = await startSimulator({ sites, startMs, seed: 1 });
  const buses: ModbusBus[] = [];
  const perSite: Device[][] = [];
  for (const endpoints of Object.values(simulator.endpoints)) {
    const devices: Device[] = [];
    for (const [id, { host, port, profile }] of Object.entries(endpoints)) {
      const bus = openTcpBus({ host, port });
      buses.push(bus);
      devices.push(await open(id, bus, profile, () => simulator.nowMs));
    }
    perSite.push(devices);
  }
  const requests = (): number => buses.reduce((sum, bus) => sum + bus.statistics().requests, 0);
  const requestsBefore = requests();
  const cpu = process.cpuUsage();
  const began = performance.now();
  let readings = 0;
  let plantMs = 0;
  for (let tick = 1; tick <= ticks; tick += 1) {
    const before = performance.now();
    simulator.advanceTo(startMs + tick * TICK_MS);
    plantMs += performance.now() - before;
    await Promise.all(
      perSite.map(async (devices) => {
        for (const device of devices) {
          const { length } = await device.read();
          readings += length;
          const battery = device.description.controls.find(({ id }) => id === 'batteryPower');
          if (battery === undefined) continue;
          await device.command({
            kind: 'command',
            version: 1,
            id: `c${tick}`,
            sequence: tick,
            audience: device.description.device,
            issuedAt: formatInstant(simulator.nowMs),
            validForMs: 60_000,
            device: device.description.device,
            control: 'batteryPower',
            value: (tick % 200) * 20 - 2000,
            reason: 'bench',
          });
        }
      }),
    );
  }
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const sent = requests() - requestsBefore;
  console.log(
    JSON.stringify({
      bench: 'polling',
      ticks,
      devices: perSite.flat().length,
      readings,
      requests: sent,
      requestsPerTick: Number((sent / ticks).toFixed(2)),
      wallSeconds: Number((wallMs / 1000).toFixed(2)),
      cpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
      plantSeconds: Number((plantMs / 1000).toFixed(2)),
    }),
  );
  await Promise.all(buses.map((bus) => bus.close()));
  await simulator.close();
}

void main();
