import { DeviceAlarms, SetPointKeeper } from './index.js';
import { FakeSetPoint, type FactChanges as Facts } from './fake-set-point.test-data.js';
import { memoryStore, virtualClock } from './testing.js';

const HOUR = 3_600_000;

const rig = (
  facts: Facts = {},
  control?: string,
  store = memoryStore(),
  clock = virtualClock(Date.UTC(2026, 5, 21)),
) => {
  const port = new FakeSetPoint(clock, facts, control);
  const alarms = new DeviceAlarms();
  const options = { device: 'dut', port, clock, store, alarms, log: () => undefined };
  const keeper = new SetPointKeeper(options);
  return {
    port,
    alarms,
    clock,
    store,
    keeper,
    codes: () => alarms.list().map(({ code }) => code),
    command: (value: number, validForMs = 600_000, safeValue?: number) =>
      keeper.apply({ value, untilMs: clock.monotonicMs() + validForMs, validForMs, safeValue }),
    /** Polls every 5 s for so long; gives what was written. */
    live: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 5000) {
        clock.advance(5000);
        await keeper.service();
      }
      return port.writes();
    },
    /** The same device and disk, another process. */
    reopened: () => {
      const next = new SetPointKeeper({ ...options, alarms: new DeviceAlarms() });
      return next;
    },
  };
};

const stored: Facts = {
  storage: 'stored',
  expiryMs: undefined,
  refreshMs: undefined,
  minimumDwellMs: 300_000,
  writesPerDay: 24,
};

