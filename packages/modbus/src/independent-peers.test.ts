import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ServerSerial, ServerTCP, type IServiceVector } from 'modbus-serial';
import type { ModbusBus } from './bus.js';
import { openRtuBus } from './serial.js';
import { has, withSocat } from './socat.test-data.js';
import { openRtuOverTcpBus, openTcpBus } from './tcp-bus.js';
import { startTcpServer } from './tcp-server.js';
import { bank, type Bank } from './testing/bank.js';

jest.setTimeout(30_000);

/** modbus-serial takes no port 0, so a free one is found first. */
async function freePort(): Promise<number> {
  const probe = await startTcpServer({ port: 0, units: new Map() });
  await probe.close();
  return probe.port;
}

/** The same memory behind a server of modbus-serial, a program that shares no code with ours. */
function vector(memory: Bank): IServiceVector {
  const outside = (address: number) =>
    address >= 2000 ? Object.assign(new Error('no such address'), { modbusErrorCode: 2 }) : null;
  return {
    getHoldingRegister: (address, _unit, done) => {
      done(outside(address), memory.registers[address] ?? 0);
    },
    getInputRegister: (address, _unit, done) => {
      done(outside(address), memory.registers[address] ?? 0);
    },
    getCoil: (address, _unit, done) => {
      done(outside(address), memory.bits[address] ?? false);
    },
    getDiscreteInput: (address, _unit, done) => {
      done(outside(address), memory.bits[address] ?? false);
    },
    setRegister: (address, value, _unit, done) => {
      memory.registers[address] = value;
      done(outside(address));
    },
    setCoil: (address, value, _unit, done) => {
      memory.bits[address] = value;
      done(outside(address));
    },
  };
}

/** Every function code through a bus whose other end holds `memory`. */
async function exercise(bus: ModbusBus, memory: Bank): Promise<void> {
  const values = [1, 65535, 0, 4660];
  await bus.write(1, { table: 'holding', address: 10, values });
  await bus.write(1, { table: 'holding', address: 14, values: [77] });
  await bus.write(1, { table: 'coil', address: 20, values: [true, true, false, true, false] });
  await bus.write(1, { table: 'coil', address: 25, values: [true] });
  expect([...memory.registers.subarray(9, 16)]).toEqual([63, ...values, 77, 105]);
  expect(memory.bits.slice(19, 27)).toEqual([false, true, true, false, true, false, true, false]);
  const block = { address: 0, count: 125 };
  for (const table of ['holding', 'input'] as const) {
    expect(await bus.read(1, { table, ...block })).toEqual(memory.registers.slice(0, 125));
  }
  for (const table of ['coil', 'discrete'] as const) {
    expect(await bus.read(1, { table, ...block })).toEqual(memory.bits.slice(0, 125));
  }
  await expect(bus.read(1, { table: 'holding', address: 3000, count: 1 })).rejects.toMatchObject({
    code: 'exception',
    exceptionCode: 2,
  });
}

/** Runs modbus-serial's RTU server on a line. */
async function serveSerial(path: string, memory: Bank, use: () => Promise<void>): Promise<void> {
  const server = new ServerSerial(vector(memory), { path, baudRate: 115_200, unitID: 1 });
  try {
    await new Promise<void>((resolve) => {
      server.on('initialized', () => {
        resolve();
      });
    });
    await use();
  } finally {
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
}

describe('independent peers', () => {
  it('modbus-serial as a TCP server is read and written', async () => {
    const memory = bank();
    const port = await freePort();
    const server = new ServerTCP(vector(memory), { host: '127.0.0.1', port, unitID: 1 });
    await new Promise((resolve) =>
      server.on('initialized', () => {
        resolve(undefined);
      }),
    );
    const bus = openTcpBus({ host: '127.0.0.1', port });
    await exercise(bus, memory);
    await bus.close();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  it('modbus-serial on a serial line is read and written by RTU, over a pty and through a socket', async () => {
    if (!has('socat')) {
      console.log('skipped: RTU over a pty, because socat is not installed');
      return;
    }
    const memory = bank();
    await withSocat('pty,raw,echo=0', async (line, near) => {
      const bus = openRtuBus({ path: near, baudRate: 115_200, requestTimeoutMs: 3000 });
      await serveSerial(line, memory, () => exercise(bus, memory));
      // A unit that does not answer costs its timeout and its silence, and nothing else.
      await serveSerial(line, memory, async () => {
        await expect(
          bus.read(2, { table: 'holding', address: 0, count: 1 }, { timeoutMs: 50 }),
        ).rejects.toMatchObject({ code: 'timeout' });
        const [value] = await bus.read(1, { table: 'holding', address: 14, count: 1 });
        expect(value).toBe(77);
      });
      expect(bus.statistics()).toMatchObject({ crcErrors: 0, timeouts: 1, connects: 1 });
      await bus.close();
    });
    const port = await freePort();
    await withSocat(`tcp-listen:${port},bind=127.0.0.1,nodelay`, async (line) => {
      await serveSerial(line, memory, async () => {
        const bus = openRtuOverTcpBus({ host: '127.0.0.1', port });
        await exercise(bus, memory);
        expect(bus.statistics()).toMatchObject({ crcErrors: 0, timeouts: 0 });
        await bus.close();
      });
    });
  });

  it('mbpoll reads and writes our server', async () => {
    if (!has('mbpoll')) {
      console.log('skipped: mbpoll, because it is not installed');
      return;
    }
    const memory = bank();
    const server = await startTcpServer({ port: 0, units: new Map([[3, memory]]) });
    const mbpoll = async (...args: string[]) => {
      const target = ['-m', 'tcp', '-p', String(server.port), '-a', '3', '-0', '-1', '-q'];
      const { stdout } = await promisify(execFile)('mbpoll', [...target, ...args]);
      return [...stdout.matchAll(/^\[(\d+)\]:\s+(\d+)/gm)].map(([, at, value]) => [
        Number(at),
        Number(value),
      ]);
    };
    await mbpoll('-t', '4', '-r', '50', '127.0.0.1', '--', '4711');
    await mbpoll('-t', '0', '-r', '1', '127.0.0.1', '--', '1', '1');
    expect(memory.registers[50]).toBe(4711);
    expect(await mbpoll('-t', '4', '-r', '49', '-c', '3', '127.0.0.1')).toEqual([
      [49, 343],
      [50, 4711],
      [51, 357],
    ]);
    expect(await mbpoll('-t', '0', '-r', '0', '-c', '4', '127.0.0.1')).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    await server.close();
  });
});
