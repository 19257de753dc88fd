import fc from 'fast-check';
import { filter, firstValueFrom } from 'rxjs';
import { BusEngine } from './bus-engine.js';
import type { BusOptions } from './bus-options.js';
import { crc16 } from './crc16.js';
import { MbapFraming } from './mbap-framing.js';
import { isModbusError, type ModbusError } from './modbus-error.js';
import { RtuFraming } from './rtu-framing.js';
import { zeroCounters } from './statistics.js';
import { mbap, registersPdu } from './scripted-peer.test-data.js';
import { MemoryDialer } from './memory-dialer.test-data.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);
const one = (address: number) => ({ table: 'holding', address, count: 1 }) as const;
const failure = (promise: Promise<unknown>): Promise<ModbusError> =>
  promise.then(
    (value) => Promise.reject(new Error(`resolved with ${String(value)}`)),
    (error: unknown) => (isModbusError(error) ? error : Promise.reject(error as Error)),
  );

/** An RTU frame with its CRC. */
function rtu(unit: number, pdu: readonly number[]): Buffer {
  const frame = Buffer.from([unit, ...pdu, 0, 0]);
  frame.writeUInt16LE(crc16(frame, 0, frame.length - 2), frame.length - 2);
  return frame;
}

function rtuBus(options: BusOptions = {}) {
  const line = new MemoryDialer();
  const counters = zeroCounters();
  const bus = new BusEngine(line, new RtuFraming(counters), counters, {
    resetAfterTimeouts: 0,
    ...options,
  });
  return { line, bus };
}

