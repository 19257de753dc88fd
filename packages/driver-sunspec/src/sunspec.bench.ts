import type { DriverTwin } from '@microgrid/devices';
import { memoryStore } from '@microgrid/devices/testing';
import { openTcpBus, startTcpServer } from '@microgrid/modbus';
import { driver, isDriverSunspecError } from './index.js';

/**
 * Requests and time that SunSpec devices take: to find and read all their models, and for one poll,
 * with driver, server and simulated device in one process.
 */
const POLLS = Number(process.env['MICROGRID_BENCH_POLLS'] ?? '500');

const CASES: Readonly<Record<string, readonly number[]>> = {
  inverter: [1, 103, 120, 121, 122, 123],
  hybrid: [1, 103, 120, 121, 122, 123, 160, 124],
  der: [1, 701, 702, 704, 713, 714],
  meter: [1, 203],
};

/** Shows a value of a point, where these models have one. */
function show(twin: DriverTwin, point: string): void {
  for (const value of [1, -1]) {
    try {
      twin.set({ [point]: value });
      return;
    } catch (error) {
      if (!isDriverSunspecError(error)) throw error;
    }
  }
}

async function measure(models: readonly number[]): Promise<Record<string, number>> {
  let nowMs = 0;
  const clock = { nowMs: () => Date.UTC(2026, 5, 21) + nowMs, monotonicMs: () => nowMs };
  const config = { unit: 1, twin: { models: [...models] }, lowRateMs: 86_400_000 };
  const twin = driver.twin(config, { clock });
  if (twin.kind !== 'modbus') throw new Error('the twin is not on modbus');
  for (const point of driver.manifest.capabilities.points) show(twin, point);
  const server = await startTcpServer({ port: 0, units: new Map([[1, twin.handler]]) });
  const bus = openTcpBus({ host: '127.0.0.1', port: server.port });
  const { signal } = new AbortController();
  const context = { transport: bus, clock, log: () => undefined, store: memoryStore(), signal };
  const device = await driver.open({ ...context, device: 'bench' }, config);
  const discoveryRequests = bus.statistics().requests;
  const { length: points } = await device.read();
  const before = bus.statistics().requests;
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  for (let poll = 0; poll < POLLS; poll += 1) {
    nowMs += 1000;
    await device.read();
  }
  const used = process.cpuUsage(cpu);
  const wallMs = performance.now() - startMs;
  const requests = bus.statistics().requests - before;
  await device.close();
  await bus.close();
  await server.close();
  return {
    points,
    discoveryRequests,
    requestsPerPoll: requests / POLLS,
    microsecondsPerPoll: Math.round((wallMs * 1000) / POLLS),
    cpuMicrosecondsPerPoll: Math.round((used.user + used.system) / POLLS),
  };
}

async function main(): Promise<void> {
  const result: Record<string, unknown> = { name: 'sunspec', polls: POLLS };
  for (const [name, models] of Object.entries(CASES)) result[name] = await measure(models);
  console.log(JSON.stringify(result));
}

void main();
