import fc from 'fast-check';
import { openRtuOverTcpBus, openTcpBus } from './tcp-bus.js';
import { isModbusError } from './modbus-error.js';
import { memoryLine } from './memory-line.test-data.js';
import { RequestScheduler } from './request-scheduler.js';
import { resolveBusOptions } from './bus-options.js';
import { bank } from './testing/bank.js';
import { Transaction } from './transaction.js';
import { UnitState } from './unit-state.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
jest.setTimeout(30_000 * scale);
const one = (address: number) => ({ table: 'holding', address, count: 1 }) as const;

function schedulerOf() {
  const units = new Map<number, UnitState>();
  const options = resolveBusOptions({});
  const unitOf = (unit: number): UnitState => {
    const state = units.get(unit) ?? new UnitState(unit, options);
    units.set(unit, state);
    return state;
  };
  return { scheduler: new RequestScheduler(unitOf), unitOf };
}

function request(unit: number, address: number, values?: readonly number[]): Transaction {
  const made = new Transaction(unit, values ? 6 : 3, address, 1, 1000, values);
  made.priority = values ? 'control' : 'high';
  return made;
}

const every = () => true;

describe('scheduler', () => {
  it('serves control before high before low, and lets none starve', () => {
    const { scheduler } = schedulerOf();
    for (let at = 0; at < 40; at += 1) {
      const low = request(1, 200 + at);
      low.priority = 'low';
      scheduler.push(low);
      scheduler.push(request(1, 100 + at));
    }
    scheduler.push(request(1, 0, [1]));
    const order = Array.from({ length: 81 }, () => scheduler.next(0, every)?.address ?? -1);
    expect(order.slice(0, 10)).toEqual([0, 100, 101, 102, 103, 104, 105, 106, 200, 107]);
    expect(new Set(order).size).toBe(81);
    expect(scheduler.next(0, every)).toBeUndefined();
  });

  it('serves the units of a lane in turns, and each unit in order', () => {
    const unitOfNumber = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(fc.array(unitOfNumber, { minLength: 10, maxLength: 60 }), (queue) => {
        const { scheduler } = schedulerOf();
        queue.forEach((unit, at) => {
          scheduler.push(request(unit, at));
        });
        const served = queue.map(() => scheduler.next(0, every));
        expect(served.map((next) => next?.address).toSorted()).toEqual(
          queue.map((_, at) => at).toSorted(),
        );
        const total = new Map<number, number>();
        for (const unit of queue) total.set(unit, (total.get(unit) ?? 0) + 1);
        const turns = new Map<number, number>();
        const last = new Map<number, number>();
        for (const next of served) {
          const { unit = 0, address = 0 } = next ?? {};
          expect(address).toBeGreaterThan(last.get(unit) ?? -1);
          last.set(unit, address);
          turns.set(unit, (turns.get(unit) ?? 0) + 1);
          // No unit is two turns ahead of another that still waits.
          for (const [other, all] of total) {
            const had = turns.get(other) ?? 0;
            if (had < all) expect((turns.get(unit) ?? 0) - had).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 200 * scale },
    );
  });

  it('serves first what would miss its deadline in turn, the earliest first', () => {
    const { scheduler } = schedulerOf();
    for (let number = 0; number < 50; number += 1) scheduler.learn(20);
    for (let at = 0; at < 10; at += 1) scheduler.push(request(at + 1, at));
    const [soon, sooner, later] = [request(1, 100), request(2, 101), request(3, 102)];
    soon.totalDeadlineMs = 90;
    sooner.totalDeadlineMs = 60;
    later.totalDeadlineMs = 100_000;
    for (const timed of [soon, later, sooner]) scheduler.push(timed);
    const order = [1, 2, 3].map(() => scheduler.next(0, every)?.address);
    expect(order).toEqual([101, 100, expect.any(Number)]);
    expect(order[2]).toBeLessThan(10);
  });

  it('never lets a write overtake another of its unit, also not one that is not done', () => {
    const { scheduler, unitOf } = schedulerOf();
    const [first, second, other] = [request(1, 1, [1]), request(1, 2, [1]), request(2, 3, [1])];
    second.totalDeadlineMs = 1;
    for (const write of [first, second, other]) scheduler.push(write);
    expect(scheduler.next(0, every)).toBe(first);
    unitOf(1).writing = first;
    expect(scheduler.next(0, every)).toBe(other);
    expect(scheduler.next(0, every)).toBeUndefined();
    // The device was busy: the first one comes back behind the second and still goes first.
    first.notBeforeMs = 10;
    scheduler.push(first);
    expect(scheduler.next(0, every)).toBeUndefined();
    expect(scheduler.nextReadyMs(0)).toBe(10);
    expect(scheduler.next(10, every)).toBe(first);
    first.resolve = () => undefined;
    first.succeed(undefined);
    expect(scheduler.next(10, every)).toBe(second);
  });
});

describe('pipelining', () => {
  it('keeps as many requests in flight as the bus and the units allow, and matches any order', async () => {
    const ids = [1, 2, 3];
    const control = memoryLine(new Map(ids.map((unit) => [unit, bank()])), {
      pipelining: 4,
      units: { 2: { pipelining: 1 }, 3: { pipelining: 2 } },
    });
    const { bus } = control;
    let most = 0;
    let number = 0;
    // Later requests are answered first.
    control.delayMs = () => {
      most = Math.max(most, bus.statistics().inFlight);
      return 12 - (number++ % 4) * 3;
    };
    const run = async (unit: number): Promise<number> => {
      most = 0;
      const addresses = Array.from({ length: 24 }, (_, at) => at * 2);
      const values = await Promise.all(addresses.map((at) => bus.read(unit, one(at))));
      expect(values.map(([value]) => value)).toEqual(addresses.map((at) => at * 7));
      return most;
    };
    expect([await run(1), await run(2), await run(3)]).toEqual([4, 1, 2]);
    await bus.close();
  });

  it('is refused where replies name no request', () => {
    const options = { host: '127.0.0.1', port: 1502 };
    for (const more of [{ pipelining: 2 }, { units: { 7: { pipelining: 3 } } }]) {
      expect(() => openRtuOverTcpBus({ ...options, ...more })).toThrow(/pipelining: [23]/);
    }
  });
});

describe('options', () => {
  it('are refused by name where they cannot work', () => {
    const codeOf = (more: object): string => {
      try {
        void openTcpBus({ host: '127.0.0.1', port: 9, ...more }).close();
      } catch (error) {
        if (isModbusError(error)) return error.message;
      }
      return 'accepted';
    };
    expect(codeOf({ pipelining: 65 })).toContain('pipelining: 65');
    expect(codeOf({ breaker: { failures: 0 } })).toContain('breaker.failures: 0');
    expect(codeOf({ units: { 300: {} } })).toContain('units.300: expected a unit id');
    expect(codeOf({ units: { 3: { cacheMs: -1 } } })).toContain('units.3.cacheMs: -1');
    expect(codeOf({ breaker: { minimumMs: 500, maximumMs: 100 } })).toContain('breaker.maximumMs');
    expect(codeOf({ units: { 3: { breaker: false } }, busyRetries: 0 })).toBe('accepted');
  });

  it('allow one bus to a device of one client, until it is closed', async () => {
    const options = { host: '127.0.0.1', port: 9, oneClient: true };
    const first = openTcpBus(options);
    expect(() => openTcpBus(options)).toThrow(/share that one/);
    await first.close();
    await openTcpBus(options).close();
  });
});
