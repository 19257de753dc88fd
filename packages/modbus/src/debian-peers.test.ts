import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ModbusBus } from './bus.js';
import { isModbusError } from './modbus-error.js';
import { LibmodbusPeer, missingForLibmodbus } from './libmodbus.test-data.js';
import { missingForPymodbus, startPymodbus } from './pymodbus.test-data.js';
import { openRtuBus, startRtuServer } from './serial.js';
import { has, withLine } from './socat.test-data.js';
import { openTcpBus } from './tcp-bus.js';
import { startTcpServer } from './tcp-server.js';
import { bank } from './testing/bank.js';
import type { UnitHandler } from './unit-handler.js';

jest.setTimeout(60_000);
const host = '127.0.0.1';
const line = { baudRate: 115_200 } as const;

async function freePort(): Promise<number> {
  const probe = await startTcpServer({ port: 0, units: new Map() });
  await probe.close();
  return probe.port;
}

/** Tells in one line that a suite is skipped, and why. */
function skipped(suite: string, missing: string | undefined): boolean {
  if (missing !== undefined) console.log(`skipped: ${suite}, because ${missing} is not installed`);
  return missing !== undefined;
}

/** Writes and reads by every function through a bus and returns all that came back. */
async function script(bus: ModbusBus): Promise<unknown[]> {
  const all: unknown[] = [];
  await bus.write(1, { table: 'holding', address: 10, values: [1, 65535] });
  await bus.write(1, { table: 'holding', address: 12, values: [77] });
  await bus.write(1, { table: 'coil', address: 20, values: [true, true, false, true, false] });
  await bus.write(1, { table: 'coil', address: 25, values: [true] });
  await bus.maskWrite(1, { address: 4, and: 0x00f2, or: 0x0025 });
  const both = { read: { address: 9, count: 8 }, write: { address: 14, values: [4711] } };
  all.push([...(await bus.readWrite(1, both))]);
  for (const [table, address, count] of [
    ['holding', 0, 125],
    ['input', 1875, 125],
    ['coil', 0, 2000],
    ['discrete', 3, 61],
  ] as const) {
    all.push([...(await bus.read(1, { table, address, count }))]);
  }
  const refused = await bus.read(1, { table: 'holding', address: 1999, count: 2 }).catch(String);
  all.push(String(refused).includes('exception 2'));
  expect(bus.statistics()).toMatchObject({ timeouts: 0, crcErrors: 0, wrongLengths: 0 });
  return all;
}

/** What the script brings from our own server; input registers are written apart from holding ones. */
async function expected(): Promise<unknown[]> {
  const [written, untouched] = [bank(), bank()];
  const memory = {
    read: (table: 'coil' | 'discrete' | 'holding' | 'input', address: number, count: number) =>
      (table === 'holding' || table === 'coil' ? written : untouched).read(table, address, count),
    write: written.write.bind(written),
  };
  const server = await startTcpServer({ port: 0, units: new Map([[1, memory]]) });
  const bus = openTcpBus({ host, port: server.port });
  const all = await script(bus);
  await bus.close();
  await server.close();
  return all;
}

/** The first answer of a server that may not listen yet. */
async function answered(bus: ModbusBus): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const probe = bus.read(1, { table: 'input', address: 0, count: 1 }, { timeoutMs: 300 });
    const outcome = await probe.catch((error: unknown) => error);
    if (!isModbusError(outcome)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server never answered');
}

/** What the libmodbus client prints for the tables of our server after its own writes. */
function libmodbusExpects(): number[] {
  const { registers, bits } = bank();
  registers.set([1, 65535], 10);
  registers[12] = 77;
  [1, 1, 0, 1, 0].forEach((bit, at) => (bits[20 + at] = bit === 1));
  bits[25] = true;
  registers[4] = ((registers[4] ?? 0) & 0xf2) | (0x25 & ~0xf2);
  registers[14] = 1;
  return [
    ...registers.subarray(9, 17),
    ...registers.subarray(0, 125),
    ...registers.subarray(1875, 2000),
    ...bits.map(Number),
    ...bits.slice(3, 64).map(Number),
  ];
}

describe('our own client and server', () => {
  it('understand each other on a serial line', async () => {
    if (skipped('serial line', has('socat') ? undefined : 'socat')) return;
    const right = await expected();
    await withLine(async (far, near) => {
      const [written, untouched] = [bank(), bank()];
      const memory: UnitHandler = {
        read: (table, address, count) =>
          (table === 'holding' || table === 'coil' ? written : untouched).read(
            table,
            address,
            count,
          ),
        write: written.write.bind(written),
      };
      const server = await startRtuServer({ path: far, ...line, units: new Map([[1, memory]]) });
      const serial = openRtuBus({ path: near, ...line });
      expect(await script(serial)).toEqual(right);
      await serial.close();
      await server.close();
    });
  });
});

