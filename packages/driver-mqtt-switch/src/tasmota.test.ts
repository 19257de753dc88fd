import fc from 'fast-check';
import { memoryBroker, memoryLog, memoryStore, virtualClock } from '@microgrid/devices/testing';
import { mqttSwitchConfig } from './config.js';
import { energyPoints } from './energy.js';
import { driver } from './mqtt-switch-driver.js';
import { parsePulseTime, pulseTimeCode, pulseTimeSeconds } from './pulse-time.js';
import { Topics } from './topics.js';
import { tasmotaTwin } from './twin/tasmota-twin.js';

describe('PulseTime', () => {
  it.each([
    [0.1, 1],
    [1, 10],
    [11.1, 111],
    [11.9, 111],
    [12, 112],
    [13, 113],
    [60, 160],
    [300, 400],
    [64_800, 64_900],
    [100_000, 64_900],
  ])('of %d s is the number %d', (seconds, code) => {
    expect(pulseTimeCode(seconds)).toBe(code);
  });

  it('comes back from its number, and is never longer than asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64_900 }), (code) => {
        const seconds = pulseTimeSeconds(code);
        expect(pulseTimeCode(seconds ?? NaN)).toBe(code);
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 64_800, noNaN: true }), (seconds) => {
        expect(pulseTimeSeconds(pulseTimeCode(seconds))).toBeLessThanOrEqual(seconds + 1e-9);
      }),
    );
    expect(pulseTimeSeconds(0)).toBeUndefined();
  });

  it('is understood as firmwares of all ages answer it', () => {
    expect(parsePulseTime({ PulseTime2: '220 (Active 215)' }, 2)).toEqual({
      set: 220,
      remaining: 215,
    });
    expect(parsePulseTime({ PulseTime1: { Set: 220, Remaining: 215 } }, 1)).toEqual({
      set: 220,
      remaining: 215,
    });
    expect(parsePulseTime({ PulseTime: { Set: [0, 220], Remaining: [0, 215] } }, 2)).toEqual({
      set: 220,
      remaining: 215,
    });
    for (const other of [
      {},
      { PulseTime1: null },
      { PulseTime1: 'x' },
      { PulseTime1: { Set: -1 } },
    ]) {
      expect(parsePulseTime(other, 1)).toBeUndefined();
    }
  });
});

describe('ENERGY', () => {
  it('of one phase is read with its units', () => {
    const points = energyPoints({
      Total: 3.185,
      Power: 812,
      ApparentPower: 830,
      ReactivePower: 20,
      Factor: 0.98,
      Voltage: 229,
      Current: 3.5,
      Frequency: 50,
    });
    expect(Object.fromEntries(points)).toEqual({
      importEnergy: 3_185_000,
      power: 812,
      apparentPower: 830,
      reactivePower: 20,
      powerFactor: 0.98,
      voltageL1: 229,
      currentL1: 3.5,
      frequency: 50,
    });
  });

  it('of three phases comes in arrays, their powers summed', () => {
    const points = energyPoints({
      Total: [1, 2, 0.5],
      Power: [100, -20, 3],
      Voltage: [230, 231, 229],
      Current: [1, 2, 3],
    });
    expect(Object.fromEntries(points)).toMatchObject({
      importEnergy: 3_500_000,
      power: 83,
      powerL2: -20,
      voltageL3: 229,
      currentL2: 2,
    });
  });

  it('of anything else is no value', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('Power', 'Total', 'Voltage'), fc.jsonValue()),
        (data) => {
          for (const [point, value] of energyPoints(data)) {
            expect(Number.isFinite(value)).toBe(true);
            if (point.endsWith('Energy')) expect(value).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});

describe('topics', () => {
  it('follow the pattern of the device, and another device is not heard', () => {
    const topics = new Topics('plug', '%topic%/%prefix%');
    expect(topics.of('cmnd', 'POWER1')).toBe('plug/cmnd/POWER1');
    expect(topics.nameIn('stat', 'plug/stat/POWER1')).toBe('POWER1');
    expect(topics.nameIn('stat', 'plug2/stat/POWER1')).toBeUndefined();
    expect(topics.nameIn('stat', 'plug/stat/a/b')).toBeUndefined();
  });
});

describe('the dead man', () => {
  it.each(['text', 'objects', 'lists'] as const)(
    'runs on while the state is asked for (PulseTime as %s), since POWER without payload would end it',
    async (dialect) => {
      const clock = virtualClock(0);
      const config = mqttSwitchConfig.parse({
        topic: 'plug',
        deadManSeconds: 30,
        minimumDwellMs: 0,
      });
      const twin = tasmotaTwin(config, clock);
      twin.dialect = dialect;
      const broker = memoryBroker();
      twin.connect(broker.client());
      const device = await driver.open(
        {
          device: 'plug',
          transport: broker.client(),
          clock,
          log: memoryLog().log,
          store: memoryStore(),
          signal: new AbortController().signal,
        },
        config,
      );
      await device.read();
      await new Promise((resolve) => setImmediate(resolve));
      await device.command({
        kind: 'command',
        version: 1,
        id: 'one',
        sequence: 1,
        audience: 'plug',
        issuedAt: '1970-01-01T00:00:00Z',
        validForMs: 600_000,
        device: 'plug',
        control: 'switch',
        value: true,
        reason: 'test',
      });
      for (let poll = 0; poll < 3; poll += 1) {
        clock.advance(4000);
        await device.read();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(twin.setPoints()).toEqual({ switch: true });
      const empty = broker.messages.filter(
        ({ topic, payload }) =>
          /POWER\d*$/.test(topic) && topic.includes('cmnd') && payload.length === 0,
      );
      expect(empty).toEqual([]);
      // The poller is gone: the device is alone with its timer.
      clock.advance(30_000);
      expect(twin.setPoints()).toEqual({ switch: false });
      await device.close();
    },
  );
});
