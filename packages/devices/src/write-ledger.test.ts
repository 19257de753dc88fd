import fc from 'fast-check';
import { WriteLedger } from './index.js';
import { memoryStore, virtualClock, type VirtualClock } from './testing.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 5, 21, 12);

const ledgerOf = async (clock: VirtualClock, store = memoryStore(), perDay = 24) => {
  const ledger = new WriteLedger({ perDay, store, key: 'writes/x', clock });
  await ledger.open();
  return ledger;
};

/** A new process: its monotonic clock begins anew, the wall clock goes on. */
const restarted = (clock: VirtualClock, awayMs: number): VirtualClock =>
  virtualClock(clock.nowMs() + awayMs);

describe('write ledger', () => {
  it('allows so many writes in any 24 hours and frees each when it is a day old', async () => {
    const clock = virtualClock(NOON);
    const ledger = await ledgerOf(clock, memoryStore(), 2);
    await ledger.spend(1);
    clock.advance(HOUR);
    await ledger.spend(1);
    expect(ledger.left()).toBe(0);
    await expect(ledger.spend(1)).rejects.toThrow(/got 1 writes, expected at most 0/);
    clock.advance(23 * HOUR - 1);
    expect(ledger.left()).toBe(0);
    clock.advance(1);
    expect(ledger.left()).toBe(1);
    clock.advance(HOUR);
    expect(ledger.left()).toBe(2);
  });

  it('survives a restart, and time away counts', async () => {
    const clock = virtualClock(NOON);
    const store = memoryStore();
    await (await ledgerOf(clock, store, 3)).spend(3);
    const soon = restarted(clock, HOUR);
    expect((await ledgerOf(soon, store, 3)).left()).toBe(0);
    expect((await ledgerOf(soon, store, 3)).sinceLastMs()).toBe(HOUR);
    expect((await ledgerOf(restarted(clock, DAY), store, 3)).left()).toBe(3);
  });

  it('a wall clock set forward frees nothing, neither now nor after a restart', async () => {
    const clock = virtualClock(NOON);
    const store = memoryStore();
    const ledger = await ledgerOf(clock, store, 3);
    await ledger.spend(3);
    clock.setWallClock(NOON + 10 * DAY);
    expect(ledger.left()).toBe(0);
    await ledger.settle();
    expect((await ledgerOf(restarted(clock, 60_000), store, 3)).left()).toBe(0);
  });

  it('a wall clock set back blocks nothing for longer, and gives no credit over a restart', async () => {
    const clock = virtualClock(NOON);
    const store = memoryStore();
    const ledger = await ledgerOf(clock, store, 3);
    await ledger.spend(3);
    clock.setWallClock(NOON - 400 * DAY);
    expect((await ledgerOf(restarted(clock, 0), store, 3)).left()).toBe(0);
    clock.advance(DAY);
    expect(ledger.left()).toBe(3);
  });

  it('writes made while the clock was never set get no credit for the years since 1970', async () => {
    const clock = virtualClock(5000);
    const store = memoryStore();
    await (await ledgerOf(clock, store, 3)).spend(3);
    expect((await ledgerOf(virtualClock(NOON), store, 3)).left()).toBe(0);
  });

  it('counts on disk before it resolves, and is counted even where storing fails', async () => {
    const clock = virtualClock(NOON);
    const full = { ...memoryStore(), set: () => Promise.reject(new Error('disk full')) };
    const ledger = new WriteLedger({ perDay: 3, store: full, key: 'k', clock });
    await ledger.open();
    await expect(ledger.spend(1)).rejects.toThrow('disk full');
    expect(ledger.left()).toBe(2);
  });

  it('without a limit nothing is stored', async () => {
    const store = memoryStore();
    const ledger = new WriteLedger({
      perDay: 'unlimited',
      store,
      key: 'k',
      clock: virtualClock(NOON),
    });
    await ledger.open();
    await ledger.spend(1000);
    expect(ledger.left()).toBe(Infinity);
    expect(store.sets).toBe(0);
  });

  it('never more than the budget in any 24 hours of real time, whatever clocks and restarts do', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 2 * HOUR }) }),
      fc.record({ kind: fc.constant('write' as const), ms: fc.constant(0) }),
      fc.record({
        kind: fc.constant('setClock' as const),
        ms: fc.integer({ min: -3 * DAY, max: 3 * DAY }),
      }),
      fc.record({
        kind: fc.constant('restart' as const),
        ms: fc.integer({ min: 0, max: 6 * HOUR }),
      }),
    );
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 80 }), async (steps) => {
        const store = memoryStore();
        let clock = virtualClock(NOON);
        let trueMs = 0;
        let ledger = await ledgerOf(clock, store, 4);
        const written: number[] = [];
        for (const { kind, ms } of steps) {
          if (kind === 'pass') {
            clock.advance(ms);
            trueMs += ms;
          } else if (kind === 'setClock') {
            clock.setWallClock(clock.nowMs() + ms);
            await ledger.settle();
          } else if (kind === 'restart') {
            clock = restarted(clock, ms);
            trueMs += ms;
            ledger = await ledgerOf(clock, store, 4);
          } else if (ledger.left() > 0) {
            await ledger.spend(1);
            written.push(trueMs);
          } else refused += 1;
          const lastDay = written.filter((at) => at > trueMs - DAY);
          expect(lastDay.length).toBeLessThanOrEqual(4);
        }
      }),
      { numRuns: 100 * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1') },
    );
    expect(refused).toBeGreaterThan(10);
  });
});