describe('RTU framing', () => {
  it('computes the CRC of the serial line specification', () => {
    // The check value of CRC-16/MODBUS, and a well-known request for one holding register.
    expect(crc16(Buffer.from('123456789'), 0, 9)).toBe(0x4b37);
    expect(rtu(1, [3, 0, 0, 0, 1]).toString('hex')).toBe('010300000001840a');
  });

  it('writes requests as the specification lays them out', async () => {
    const { line, bus } = rtuBus();
    line.onWrite = (bytes) => {
      line.say(rtu(17, [...bytes.subarray(1, 6)]));
    };
    await bus.write(17, { table: 'coil', address: 172, values: [true] });
    await bus.write(17, { table: 'holding', address: 1, values: [3] });
    await bus.write(17, { table: 'holding', address: 1, values: [10, 258] });
    await bus.write(17, {
      table: 'coil',
      address: 19,
      values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((bit) => [0, 2, 3, 6, 7, 8].includes(bit)),
    });
    // The PDUs are the examples of the application protocol specification, sections 6.5 to 6.12.
    expect(line.written.map((bytes) => bytes.subarray(1, -2).toString('hex'))).toEqual([
      '0500acff00',
      '0600010003',
      '100001000204000a0102',
      '0f0013000a02cd01',
    ]);
    await bus.close();
  });

  it('finds the reply in noise, foreign frames and any cut of the stream', async () => {
    const { line, bus } = rtuBus({ requestTimeoutMs: 5000 });
    const junk = fc.oneof(
      { weight: 3, arbitrary: fc.constant<number[]>([]) },
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 }),
      // A stray byte before the reply that claims a frame longer than all that follows.
      fc.constant([1, 3, 250]),
      fc.constant([...rtu(2, registersPdu(3, [666]))]),
      fc.constant([...rtu(1, registersPdu(4, [666]))]),
      fc.constant([...rtu(1, registersPdu(3, [666, 666]))]),
    );
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        junk,
        junk,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        fc.integer({ min: 0, max: 65535 }),
        async (before, after, cuts, value) => {
          const stream = Buffer.concat([
            Buffer.from(before),
            rtu(1, registersPdu(3, [value])),
            Buffer.from(after),
          ]);
          const ends = cuts.map((cut) => Math.floor(cut * stream.length)).sort((a, b) => a - b);
          const read = bus.read(1, one(5));
          await Promise.resolve();
          let from = 0;
          for (const end of [...ends, stream.length]) {
            line.say(stream.subarray(from, end));
            from = end;
          }
          expect([...(await read)]).toEqual([value]);
          found += 1;
        },
      ),
      { numRuns: 500 * scale },
    );
    expect(found).toBeGreaterThanOrEqual(500);
    expect(bus.statistics().foreignUnits).toBeGreaterThan(0);
    expect(bus.statistics().foreignFunctions).toBeGreaterThan(0);
    expect(bus.statistics().wrongLengths).toBeGreaterThan(0);
    expect(bus.statistics().discardedBytes).toBeGreaterThan(0);
    await bus.close();
  });

  it('never accepts a frame with any one bit flipped', async () => {
    const right = rtu(1, registersPdu(3, [0x1234]));
    for (let bit = 0; bit < right.length * 8; bit += 1) {
      const { line, bus } = rtuBus({ requestTimeoutMs: 1000 });
      const read = bus.read(1, one(5));
      let settled = false;
      void read.finally(() => (settled = true)).catch(() => undefined);
      await new Promise(setImmediate);
      const flipped = Buffer.from(right);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      line.say(flipped);
      await new Promise(setImmediate);
      expect([bit, settled]).toEqual([bit, false]);
      await bus.close();
      expect((await failure(read)).code).toBe('closed');
    }
  });

  it('counts a CRC error and times out when nothing better comes', async () => {
    const { line, bus } = rtuBus({ requestTimeoutMs: 20, drainMs: 10 });
    line.onWrite = () => {
      const broken = rtu(1, registersPdu(3, [7]));
      broken[4] = (broken[4] ?? 0) ^ 0x10;
      line.say(broken);
    };
    expect((await failure(bus.read(1, one(0)))).code).toBe('timeout');
    expect(bus.statistics()).toMatchObject({ crcErrors: 1, timeouts: 1, replies: 0 });
    await bus.close();
  });

  it('passes a device exception on', async () => {
    const { line, bus } = rtuBus();
    line.onWrite = () => {
      line.say(rtu(1, [0x83, 2]));
    };
    expect(await failure(bus.read(1, one(0)))).toMatchObject({ exceptionCode: 2 });
    await bus.close();
  });

  it('refuses units that cannot answer on a serial line', async () => {
    const { bus } = rtuBus();
    expect((await failure(bus.read(0, one(0)))).code).toBe('bad-request');
    expect((await failure(bus.read(248, one(0)))).code).toBe('bad-request');
    await bus.close();
  });
});

describe('silence after an unanswered RTU request', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('is kept before the next request, so that a late reply is not taken for its answer', async () => {
    const { line, bus } = rtuBus({ drainMs: 60 });
    const late = failure(bus.read(1, one(1), { timeoutMs: 20 }));
    const next = bus.read(1, one(2));
    await pass(25);
    expect((await late).code).toBe('timeout');
    line.onWrite = () => {
      line.say(rtu(1, registersPdu(3, [4242])));
    };
    await pass(30);
    // Noise restarts the window.
    line.say(Buffer.from([0xff]));
    await pass(55);
    expect(line.written).toHaveLength(1);
    await pass(10);
    expect(line.written).toHaveLength(2);
    expect([...(await next)]).toEqual([4242]);
    await bus.close();
  });

  it('ends with the late reply itself', async () => {
    const { line, bus } = rtuBus({ drainMs: 5000 });
    const late = failure(bus.read(1, one(1), { timeoutMs: 20 }));
    const next = bus.read(1, one(2));
    await pass(25);
    await late;
    line.onWrite = () => {
      line.say(rtu(1, registersPdu(3, [4242])));
    };
    const reply = rtu(1, registersPdu(3, [1111]));
    line.say(reply.subarray(0, 4));
    line.say(reply.subarray(4));
    expect([...(await next)]).toEqual([4242]);
    expect(bus.statistics()).toMatchObject({ lateReplies: 1, replies: 1 });
    await bus.close();
  });

  it('is given up with the connection when the line never falls silent', async () => {
    const { line, bus } = rtuBus({ drainMs: 100, reconnectMinimumMs: 1 });
    const first = failure(bus.read(1, one(1), { timeoutMs: 5 }));
    await pass(10);
    await first;
    const waiting = failure(bus.read(1, one(2)));
    for (let elapsedMs = 0; elapsedMs < 600; elapsedMs += 10) {
      line.say(Buffer.from([0xff]));
      await pass(10);
    }
    expect((await waiting).message).toContain('never falls silent');
    expect(line.written).toHaveLength(1);
    expect(bus.statistics().resets).toBe(1);
    await bus.close();
  });

  it('is also kept between any two requests as long as asked', async () => {
    const { line, bus } = rtuBus({ requestDelayMs: 30 });
    line.onWrite = () => {
      line.say(rtu(1, registersPdu(3, [1])));
    };
    await bus.read(1, one(0));
    const next = bus.read(1, one(0));
    await pass(29);
    expect(line.written).toHaveLength(1);
    await pass(2);
    expect(line.written).toHaveLength(2);
    await next;
    await bus.close();
  });
});