describe('a set point that does not wear out', () => {
  it('is written fallback first and enable last, read back, and refreshed at half of its expiry', async () => {
    const { command, port, live } = rig();
    expect(await command(40)).toEqual({
      status: 'applied',
      reason: 'written, confirmed',
      readback: 40,
    });
    expect(port.writes()).toEqual(['fallback=60', 'value=40', 'enable=1']);
    expect(await live(25_000)).toEqual([]);
    expect(await live(5000)).toEqual(['fallback=60', 'value=40', 'enable=1']);
    await live(500_000);
    expect(port.inForce).toBe(40);
  });

  it('the device acts by itself once the gateway has crashed', async () => {
    const { command, port, clock } = rig();
    await command(40);
    clock.advance(59_999);
    expect(port.inForce).toBe(40);
    clock.advance(1);
    expect(port.inForce).toBe('own');
  });

  it('lapses into its safe value, and further into a fallback that is as safe', async () => {
    const { command, port, live, keeper, codes } = rig({ risk: 'import' });
    port.told = -5;
    await command(40, 20_000, 10);
    port.writes();
    expect(await live(20_000)).toEqual(['value=10']);
    expect(port.inForce).toBe(10);
    expect(await live(60_000)).toEqual([]);
    expect(port.inForce).toBe('own');
    expect(keeper.active).toBe(false);
    expect(codes()).toEqual([]);
  });

  it('keeps the safe value up through blind mode where the fallback is worse, and says so', async () => {
    const { command, port, live, keeper, codes } = rig();
    port.told = 32;
    port.safe = 6;
    await command(40, 20_000);
    await live(20_000);
    expect(codes()).toEqual(['blind']);
    for (let minutes = 0; minutes < 110; minutes += 1) {
      await live(60_000);
      expect(port.inForce).toBe(6);
    }
    await live(11 * 60_000);
    expect(port.inForce).toBe('own');
    expect(keeper.active).toBe(false);
    expect(codes()).toEqual(['blind']);
    await command(20);
    expect(codes()).toEqual([]);
  });

  it.each(['unlimited', 'unknown', undefined] as const)(
    'a fallback of %s is worse than any',
    async (told) => {
      const { command, port, live, codes } = rig();
      port.told = told;
      await command(40, 20_000);
      await live(200_000);
      expect(port.inForce).toBe(0);
      expect(codes()).toEqual(['blind']);
    },
  );

  it('is made safe at once when told that nobody is sure', async () => {
    const { command, port, keeper } = rig();
    await command(40);
    port.writes();
    await keeper.makeSafe('the meter is stale');
    expect(port.writes()).toEqual(['value=0']);
    expect(port.inForce).toBe(0);
  });

  it('a limit that bounds nothing is handed back when it lapses, not turned into its safe value', async () => {
    const { command, port, live } = rig({ risk: 'export' }, 'exportLimit');
    port.told = 'unlimited';
    await command(100, 20_000);
    port.writes();
    expect(await live(20_000)).toEqual(['enable=0']);
    await command(50, 20_000);
    port.writes();
    expect(await live(20_000)).toEqual(['value=0']);
  });

  it('a safe value that cannot be written is an alarm, and is written as soon as it can be', async () => {
    const { command, port, live, codes, clock } = rig();
    await command(40, 20_000);
    port.faults.set('*', 'unreachable');
    await live(30_000);
    expect(codes()).toContain('not-safe');
    port.faults.clear();
    port.writes();
    expect(await live(5000)).toEqual(['fallback=60', 'value=0', 'enable=1']);
    expect(codes()).toEqual([]);
    expect(clock.monotonicMs()).toBe(35_000);
  });

  it('what the device does not take is an alarm after its response time, and no write loop', async () => {
    const { command, port, live, codes } = rig({
      responseMs: 10_000,
      expiryMs: undefined,
      refreshMs: undefined,
    });
    port.faults.set('value', 'deaf');
    const outcome = await command(40);
    expect(outcome).toMatchObject({ status: 'accepted', readback: 0 });
    expect(codes()).toEqual([]);
    port.writes();
    expect(await live(10_000)).toEqual([]);
    expect(codes()).toEqual(['disobeyed']);
    for (let again = 0; again < 10; again += 1) await command(40);
    expect(await live(40_000)).toEqual([]);
    port.registers.set('value', 40);
    await live(5000);
    expect(codes()).toEqual([]);
  });

  it('what is measured must follow within response time and dwell; later, deviating as long', async () => {
    const { command, keeper, codes, clock } = rig({ responseMs: 5000, minimumDwellMs: 5000 });
    await command(40);
    keeper.observe(false);
    clock.advance(9999);
    keeper.observe(false);
    expect(codes()).toEqual([]);
    clock.advance(1);
    keeper.observe(false);
    expect(codes()).toEqual(['disobeyed']);
    keeper.observe(true);
    expect(codes()).toEqual([]);
    clock.advance(60_000);
    keeper.observe(false);
    clock.advance(9999);
    keeper.observe(undefined);
    keeper.observe(false);
    expect(codes()).toEqual([]);
    clock.advance(1);
    keeper.observe(false);
    expect(codes()).toEqual(['disobeyed']);
  });

  it('exception 5: waits, reads back, goes on with what comes after, and never sends it again', async () => {
    const { command, port, live } = rig({ responseMs: 10_000 });
    port.faults.set('value', 'in-progress');
    const outcome = await command(40);
    expect(outcome.status).toBe('accepted');
    expect(port.writes()).toEqual(['fallback=60', 'value=40']);
    expect(await live(5000)).toEqual([]);
    port.registers.set('value', 40);
    port.faults.clear();
    expect(await live(5000)).toEqual(['enable=1']);
    expect(port.inForce).toBe(40);
  });

  it('exception 5 that comes to nothing is an alarm; the enable does not go out', async () => {
    const { command, port, live, codes } = rig({ responseMs: 10_000 });
    port.faults.set('value', 'in-progress');
    await command(40);
    port.writes();
    expect(await live(300_000)).toEqual([]);
    expect(codes()).toEqual(['disobeyed']);
    expect(port.registers.get('enable')).toBe(0);
  });

  it('pauses between writes where the device needs that', async () => {
    const { command, port, live } = rig();
    port.delayMs = 2000;
    expect((await command(40)).status).toBe('accepted');
    expect(port.writes()).toEqual(['fallback=60']);
    expect(await live(5000)).toEqual(['value=40']);
    expect((await command(50)).status).toBe('rejected');
    expect(await live(5000)).toEqual(['enable=1']);
  });

  it('a release that cannot be written is an alarm and is tried until it is through', async () => {
    const { command, port, live, keeper, codes } = rig();
    await command(40);
    port.faults.set('*', 'unreachable');
    expect(await keeper.release()).toBe(false);
    await live(10_000);
    expect(codes()).toEqual(['not-released']);
    port.faults.clear();
    port.writes();
    expect(await live(5000)).toEqual(['enable=0']);
    expect(codes()).toEqual([]);
    expect(await live(60_000)).toEqual([]);
  });

  it('a write that the device refuses for good is not repeated until it is commanded anew', async () => {
    const { command, port, live } = rig();
    port.faults.set('value', 'refused');
    expect((await command(40)).status).toBe('failed');
    port.writes();
    expect(await live(100_000)).toEqual([]);
    await command(41);
    expect(port.writes()).toEqual(['fallback=60', 'value=41']);
  });

  it('respects the least dwell between two values, but not for the safe one', async () => {
    const { command, port, keeper, clock } = rig({ minimumDwellMs: 60_000 });
    await command(40);
    clock.advance(59_999);
    const outcome = await command(50);
    expect(outcome).toMatchObject({ status: 'rejected' });
    expect(outcome.reason).toMatch(/less than 60000 ms ago; 40 is kept/);
    await keeper.makeSafe('told so');
    expect(port.inForce).toBe(0);
  });
});

