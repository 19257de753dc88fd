/**
 * Requests per poll cycle beside the number of points, counted on the wire of a real Modbus TCP
 * server: `first` is the poll that reads everything, `low` one in which points of low rate are due,
 * `high` any other. One request for each of `registerPoints` is what it would take without a plan.
 */
import { catalog } from '@microgrid/catalog';
import { isRegisterPoint, type Profile } from '@microgrid/devices';
import { memoryStore, virtualClock } from '@microgrid/devices/testing';
import { openTcpBus, startTcpServer, type ModbusBus } from '@microgrid/modbus';
import { modbusDriver } from './modbus-driver.js';
import { modbusTwin } from './modbus-twin.js';

const PROFILES = ['eastron-sdm630', 'goodwe-et', 'sunspec-hybrid', 'sunspec-pv'];
const POLLS = 200;

async function counted(bus: ModbusBus, work: () => Promise<unknown>): Promise<number> {
  const before = bus.statistics().requests;
  await work();
  return bus.statistics().requests - before;
}

async function measure(profile: Profile): Promise<object> {
  const clock = virtualClock(Date.UTC(2026, 5, 21, 12));
  const { unit, handler } = modbusTwin(profile, {}, { clock });
  const server = await startTcpServer({ port: 0, units: new Map([[unit, handler]]) });
  const bus = openTcpBus({ host: '127.0.0.1', port: server.port });
  const { signal } = new AbortController();
  const context = {
    device: 'dut',
    transport: bus,
    clock,
    log: () => undefined,
    store: memoryStore(),
    signal,
  };
  const driver = modbusDriver(profile);
  const opened = await counted(bus, () => driver.open(context, {}));
  const device = await driver.open(context, {});
  const identity = profile.identity?.match.length ?? 0;
  clock.advance(10_000);
  const high = await counted(bus, () => device.read());
  clock.advance(60_000);
  const low = await counted(bus, () => device.read());
  const readings = await device.read();
  const startCpu = process.cpuUsage();
  for (let poll = 0; poll < POLLS; poll += 1) {
    clock.advance(1000);
    await device.read();
  }
  const cpu = process.cpuUsage(startCpu);
  await device.close();
  await bus.close();
  await server.close();
  return {
    bench: 'poll-cycle',
    profile: profile.id,
    points: readings.length,
    registerPoints: profile.points.filter(isRegisterPoint).length,
    requests: { first: opened - identity, low, high },
    cpuMicrosPerPoll: Math.round((cpu.user + cpu.system) / POLLS),
  };
}

async function main(): Promise<void> {
  for (const id of PROFILES) {
    const profile = catalog.find((candidate) => candidate.id === id);
    if (profile === undefined) throw new Error(`the catalogue has no profile ${id}`);
    console.log(JSON.stringify(await measure(profile)));
  }
}

void main();