describe('transaction ids', () => {
  it('are not used again while their late reply may come, over a whole turn of the counter', async () => {
    const line = new MemoryDialer();
    const bus = new BusEngine(line, new MbapFraming(), zeroCounters(), {});
    const ids = new Set<number>();
    expect((await failure(bus.read(1, one(1), { timeoutMs: 5 }))).code).toBe('timeout');
    const abandoned = line.written[0]?.readUInt16BE(0) ?? -1;
    line.onWrite = (bytes) => {
      const id = bytes.readUInt16BE(0);
      ids.add(id);
      line.written.length = 0;
      line.say(mbap(id, 1, registersPdu(3, [bytes.readUInt16BE(8)])));
    };
    for (let number = 0; number < 65_540; number += 1) {
      const [value] = await bus.read(1, one(number & 0xffff));
      if (value !== (number & 0xffff)) throw new Error(`asked ${number & 0xffff}, got ${value}`);
    }
    expect([ids.has(abandoned), ids.size]).toEqual([false, 65_535]);
    line.say(mbap(abandoned, 1, registersPdu(3, [1111])));
    expect(bus.statistics()).toMatchObject({ lateReplies: 1, unknownReplies: 0 });
    await bus.close();
  });

  it('do not let a given-up connection answer for the new one', async () => {
    const line = new MemoryDialer();
    const bus = new BusEngine(line, new MbapFraming(), zeroCounters(), { reconnectMinimumMs: 1 });
    const first = failure(bus.read(1, one(1)));
    await new Promise(setImmediate);
    line.lose();
    await first;
    const connected = firstValueFrom(bus.state$.pipe(filter((state) => state === 'connected')));
    await connected;
    line.onWrite = (bytes) => {
      const id = bytes.readUInt16BE(0);
      line.say(mbap(id, 1, registersPdu(3, [1111])), 0);
      line.say(mbap(id, 1, registersPdu(3, [2])));
    };
    expect([...(await bus.read(1, one(2)))]).toEqual([2]);
    await bus.close();
  });

  it('go on after a reconnect, so that a converter cannot mix up two connections', async () => {
    const line = new MemoryDialer();
    const bus = new BusEngine(line, new MbapFraming(), zeroCounters(), { reconnectMinimumMs: 1 });
    const first = failure(bus.read(1, one(1)));
    await new Promise(setImmediate);
    line.lose();
    expect((await first).code).toBe('connection-lost');
    await firstValueFrom(bus.state$.pipe(filter((state) => state === 'connected')));
    line.onWrite = (bytes) => {
      line.say(mbap(1, 1, registersPdu(3, [1111])));
      line.say(mbap(bytes.readUInt16BE(0), 1, registersPdu(3, [2])));
    };
    expect([...(await bus.read(1, one(2)))]).toEqual([2]);
    expect([line.dials, bus.statistics().unknownReplies]).toEqual([2, 1]);
    await bus.close();
  });
});