describe('libmodbus', () => {
  const missing = missingForLibmodbus() ?? (has('socat') ? undefined : 'socat');
  let peer: LibmodbusPeer | undefined;
  beforeAll(() => {
    if (missing === undefined) peer = new LibmodbusPeer();
  });
  afterAll(() => peer?.close());

  it('as a server over TCP and on a serial line gives what our server gives', async () => {
    if (skipped('libmodbus server', missing) || !peer) return;
    const right = await expected();
    const port = await freePort();
    await peer.serve('tcp', String(port));
    const bus = openTcpBus({ host, port });
    expect(await script(bus)).toEqual(right);
    await bus.close();
    const own = peer;
    await withLine(async (far, near) => {
      await own.serve('rtu', far);
      const serial = openRtuBus({ path: near, ...line });
      expect(await script(serial)).toEqual(right);
      await serial.close();
    });
  });

  it('as a client over TCP and on a serial line reads what our server holds', async () => {
    if (skipped('libmodbus client', missing) || !peer) return;
    const server = await startTcpServer({ port: 0, units: new Map([[1, bank()]]) });
    const refused = `-1 2`;
    expect(await peer.ask('tcp', String(server.port))).toEqual({
      values: libmodbusExpects(),
      last: refused,
    });
    await server.close();
    const own = peer;
    await withLine(async (far, near) => {
      const serial = await startRtuServer({ path: near, ...line, units: new Map([[1, bank()]]) });
      expect(await own.ask('rtu', far)).toEqual({ values: libmodbusExpects(), last: refused });
      await serial.close();
    });
  });
});

describe('pymodbus', () => {
  it('as a server over TCP and on a serial line gives what our server gives', async () => {
    const missing = missingForPymodbus() ?? (has('socat') ? undefined : 'socat');
    if (skipped('pymodbus server', missing)) return;
    const right = await expected();
    const check = async (bus: ModbusBus): Promise<void> => {
      await answered(bus);
      const { timeouts } = bus.statistics();
      expect(timeouts).toBeLessThan(200);
      const identity = await bus.identify(1, { level: 'regular' });
      expect(identity).toMatchObject({
        vendorName: 'pymodbus',
        productCode: 'PM',
        revision: '3.0',
        modelName: 'server',
      });
      await bus.close();
    };
    const port = await freePort();
    const stopTcp = startPymodbus('tcp', String(port));
    const options = { breaker: false, reconnectMinimumMs: 50, reconnectMaximumMs: 100 } as const;
    await check(openTcpBus({ host, port, ...options }));
    const tcp = openTcpBus({ host, port });
    expect(await script(tcp)).toEqual(right);
    await tcp.close();
    await stopTcp();
    await withLine(async (far, near) => {
      const stop = startPymodbus('rtu', far);
      await check(openRtuBus({ path: near, ...line, ...options }));
      const serial = openRtuBus({ path: near, ...line, requestTimeoutMs: 3000 });
      expect(await script(serial)).toEqual(right);
      await serial.close();
      await stop();
    });
  });
});

describe('mbpoll', () => {
  it('reads and writes our server on a serial line, which is silent for other units', async () => {
    const missing = ['mbpoll', 'socat'].find((program) => !has(program));
    if (skipped('mbpoll on a serial line', missing)) return;
    const memory = bank();
    await withLine(async (far, near) => {
      const server = await startRtuServer({ path: near, ...line, units: new Map([[3, memory]]) });
      const mbpoll = async (unit: number, ...args: string[]) => {
        const target = ['-m', 'rtu', '-b', '115200', '-P', 'none', '-a', String(unit)];
        const { stdout } = await promisify(execFile)('mbpoll', [
          ...[...target, '-0', '-1', '-q', '-o', '0.5'],
          ...args,
        ]);
        return [...stdout.matchAll(/^\[(\d+)\]:\s+(\d+)/gm)].map(([, at, value]) => [
          Number(at),
          Number(value),
        ]);
      };
      await mbpoll(3, '-t', '4', '-r', '50', far, '--', '4711');
      expect(memory.registers[50]).toBe(4711);
      expect(await mbpoll(3, '-t', '4', '-r', '49', '-c', '2', far)).toEqual([
        [49, 343],
        [50, 4711],
      ]);
      await expect(mbpoll(4, '-t', '4', '-r', '49', '-c', '2', far)).rejects.toThrow();
      await server.close();
    });
  });
});
