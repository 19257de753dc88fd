import { openRtuOverTcpBus, openTcpBus } from './tcp-bus.js';
import type { Access } from './access.js';
import type { ModbusBus } from './bus.js';
import { isModbusError } from './modbus-error.js';
import { startReadOnlyProxy } from './read-only-proxy.js';
import type { TcpServer } from './stream-server.js';
import { startTcpServer } from './tcp-server.js';
import { bank, type Bank } from './testing/bank.js';

const host = '127.0.0.1';
const exceptionOf = (promise: Promise<unknown>): Promise<number | undefined> =>
  promise.then(
    () => undefined,
    (error: unknown) => (isModbusError(error) ? error.exceptionCode : undefined),
  );

describe('read-only proxy', () => {
  let memory: Bank;
  let device: TcpServer;
  let bus: ModbusBus;
  let served: Access[];
  const releases: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    memory = bank();
    served = [];
    const handler = {
      ...memory,
      identification: new Map([
        [0, 'microgrid'],
        [1, 'meter'],
        [5, 'model'],
      ]),
    };
    device = await startTcpServer({
      port: 0,
      units: new Map([[3, handler]]),
      unknownUnit: 'silence',
      onAccess: (access) => served.push(access),
    });
    bus = openTcpBus({ host, port: device.port, requestTimeoutMs: 60 });
    releases.push(
      () => bus.close(),
      () => device.close(),
    );
  });
  afterEach(async () => {
    for (const release of releases.splice(0)) await release();
  });
  const proxied = async (options: Partial<Parameters<typeof startReadOnlyProxy>[1]> = {}) => {
    const proxy = await startReadOnlyProxy(bus, { port: 0, ...options });
    const open = options.framing === 'rtu' ? openRtuOverTcpBus : openTcpBus;
    const client = open({ host, port: proxy.port, breaker: false, busyRetries: 0 });
    releases.unshift(
      () => client.close(),
      () => proxy.close(),
    );
    return client;
  };

  it.each(['tcp', 'rtu'] as const)(
    'passes reads and identification on, over %s',
    async (framing) => {
      const client = await proxied({ framing });
      for (const table of ['holding', 'input'] as const) {
        const registers = await client.read(3, { table, address: 5, count: 125 });
        expect(registers).toEqual(memory.registers.slice(5, 130));
      }
      for (const table of ['coil', 'discrete'] as const) {
        const bits = await client.read(3, { table, address: 5, count: 61 });
        expect(bits).toEqual(memory.bits.slice(5, 66));
      }
      const identity = await client.identify(3, { level: 'regular' });
      expect(identity).toMatchObject({ vendorName: 'microgrid', modelName: 'model' });
    },
  );

  it('refuses every function that may write with exception 1, and asks the device nothing', async () => {
    const log: Access[] = [];
    const client = await proxied({ onAccess: (access) => log.push(access) });
    const before = memory.registers.slice();
    const custom = (functionCode: number) =>
      client.request(3, { functionCode, data: Uint8Array.of(0, 0), reply: 'byteCount' });
    const refused = [
      client.write(3, { table: 'holding', address: 1, values: [9] }),
      client.write(3, { table: 'holding', address: 1, values: [9, 9] }),
      client.write(3, { table: 'coil', address: 1, values: [true] }),
      client.write(3, { table: 'coil', address: 1, values: [true, true] }),
      client.maskWrite(3, { address: 1, and: 0, or: 9 }),
      client.readWrite(3, { read: { address: 1, count: 1 }, write: { address: 1, values: [9] } }),
      ...[7, 8, 17, 20, 21, 24, 0x44, 100].map(custom),
    ];
    const codes = await Promise.all(refused.map(exceptionOf));
    expect(codes).toEqual(refused.map(() => 1));
    expect([served, memory.registers]).toEqual([[], before]);
    expect(log).toHaveLength(refused.length);
    expect(log[0]).toEqual({ unit: 3, functionCode: 6, exceptionCode: 1 });
  });

  it('tells a refusal of the device, a silent unit, a forbidden read and a lost bus apart', async () => {
    const client = await proxied({
      allows: (unit, { table }) => unit !== 3 || table !== 'discrete',
    });
    const read = (unit: number, table: 'holding' | 'discrete', address: number) =>
      exceptionOf(client.read(unit, { table, address, count: 1 }));
    expect(await read(3, 'holding', 2000)).toBe(2);
    expect(await read(3, 'discrete', 0)).toBe(2);
    expect(await read(9, 'holding', 0)).toBe(11);
    await bus.close();
    expect(await read(3, 'holding', 0)).toBe(10);
  });

  it('asks the device once for many clients of one value', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => proxied()));
    const block = { table: 'holding', address: 5, count: 20 } as const;
    await Promise.all(clients.map((client) => client.read(3, block)));
    expect(served.length).toBeLessThan(10);
    expect(bus.statistics().sharedReads).toBe(10 - served.length);
  });
});