describe('a set point that wears out', () => {
  it('is written on change only and never refreshed; what stands already is not written', async () => {
    const { command, port, live } = rig(stored);
    port.registers.set('fallback', 60);
    await command(40, 12 * HOUR);
    expect(port.writes()).toEqual(['value=40', 'enable=1']);
    for (let again = 0; again < 20; again += 1) await command(40, 12 * HOUR);
    expect(await live(6 * HOUR)).toEqual([]);
  });

  it('is refused in a fast loop', async () => {
    const { command, port, clock } = rig(stored);
    let applied = 0;
    for (let value = 1; value <= 600; value += 1) {
      const { status } = await command(value);
      if (status === 'applied') applied += 1;
      clock.advance(1000);
    }
    expect(applied).toBe(2);
    expect(port.writes()).toHaveLength(4);
  });

  it('keeps to its budget over restarts, with enough left for the safe value and the release', async () => {
    const { command, port, clock, reopened, keeper, codes } = rig(stored);
    let last = await command(1);
    for (let value = 2; last.status === 'applied'; value += 1) {
      clock.advance(300_000);
      last = await command(value);
    }
    expect(last.reason).toMatch(/daily budget of 24 writes is used/);
    expect(codes()).toEqual(['budget']);
    // Four of the 24 are kept: three of the safe value, one of the release.
    expect(port.writes()).toHaveLength(20);
    const next = reopened();
    const value = { value: 99, untilMs: Infinity, validForMs: 1000 };
    expect(await next.apply(value)).toMatchObject({ status: 'rejected' });
    expect(port.writes()).toEqual([]);
    await keeper.makeSafe('told so');
    await keeper.release();
    expect(port.writes()).toEqual(['value=0', 'enable=0']);
    clock.advance(24 * HOUR);
    expect(await reopened().apply({ ...value, untilMs: Infinity })).toMatchObject({
      status: 'applied',
    });
  });

  it('is not written where the count cannot be stored', async () => {
    const { port, clock, codes, alarms } = rig(stored);
    const store = { ...memoryStore(), set: () => Promise.reject(new Error('disk full')) };
    const options = { device: 'dut', port, clock, store, alarms, log: () => undefined };
    const keeper = new SetPointKeeper(options);
    const outcome = await keeper.apply({ value: 1, untilMs: 1000, validForMs: 1000 });
    expect(outcome.status).toBe('failed');
    expect(port.writes()).toEqual([]);
    expect(codes()).toEqual(['store']);
  });

  it('is not written where what stands cannot be read', async () => {
    const { command, port } = rig(stored);
    port.faults.set('*', 'unreachable');
    expect((await command(40)).status).toBe('failed');
    expect(port.writes()).toEqual([]);
  });
});

