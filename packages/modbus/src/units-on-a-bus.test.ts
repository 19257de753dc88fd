import { isModbusError, type ModbusError } from './modbus-error.js';
import { memoryLine } from './memory-line.test-data.js';
import { bank } from './testing/bank.js';

const one = (address: number) => ({ table: 'holding', address, count: 1 }) as const;
const failure = (promise: Promise<unknown>): Promise<ModbusError> =>
  promise.then(
    (value) => Promise.reject(new Error(`resolved with ${String(value)}`)),
    (error: unknown) => (isModbusError(error) ? error : Promise.reject(error as Error)),
  );
/** Lets time pass, and the turn of the event loop at its end. */
const pass = async (ms: number) => {
  await jest.advanceTimersByTimeAsync(ms);
  await new Promise(setImmediate);
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('circuit breaker of a unit', () => {
  it.each(['tcp', 'rtu'] as const)(
    'keeps 95 %% of the polls of seven units on time beside a dead one, over %s',
    async (framing) => {
      const ids = [1, 2, 3, 4, 5, 6, 7, 8];
      const control = memoryLine(new Map(ids.map((unit) => [unit, bank()])), {
        framing,
        resetAfterTimeouts: 0,
        requestTimeoutMs: 500,
      });
      control.dead.add(4);
      control.delayMs = () => 20;
      await pass(0);
      const periodMs = 1000;
      const minutes = 10;
      const gaps: number[] = [];
      let running = true;
      const poll = async (unit: number): Promise<void> => {
        let lastMs = performance.now();
        while (running) {
          const startedMs = performance.now();
          const ok = await control.bus.read(unit, one(unit)).then(
            () => true,
            () => false,
          );
          if (ok) {
            gaps.push(performance.now() - lastMs);
            lastMs = performance.now();
          }
          const restMs = Math.max(0, startedMs + periodMs - performance.now());
          await new Promise((resolve) => setTimeout(resolve, restMs));
        }
      };
      const polls = ids.map(poll);
      await pass(minutes * 60_000);
      running = false;
      await pass(periodMs * 2);
      await Promise.all(polls);
      const late = gaps.filter((gapMs) => gapMs > 1.2 * periodMs).length;
      expect(gaps.length).toBeGreaterThan(7 * minutes * 60 * 0.9);
      expect(late / gaps.length).toBeLessThan(0.05);
      expect(control.bus.unitStatus(4)).toMatchObject({ state: 'unavailable' });
      expect(control.bus.unitStatus(1)).toEqual({
        state: 'good',
        failures: 0,
        disabledBlocks: [],
      });
      await control.bus.close();
    },
  );

  it('opens after failures in a row, rejects what waits, tries once and closes', async () => {
    const control = memoryLine(new Map([[1, bank()]]), {
      requestTimeoutMs: 100,
      resetAfterTimeouts: 0,
      breaker: { failures: 2, minimumMs: 1000, maximumMs: 3000 },
    });
    const { bus, seen } = control;
    await pass(0);
    await bus.read(1, one(0));
    control.dead.add(1);
    const errors = Promise.all([1, 2, 3, 4].map((at) => failure(bus.read(1, one(at)))));
    await pass(100);
    expect(bus.unitStatus(1)).toMatchObject({ state: 'suspect', failures: 1 });
    await pass(100);
    const codes = (await errors).map(({ code }) => code);
    expect(codes).toEqual(['timeout', 'timeout', 'unit-unavailable', 'unit-unavailable']);
    expect(bus.unitStatus(1)).toMatchObject({ state: 'unavailable', retryInMs: 750 });
    expect(seen).toHaveLength(3);
    const rejected = await failure(bus.write(1, { table: 'holding', address: 1, values: [1] }));
    expect(rejected.message).toContain('failed 2 times in a row (timeout, 100 ms)');
    // One try at a time, then twice the wait, up to the longest.
    for (const waitMs of [750, 1500, 2250, 2250]) {
      await pass(waitMs - 1);
      expect((await failure(bus.read(1, one(9)))).code).toBe('unit-unavailable');
      await pass(1);
      const tries = Promise.all([5, 6].map((at) => failure(bus.read(1, one(at)))));
      await pass(100);
      expect((await tries).map(({ code }) => code)).toEqual(['timeout', 'unit-unavailable']);
    }
    expect(seen).toHaveLength(7);
    control.dead.clear();
    await pass(2250);
    const answers = [5, 6].map((at) => bus.read(1, one(at)));
    expect((await Promise.all(answers)).map(([value]) => value)).toEqual([35, 42]);
    expect(bus.unitStatus(1)).toMatchObject({ state: 'good', failures: 0 });
    expect(bus.statistics().rejected).toBe(2 + 1 + 4 + 4);
    await bus.close();
  });

  it('counts exceptions 4, 10 and 11 as failures and others as answers', async () => {
    const control = memoryLine(new Map([[1, bank()]]), { busyRetries: 0 });
    const { bus } = control;
    await pass(0);
    let code = 0;
    control.override = (_unit, pdu) => Buffer.from([(pdu[0] ?? 0) | 0x80, code]);
    for (const [index, next] of [4, 10, 11].entries()) {
      code = next;
      await failure(bus.read(1, one(index)));
      expect(bus.unitStatus(1)).toMatchObject({ failures: index + 1, exceptionCode: next });
    }
    expect(bus.unitStatus(1).state).toBe('unavailable');
    await pass(1000);
    code = 3;
    expect((await failure(bus.read(1, one(7)))).exceptionCode).toBe(3);
    expect(bus.unitStatus(1)).toMatchObject({ state: 'good', failures: 0 });
    await bus.close();
  });

  it('tries again at once after a reconnect, and never opens when told so', async () => {
    const options = { requestTimeoutMs: 10, resetAfterTimeouts: 3, reconnectMinimumMs: 1 };
    const control = memoryLine(new Map([[1, bank()]]), {
      ...options,
      units: { 2: { breaker: false } },
    });
    const { bus, seen } = control;
    control.dead.add(1).add(2);
    await pass(0);
    const errors = Promise.all([1, 2, 3].map((at) => failure(bus.read(1, one(at)))));
    await pass(40);
    await errors;
    expect(control.line.dials).toBe(2);
    control.dead.delete(1);
    expect([...(await bus.read(1, one(2)))]).toEqual([14]);
    for (let number = 0; number < 12; number += 1) {
      const timedOut = failure(bus.read(2, one(0)));
      await pass(15);
      expect((await timedOut).code).not.toBe('unit-unavailable');
    }
    expect(seen.filter(({ unit }) => unit === 2).length).toBeGreaterThan(10);
    await bus.close();
  });
});

describe('blocks that a device does not have', () => {
  it('are disabled by name until reconnect, a change of identity, an absence or a day', async () => {
    const control = memoryLine(new Map([[1, bank()]]), {
      requestTimeoutMs: 100,
      resetAfterTimeouts: 0,
      reconnectMinimumMs: 1,
      breaker: { failures: 1, minimumMs: 200 },
    });
    const { bus, seen } = control;
    await pass(0);
    const read = () =>
      failure(
        bus.read(1, { table: 'holding', address: 1999, count: 2 }, { block: 'rate counters' }),
      );
    const asked = async (): Promise<boolean> => {
      const before = seen.length;
      expect(await read()).toMatchObject({ code: 'exception', exceptionCode: 2 });
      return seen.length > before;
    };
    expect([await asked(), await asked(), await asked()]).toEqual([true, false, false]);
    expect((await read()).message).toContain('block rate counters is disabled');
    expect(bus.unitStatus(1).disabledBlocks).toEqual([
      { name: 'rate counters', table: 'holding', address: 1999, count: 2 },
    ]);
    // Other blocks are not touched by it, also those around it.
    expect([...(await bus.read(1, one(1999)))]).toEqual([13993]);
    bus.identityChanged(1);
    expect([await asked(), await asked()]).toEqual([true, false]);
    control.line.lose();
    await pass(10);
    expect([await asked(), await asked()]).toEqual([true, false]);
    await pass(24 * 3_600_000 - 1);
    expect(await asked()).toBe(false);
    await pass(1);
    expect([await asked(), await asked()]).toEqual([true, false]);
    control.dead.add(1);
    const lost = failure(bus.read(1, one(1)));
    await pass(100);
    await lost;
    control.dead.clear();
    await pass(200);
    await bus.read(1, one(1));
    expect([await asked(), await asked()]).toEqual([true, false]);
    await bus.close();
  });

  it('are asked for every time when told so, and named by their place without a name', async () => {
    const always = memoryLine(new Map([[1, bank()]]), { disableMissingBlocks: false });
    await pass(0);
    await failure(always.bus.read(1, one(2000)));
    await failure(always.bus.read(1, one(2000)));
    expect(always.seen).toHaveLength(2);
    await always.bus.close();
    const usual = memoryLine(new Map([[1, bank()]]));
    await pass(0);
    await failure(usual.bus.read(1, { table: 'input', address: 2000, count: 3 }));
    expect(usual.bus.unitStatus(1).disabledBlocks[0]?.name).toBe('input 2000..2002');
    await usual.bus.close();
  });
});

describe('exception 6, too busy', () => {
  it('is asked again with a growing wait, reads and writes alike, in the order of the writes', async () => {
    const memory = bank();
    const control = memoryLine(new Map([[1, memory]]), { busyDelayMs: 100 });
    const { bus, seen } = control;
    await pass(0);
    let busy = 2;
    control.override = (_unit, pdu) =>
      busy-- > 0 ? Buffer.from([(pdu[0] ?? 0) | 0x80, 6]) : undefined;
    const write = (value: number) =>
      bus.write(1, { table: 'holding', address: 5, values: [value] });
    const writes = Promise.all([write(1), write(2)]);
    await pass(99);
    expect(seen).toHaveLength(1);
    await pass(1 + 199);
    expect(seen).toHaveLength(2);
    await pass(1);
    await writes;
    // The second write did not overtake the first one, which was refused twice.
    expect(seen.map(({ pdu }) => pdu)).toEqual([
      '0600050001',
      '0600050001',
      '0600050001',
      '0600050002',
    ]);
    expect(memory.registers[5]).toBe(2);
    busy = 1;
    const read = bus.read(1, one(5));
    await pass(100);
    expect([...(await read)]).toEqual([2]);
    expect(bus.statistics().retries).toBe(3);
    await bus.close();
  });

  it('reaches the caller after the last retry', async () => {
    const control = memoryLine(new Map([[1, bank()]]), { busyDelayMs: 10, busyRetries: 3 });
    await pass(0);
    control.override = (_unit, pdu) => Buffer.from([(pdu[0] ?? 0) | 0x80, 6]);
    const error = failure(control.bus.read(1, one(5)));
    await pass(10 + 20 + 40);
    expect((await error).exceptionCode).toBe(6);
    expect(control.seen).toHaveLength(4);
    await control.bus.close();
  });
});

describe('exception 5, accepted and in progress', () => {
  const slow = async () => {
    const memory = bank();
    const control = memoryLine(new Map([[1, memory]]), {
      busyDelayMs: 100,
      acknowledgeTimeoutMs: 3000,
    });
    await pass(0);
    // The device says 5 to every write and applies it 450 ms later.
    control.override = (_unit, pdu) => {
      const functionCode = pdu[0] ?? 0;
      if (functionCode <= 4) return undefined;
      setTimeout(() => {
        if (functionCode === 6) memory.registers[pdu.readUInt16BE(1)] = pdu.readUInt16BE(3);
        if (functionCode === 5) memory.bits[pdu.readUInt16BE(1)] = pdu[3] === 0xff;
        if (functionCode === 22) memory.registers[pdu.readUInt16BE(1)] = 0x17;
        if (functionCode === 23) memory.registers[pdu.readUInt16BE(5)] = pdu.readUInt16BE(10);
      }, 450);
      return Buffer.from([functionCode | 0x80, 5]);
    };
    return { memory, ...control };
  };

  it('is waited for and read back; the write is never sent again', async () => {
    const { bus, seen } = await slow();
    const writes: Promise<unknown>[] = [
      bus.write(1, { table: 'holding', address: 5, values: [77] }),
      bus.write(1, { table: 'coil', address: 6, values: [false] }),
      bus.maskWrite(1, { address: 4, and: 0xf2, or: 0x25 }),
      bus.readWrite(1, {
        read: { address: 9, count: 2 },
        write: { address: 10, values: [5] },
      }),
    ];
    // The bus is free for others meanwhile.
    await pass(100);
    expect([...(await bus.read(1, one(3)))]).toEqual([21]);
    await pass(6000);
    const [, , , registers] = await Promise.all(writes);
    expect(registers).toEqual(Uint16Array.of(63, 5));
    for (const functionCode of ['05', '06', '16', '17']) {
      expect(seen.filter(({ pdu }) => pdu.startsWith(functionCode))).toHaveLength(1);
    }
    await bus.close();
  });

  it('ends as unconfirmed when the value never shows, and settles when the bus closes', async () => {
    const { bus, memory, seen } = await slow();
    const write = failure(bus.write(1, { table: 'holding', address: 5, values: [77] }));
    await pass(449);
    // Somebody else sets it back at once.
    const fight = setInterval(() => (memory.registers[5] = 1), 1);
    await pass(10_000);
    clearInterval(fight);
    expect(await write).toMatchObject({ code: 'unconfirmed' });
    expect(seen.filter(({ pdu }) => pdu.startsWith('06'))).toHaveLength(1);
    const open = failure(bus.write(1, { table: 'holding', address: 5, values: [78] }));
    await pass(50);
    await bus.close();
    expect((await open).code).toBe('closed');
  });

  it('is waited for with reads, which are asked again', async () => {
    const control = memoryLine(new Map([[1, bank()]]), { busyDelayMs: 10 });
    await pass(0);
    let left = 3;
    control.override = () => (left-- > 0 ? Buffer.from([0x83, 5]) : undefined);
    const read = control.bus.read(1, one(5));
    await pass(10 + 20 + 40);
    expect([...(await read)]).toEqual([35]);
    await control.bus.close();
  });

  it('reaches the caller of a custom request, which nobody can read back', async () => {
    const control = memoryLine(new Map([[1, bank()]]));
    await pass(0);
    control.override = () => Buffer.from([0xc4, 5]);
    const asked = { functionCode: 0x44, data: new Uint8Array(), reply: 'byteCount' } as const;
    expect((await failure(control.bus.request(1, asked))).exceptionCode).toBe(5);
    await control.bus.close();
  });
});
