import { deviceDescriptionV1, parse, readingV1, type CommandV1 } from '@microgrid/events';
import { z } from 'zod';
import {
  boundsCause,
  CONTROLS,
  defineDriver,
  isControlName,
  isDevicesError,
  isPointName,
  isUsable,
  missingReading,
  pointDefinition,
  POINTS,
  readingOf,
  staleReading,
  type DriverContext,
  type DriverManifest,
  type DriverTwin,
} from './index.js';
import { fakeDevice, memoryStore, virtualClock } from './testing.js';

const description = parse(deviceDescriptionV1, {
  kind: 'deviceDescription',
  version: 1,
  device: 'meter',
  role: 'meter',
  phases: 1,
  points: ['power', 'importEnergy'],
  controls: [],
  limits: {},
});

const context = (transport: string): DriverContext<string> => ({
  device: 'meter',
  transport,
  clock: virtualClock(0),
  log: () => undefined,
  store: memoryStore(),
  signal: new AbortController().signal,
});

const manifest: DriverManifest = {
  name: 'fake-meter',
  version: '1.0.0',
  contractVersion: 1,
  families: ['meter'],
  transports: ['modbus'],
  licence: 'Apache-2.0',
  capabilities: { points: ['power', 'importEnergy'], controls: [] },
};

const noTwin = (): DriverTwin => {
  throw new Error('never asked');
};

describe('driver', () => {
  const driver = defineDriver({
    manifest,
    config: z.strictObject({ first: z.number().default(5) }),
    probe: () => Promise.resolve({ model: 'fake' }),
    open: ({ clock, transport }: DriverContext<string>, config) =>
      Promise.resolve(
        fakeDevice({ description, clock, values: { power: config.first + transport.length } }),
      ),
    safety: {},
    twin: noTwin,
  });

  it('checks the configuration before the driver sees it and fills in its defaults', async () => {
    const device = await driver.open(context('abc'));
    expect((await device.read())[0]?.value).toBe(8);
    for (const refusing of [
      driver.open(context(''), { first: 'x' }),
      driver.probe(context(''), { first: 'x' }),
    ]) {
      const refused = await refusing.catch((error: unknown) => error);
      if (!isDevicesError(refused)) throw new Error('not refused');
      expect(refused.code).toBe('bad-config');
      expect(refused.message).toMatch(/device meter: first: got "x", expected number/);
    }
    expect(() => driver.twin({ first: 'x' }, { clock: virtualClock(0) })).toThrow(
      /twin of fake-meter: first: got "x"/,
    );
  });

  it.each([
    [{ name: 'Bad Name' }, /manifest: name: got "Bad Name", expected lower-case/],
    [{ contractVersion: 2 }, /contractVersion: got 2, expected 1/],
    [{ version: 'one' }, /version: got "one", expected a semantic version/],
    [{ licence: undefined }, /licence: got nothing, expected string/],
    [{ transports: ['carrier-pigeon'] }, /transports\[0\]: got "carrier-pigeon"/],
    [{ capabilities: { points: ['watts'], controls: [] } }, /points\[0\]: got "watts"/],
    [{ capabilities: { points: [], controls: ['switch'] } }, /safety\.switch: got nothing/],
  ])('refuses the manifest %j', (changes, expected) => {
    const define = () =>
      defineDriver({
        manifest: { ...manifest, ...changes } as DriverManifest,
        config: z.strictObject({}),
        probe: () => Promise.resolve(undefined),
        open: () => Promise.reject(new Error('never')),
        safety: {},
        twin: noTwin,
      });
    expect(define).toThrow(expected);
  });
});

describe('fake device', () => {
  it('behaves as the contract asks', async () => {
    const clock = virtualClock(Date.UTC(2026, 0, 1));
    const device = fakeDevice({ description, clock, values: { power: 5 } });
    const [power, energy] = await device.read();
    expect(parse(readingV1, power)).toMatchObject({ value: 5, at: '2026-01-01T00:00:00Z' });
    expect(energy).toMatchObject({ quality: 'bad', cause: 'absent' });
    device.set({ power: undefined });
    clock.advance(1500);
    expect((await device.read())[0]).toMatchObject({
      quality: 'bad',
      at: '2026-01-01T00:00:01.500Z',
    });
    device.setReachable(false);
    expect((await device.read())[0]).toMatchObject({ cause: 'unreachable' });
    const command = { device: 'meter', value: 1 } as CommandV1;
    expect(await device.command(command)).toMatchObject({ status: 'failed' });
    device.setReachable(true);
    expect(await device.command(command)).toMatchObject({ status: 'applied', readback: 1 });
    await device.release();
    expect([device.commands.length, device.releases]).toEqual([1, 1]);
    await device.close();
    await expect(device.read()).rejects.toThrow(/closed/);
  });

  it('a virtual clock only goes forward, and its wall clock may be corrected alone', () => {
    const clock = virtualClock(1000);
    clock.advance(10);
    clock.setWallClock(5);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([5, 10]);
    expect(() => {
      clock.advance(-1);
    }).toThrow(/got -1/);
  });
});

describe('readings', () => {
  const origin = { device: 'meter', point: 'power', at: '2026-01-01T00:00:00Z' };

  it('a value outside its bounds is suspect, keeps its value and says why', () => {
    expect(readingOf(origin, 5, { minimum: 0, maximum: 10 })).toMatchObject({ quality: 'good' });
    expect(readingOf(origin, 11, { maximum: 10 })).toMatchObject({
      value: 11,
      quality: 'suspect',
      cause: 'above 10',
    });
    expect(boundsCause(-1, { minimum: 0 })).toBe('below 0');
  });

  it('a missing reading has no value; all forms are valid events', () => {
    const missing = missingReading(origin, 'x'.repeat(500));
    expect(missing).not.toHaveProperty('value');
    for (const reading of [
      missing,
      missingReading(origin, ''),
      readingOf(origin, 1, { maximum: 0 }),
      staleReading(readingOf(origin, 1), 'old'),
    ]) {
      expect(parse(readingV1, reading)).toEqual(reading);
    }
    expect(
      ['good', 'suspect', 'stale', 'bad'].map((quality) => isUsable(quality as 'good')),
    ).toEqual([true, true, false, false]);
  });
});

it('the vocabulary knows its own names and no inherited ones', () => {
  for (const name of Object.keys(POINTS)) expect(isPointName(name)).toBe(true);
  for (const name of Object.keys(CONTROLS)) expect(isControlName(name)).toBe(true);
  expect(isPointName('toString')).toBe(false);
  expect(isControlName('constructor')).toBe(false);
  expect(pointDefinition('importEnergy')).toMatchObject({ unit: 'mWh', counter: true });
  expect(pointDefinition('nothing')).toBeUndefined();
});