describe('a set point that the device keeps for ever', () => {
  const lasting: Facts = { expiryMs: undefined, refreshMs: undefined };

  it('is not written by a start, is known to it, and is made safe when nobody commands it', async () => {
    const { command, port, clock, reopened } = rig(lasting);
    port.told = 'last';
    await command(40, 60_000);
    port.writes();
    const next = reopened();
    for (let passed = 0; passed < 55_000; passed += 5000) {
      clock.advance(5000);
      await next.service();
    }
    expect(port.writes()).toEqual([]);
    clock.advance(10_000);
    await next.service();
    expect(port.writes()).toContain('value=0');
    expect(port.inForce).toBe(0);
    clock.advance(7_200_000);
    await next.service();
    expect(port.inForce).toBe('own');
    expect(next.active).toBe(false);
    const third = reopened();
    await third.service();
    expect(third.active).toBe(false);
  });

  it('is left alone after a restart where somebody else has changed it', async () => {
    const { command, port, clock, reopened } = rig(lasting);
    await command(40, 60_000);
    port.writes();
    port.registers.set('value', 77);
    const next = reopened();
    for (let passed = 0; passed < 300_000; passed += 5000) {
      clock.advance(5000);
      await next.service();
    }
    expect(port.writes()).toEqual([]);
    expect(next.active).toBe(false);
  });

  it('is taken over by the first command after a restart', async () => {
    const { command, port, clock, reopened } = rig(lasting);
    await command(40, 60_000);
    const next = reopened();
    await next.service();
    port.writes();
    const untilMs = clock.monotonicMs() + 60_000;
    expect(await next.apply({ value: 40, untilMs, validForMs: 60_000 })).toMatchObject({
      status: 'applied',
      reason: 'holds already, confirmed',
    });
    expect(port.writes()).toEqual([]);
  });
});

describe('writes that wear out within a control that does not', () => {
  it('go out where something else stands, are never refreshed, and have a budget of their own', async () => {
    const { command, port, live, clock } = rig();
    port.once = 'fallback';
    await command(40);
    expect(port.writes()).toEqual(['fallback=60', 'value=40', 'enable=1']);
    expect(await live(30_000)).toEqual(['value=40', 'enable=1']);
    for (let time = 0; time < 30; time += 1) {
      port.registers.set('fallback', 7);
      clock.advance(60_000);
      await command(time);
    }
    const spent = port.writes().filter((write) => write.startsWith('fallback'));
    expect(spent).toHaveLength(23);
    expect((await command(99)).reason).toMatch(/budget/);
  });
});

describe('a register that wears out and lapses by itself', () => {
  it('is refreshed as stated, within its budget', async () => {
    const { command, port, live } = rig({
      ...stored,
      expiryMs: 12 * HOUR,
      refreshMs: 6 * HOUR,
      writesPerDay: 24,
    });
    await command(40, 48 * HOUR);
    port.writes();
    expect(await live(24 * HOUR)).toHaveLength(12);
    expect(port.inForce).toBe(40);
  });

  it('a change that rewrites the set point alone does not put the refresh off', async () => {
    const { command, port, live } = rig({
      ...stored,
      expiryMs: 12 * HOUR,
      refreshMs: 6 * HOUR,
      writesPerDay: 24,
    });
    await command(40, 48 * HOUR);
    await live(4 * HOUR);
    port.writes();
    await command(50, 48 * HOUR);
    expect(port.writes()).toEqual(['value=50']);
    // Two hours more, and the whole sequence is six hours old: the timer is written again.
    expect(await live(2 * HOUR)).toContain('fallback=60');
  });
});
