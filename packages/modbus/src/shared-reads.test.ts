import fc from 'fast-check';
import { isModbusError, type ModbusError } from './modbus-error.js';
import { memoryLine } from './memory-line.test-data.js';
import { bank } from './testing/bank.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);
const block = (address: number, count: number) => ({ table: 'holding', address, count }) as const;
const failure = (promise: Promise<unknown>): Promise<ModbusError> =>
  promise.then(
    (value) => Promise.reject(new Error(`resolved with ${String(value)}`)),
    (error: unknown) => (isModbusError(error) ? error : Promise.reject(error as Error)),
  );
const turn = () => new Promise(setImmediate);

describe('reads that wait or are in flight', () => {
  it('are shared with identical and enclosed reads, each caller with values of its own', async () => {
    const { bus, seen } = memoryLine(new Map([[1, bank()]]));
    const [whole, same, inner, bits, other] = await Promise.all([
      bus.read(1, block(10, 20)),
      bus.read(1, block(10, 20)),
      bus.read(1, block(12, 2)),
      bus.read(1, { table: 'coil', address: 10, count: 20 }),
      bus.read(1, { table: 'input', address: 12, count: 2 }),
    ]);
    expect(seen).toHaveLength(3);
    expect([...inner]).toEqual([84, 91]);
    expect(bits).toHaveLength(20);
    expect([...other]).toEqual([84, 91]);
    whole[0] = 4711;
    expect(same[0]).toBe(70);
    expect(bus.statistics()).toMatchObject({ sharedReads: 2, requests: 3, queued: 0 });
    await bus.close();
  });

  it('live on for the others when the one who asked gives up', async () => {
    const { bus, seen } = memoryLine(new Map([[1, bank()]]));
    const giveUp = new AbortController();
    const first = failure(bus.read(1, block(0, 4), { signal: giveUp.signal }));
    const second = bus.read(1, block(2, 2));
    const timed = failure(bus.read(1, block(3, 1), { totalTimeoutMs: 0.001 }));
    giveUp.abort();
    expect((await first).code).toBe('aborted');
    expect([...(await second)]).toEqual([14, 21]);
    await timed.catch(() => undefined);
    expect(seen).toHaveLength(1);
    // Nobody wants it: nothing is sent.
    const line = memoryLine(new Map([[1, bank()]]));
    const alone = new AbortController();
    const given = failure(line.bus.read(1, block(0, 4), { signal: alone.signal }));
    alone.abort();
    await given;
    await turn();
    expect(line.seen).toHaveLength(0);
    await line.bus.close();
    await bus.close();
  });

  it('all fail with the one that was sent', async () => {
    const { bus } = memoryLine(new Map([[1, bank()]]));
    const errors = await Promise.all([0, 1].map(() => failure(bus.read(1, block(1999, 2)))));
    expect(errors.map(({ exceptionCode }) => exceptionCode)).toEqual([2, 2]);
    expect(errors[0]).not.toBe(errors[1]);
    await bus.close();
  });
});

describe('values kept', () => {
  it('are handed out for their time, until a write, and not to who wants fresh ones', async () => {
    const memory = bank();
    const units = new Map([
      [1, memory],
      [2, bank()],
    ]);
    const { bus, seen } = memoryLine(units, { cacheMs: 60_000, units: { 2: { cacheMs: 0 } } });
    const first = await bus.read(1, block(10, 20));
    first[0] = 4711;
    expect([...(await bus.read(1, block(10, 1)))]).toEqual([70]);
    expect(seen).toHaveLength(1);
    await bus.read(1, block(10, 1), { maximumAgeMs: 0 });
    expect(seen).toHaveLength(2);
    await bus.write(1, { table: 'holding', address: 11, values: [5] });
    expect([...(await bus.read(1, block(10, 2)))]).toEqual([70, 5]);
    bus.identityChanged(1);
    await bus.read(1, block(10, 2));
    expect(seen).toHaveLength(5);
    await bus.read(2, block(10, 2));
    await bus.read(2, block(10, 2));
    expect([seen.length, bus.statistics().cachedReads]).toEqual([7, 1]);
    await bus.close();
  });
});

describe('reads beside writes', () => {
  it('never show a state from before a write that was confirmed when they were asked for', async () => {
    let reads = 0;
    let shared = 0;
    const step = fc.record({
      what: fc.constantFrom('read', 'read', 'read', 'write', 'wait', 'turn'),
      address: fc.integer({ min: 0, max: 3 }),
      count: fc.integer({ min: 1, max: 4 }),
      unit: fc.constantFrom(1, 1, 2),
      low: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.constantFrom(1, 4),
        fc.constantFrom(0, 60_000),
        async (steps, pipelining, cacheMs) => {
          const memories = new Map([1, 2].map((unit) => [unit, bank()] as const));
          for (const memory of memories.values()) memory.registers.fill(0);
          const control = memoryLine(memories, { pipelining, cacheMs });
          let number = 0;
          const delays = [0, 1, 2, 0, 3];
          control.delayMs = () => delays[number++ % delays.length] ?? 0;
          const confirmed = new Map<string, number>();
          const asked = new Map<string, number>();
          let value = 0;
          const open: Promise<unknown>[] = [];
          for (const { what, address, count, unit, low } of steps) {
            const key = (register: number) => `${unit} ${register}`;
            if (what === 'turn') await turn();
            else if (what === 'wait') await Promise.all(open);
            else if (what === 'write') {
              value += 1;
              const written = value;
              asked.set(key(address), written);
              const request = { table: 'holding', address, values: [written] } as const;
              open.push(
                control.bus.write(unit, request).then(() => {
                  confirmed.set(key(address), written);
                }),
              );
            } else {
              const least = Array.from(
                { length: count },
                (_, at) => confirmed.get(key(address + at)) ?? 0,
              );
              const priority = low ? 'low' : 'high';
              open.push(
                control.bus.read(unit, block(address, count), { priority }).then((values) => {
                  reads += 1;
                  values.forEach((seen, at) => {
                    expect(seen).toBeGreaterThanOrEqual(least[at] ?? 0);
                    expect(seen).toBeLessThanOrEqual(asked.get(key(address + at)) ?? 0);
                  });
                }),
              );
            }
          }
          await Promise.all(open);
          shared += control.bus.statistics().sharedReads + control.bus.statistics().cachedReads;
          expect(control.bus.statistics()).toMatchObject({ queued: 0, inFlight: 0 });
          await control.bus.close();
        },
      ),
      { numRuns: 200 * scale },
    );
    expect(reads).toBeGreaterThan(500);
    expect(shared).toBeGreaterThan(100);
  });
});
