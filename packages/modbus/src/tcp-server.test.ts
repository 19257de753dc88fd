import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import modbusSerial from 'modbus-serial';
import { isModbusError } from './modbus-error.js';
import { ModbusException } from './modbus-exception.js';
import { ServerClient } from './server-client.js';
import type { Access } from './access.js';
import type { TcpServer } from './stream-server.js';
import { startTcpServer } from './tcp-server.js';
import { MbapServerFraming } from './server-framing.js';
import { UnitResponder } from './unit-responder.js';
import { bank, type Bank } from './testing/bank.js';
import { mbap } from './scripted-peer.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);

/** A raw client that collects what the server says. */
class RawClient {
  received = Buffer.alloc(0);
  ended = false;
  #wake: () => void = () => undefined;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      this.#wake();
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve) => socket.once('connect', resolve));
    return new RawClient(socket);
  }

  /** The next `length` bytes, or fewer when the server closes. */
  async take(length: number): Promise<string> {
    while (this.received.length < length && !this.ended) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const taken = this.received.subarray(0, length).toString('hex');
    this.received = this.received.subarray(length);
    return taken;
  }
}

describe('TCP server', () => {
  let memory: Bank;
  let server: TcpServer;
  let log: Access[];
  let errors: unknown[];
  const units = new Map<number, Bank>();
  beforeEach(async () => {
    memory = bank();
    log = [];
    errors = [];
    units.clear();
    units.set(1, memory).set(7, bank());
    server = await startTcpServer({
      port: 0,
      units,
      onAccess: (access) => log.push(access),
      onError: (error) => errors.push(error),
    });
  });
  afterEach(() => server.close());

  it('serves an independent client: all function codes, several units', async () => {
    const client = new modbusSerial.default();
    await client.connectTCP('127.0.0.1', { port: server.port });
    client.setID(7);
    await client.writeRegisters(5, [5, 6, 65535]);
    await client.writeRegister(8, 99);
    await client.writeCoils(100, [true, true, false, true]);
    await client.writeCoil(104, true);
    const registers = (await client.readHoldingRegisters(5, 125)).data;
    expect(registers.slice(0, 5)).toEqual([5, 6, 65535, 99, 63]);
    expect((await client.readInputRegisters(8, 1)).data).toEqual([99]);
    expect((await client.readCoils(100, 5)).data.slice(0, 5)).toEqual([
      true,
      true,
      false,
      true,
      true,
    ]);
    const bits = (await client.readDiscreteInputs(0, 2000)).data.slice(0, 100);
    expect(bits).toEqual(memory.bits.slice(0, 100));
    await expect(client.readHoldingRegisters(1999, 2)).rejects.toMatchObject({ modbusCode: 2 });
    client.setID(9);
    await expect(client.readHoldingRegisters(0, 1)).rejects.toMatchObject({ modbusCode: 11 });
    expect(memory.registers[5]).toBe(35);
    await new Promise<void>((resolve) => {
      client.close(() => {
        resolve();
      });
    });
  });

  it('answers every request of a stream in order, however it is cut', async () => {
    const client = await RawClient.open(server.port);
    let served = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 1999 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
        async (addresses, cuts) => {
          const stream = Buffer.concat(
            addresses.map((address, id) => mbap(id, 1, [3, address >> 8, address & 255, 0, 1])),
          );
          const ends = cuts.map((cut) => Math.floor(cut * stream.length)).sort((a, b) => a - b);
          let from = 0;
          for (const end of [...ends, stream.length]) {
            client.socket.write(stream.subarray(from, end));
            from = end;
            await new Promise(setImmediate);
          }
          const expected = addresses.map((address, id) => {
            const value = memory.registers[address] ?? 0;
            return mbap(id, 1, [3, 2, value >> 8, value & 255]).toString('hex');
          });
          expect(await client.take(11 * addresses.length)).toBe(expected.join(''));
          served += addresses.length;
        },
      ),
      { numRuns: 100 * scale },
    );
    expect(served).toBeGreaterThan(200);
    expect(log.length).toBe(served);
    client.socket.destroy();
  });

  it('answers malformed requests with the exception the specification orders', async () => {
    const client = await RawClient.open(server.port);
    const malformed: [pdu: number[], code: number][] = [
      [[3, 0, 0, 0, 0], 3],
      [[3, 0, 0, 0, 126], 3],
      [[1, 0, 0, 0x07, 0xd1], 3],
      [[3, 0, 0, 0], 3],
      [[3, 0xff, 0xff, 0, 2], 2],
      [[3, 0x07, 0xcf, 0, 2], 2],
      [[5, 0, 0, 0x12, 0x34], 3],
      [[6, 0, 0], 3],
      [[15, 0, 0, 0, 9, 1, 255], 3],
      [[16, 0, 0, 0, 2, 4, 0, 1], 3],
      [[16, 0, 0, 0, 1, 3, 0, 1, 0], 3],
      [[16, 0, 0, 0, 124, 248], 3],
      [[43, 14, 1, 0], 1],
      [[0], 1],
    ];
    for (const [pdu, code] of malformed) {
      client.socket.write(mbap(5, 1, pdu));
      const expected = mbap(5, 1, [(pdu[0] ?? 0) | 0x80, code]).toString('hex');
      expect([pdu, await client.take(9)]).toEqual([pdu, expected]);
    }
    expect(log.map(({ exceptionCode }) => exceptionCode)).toEqual(
      malformed.map(([, code]) => code),
    );
    expect(memory.registers.subarray(0, 3)).toEqual(Uint16Array.of(0, 7, 14));
    client.socket.destroy();
  });

  it('answers with the exception a handler throws, and 4 for a broken handler', async () => {
    const client = await RawClient.open(server.port);
    const thrown: unknown[] = [new ModbusException(6), new Error('broken'), new ModbusException(5)];
    units.set(3, {
      ...memory,
      read(_table, address) {
        if (address < 3) throw thrown[address];
        return [1, 2, 3];
      },
    });
    for (const address of [0, 1, 2, 3]) client.socket.write(mbap(1, 3, [4, 0, address, 0, 1]));
    const expected = [6, 4, 5, 4].map((code) => mbap(1, 3, [0x84, code]).toString('hex'));
    expect(await client.take(36)).toBe(expected.join(''));
    expect(errors).toEqual([thrown[1], expect.any(Error)]);
    expect(() => new ModbusException(0)).toThrow(RangeError);
    client.socket.destroy();
  });

  it('logs who read and wrote what', async () => {
    const client = await RawClient.open(server.port);
    client.socket.write(mbap(1, 7, [16, 0, 4, 0, 2, 4, 0, 8, 0, 9]));
    client.socket.write(mbap(2, 1, [2, 0, 4, 0, 3]));
    client.socket.write(mbap(3, 8, [3, 0, 4, 0, 3]));
    await client.take(12 + 10 + 9);
    expect(log).toEqual([
      {
        unit: 7,
        functionCode: 16,
        table: 'holding',
        address: 4,
        count: 2,
        values: Uint16Array.of(8, 9),
      },
      { unit: 1, functionCode: 2, table: 'discrete', address: 4, count: 3 },
      { unit: 8, functionCode: 3, exceptionCode: 11 },
    ]);
    client.socket.destroy();
  });

  it('drops a client that sends garbage and serves the others', async () => {
    const good = await RawClient.open(server.port);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 8, maxLength: 600 }), async (garbage) => {
        garbage[2] = 0x47;
        const bad = await RawClient.open(server.port);
        bad.socket.write(garbage);
        expect(await bad.take(1)).toBe('');
        expect(bad.ended).toBe(true);
      }),
      { numRuns: 50 * scale },
    );
    good.socket.write(mbap(1, 1, [3, 0, 1, 0, 1]));
    expect(await good.take(11)).toBe('0001000000050103020007');
    expect(server.connections).toBe(1);
    good.socket.destroy();
  });

  it('stays silent for unknown units and turns further clients away, when told to', async () => {
    const strict = await startTcpServer({
      port: 0,
      units,
      unknownUnit: 'silence',
      maxConnections: 1,
    });
    const first = await RawClient.open(strict.port);
    first.socket.write(mbap(1, 99, [3, 0, 1, 0, 1]));
    first.socket.write(mbap(2, 1, [3, 0, 1, 0, 1]));
    expect(await first.take(11)).toBe('0002000000050103020007');
    const second = await RawClient.open(strict.port);
    expect(await second.take(1)).toBe('');
    await strict.close();
    expect(await first.take(1)).toBe('');
    await strict.close();
  });

  it('holds back a client that asks and does not read', async () => {
    const replies: Buffer[] = [];
    let readOn: () => void = () => undefined;
    // A client that takes nothing until it is told to, without the kernel's buffers between.
    const client = new Duplex({
      read: () => undefined,
      write: (reply: Buffer, _encoding, done) => {
        replies.push(reply);
        readOn = done;
      },
    });
    const served: Access[] = [];
    const responder = new UnitResponder({ units, onAccess: (access) => served.push(access) });
    new ServerClient(client, new MbapServerFraming(), responder);
    const parts = 500;
    for (let id = 0; id < parts; id += 1) client.push(mbap(id, 1, [3, 0, 0, 0, 125]));
    await new Promise(setImmediate);
    // 16 KiB or 64 KiB of replies of 259 bytes, depending on the Node version, and not one more.
    expect(served.length).toBe(Math.ceil(client.writableHighWaterMark / 259));
    for (let turn = 0; turn < 2 * parts && replies.length < parts; turn += 1) {
      readOn();
      await new Promise(setImmediate);
    }
    expect(replies.map((reply) => reply.readUInt16BE(0))).toEqual(served.map((_, id) => id));
    client.destroy();
  });

  it('tells when it cannot listen or is asked for the impossible', async () => {
    const code = (options: { port: number; units?: Map<number, Bank> }) =>
      startTcpServer({ units, ...options }).then(
        () => 'started',
        (error: unknown) => (isModbusError(error) ? error.code : 'other'),
      );
    expect(await code({ port: server.port })).toBe('listen-failed');
    expect(await code({ port: 70_000 })).toBe('bad-options');
    expect(await code({ port: 0, units: new Map([[256, memory]]) })).toBe('bad-options');
  });
});
