import { intervalV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import { openRig } from './han-device.test-data.js';

const START = Date.UTC(2026, 2, 2, 10, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('live values', () => {
  it('are read with their scales, signs and units', async () => {
    const rig = await openRig(START);
    rig.twin.set({ power: -1234, powerL1: 500, powerL2: -1700, powerL3: -34 });
    rig.twin.set({ voltageL1: 231.4, currentL1: 12.3, frequency: 49.9, powerFactor: 0.987 });
    rig.twin.set({ importEnergy: 12_345_000, exportEnergy: 678_000, contractedPower: 6900 });
    rig.clock.advance(MINUTE);
    const readings = await rig.device.read();
    const values = Object.fromEntries(readings.map(({ point, value }) => [point, value]));
    expect(values).toMatchObject({
      power: -1234,
      powerL1: 500,
      powerL2: -1700,
      powerL3: -34,
      voltageL1: 231.4,
      currentL1: 12.3,
      frequency: 49.9,
      powerFactor: 0.987,
      importEnergy: 12_345_000,
      exportEnergy: 678_000,
      contractedPower: 6900,
      switchState: 1,
    });
    expect(readings.every(({ quality }) => quality === 'good')).toBe(true);
    expect(rig.device.description).toMatchObject({
      phases: 3,
      manufacturer: 'Sagemcom',
      serial: '0000000001',
      limits: { maxImportWatts: 6900 },
    });
    expect(rig.device.status()).toMatchObject({ edition: 2, clockAheadMs: 0 });
  });

  it('of a meter that denies registers are bad one by one, by name, and tried again after a day', async () => {
    const rig = await openRig(START, { denied: ['voltageL2', 'exportPower'] });
    const readings = await rig.device.read();
    const of = (point: string) => readings.find((reading) => reading.point === point);
    expect(of('voltageL2')?.quality).toBe('bad');
    expect(of('voltageL2')?.cause).toContain('access denied');
    expect(of('power')).toMatchObject({ quality: 'bad' });
    expect(of('voltageL1')).toMatchObject({ quality: 'good', value: 230 });
    expect(of('voltageL3')).toMatchObject({ quality: 'good', value: 230 });
    expect(
      rig.device
        .status()
        .refused.map(({ name }) => name)
        .sort(),
    ).toEqual(['exportPower', 'voltageL2']);
    expect(rig.device.alarms?.()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'disabled-block', subject: 'voltageL2' }),
      ]),
    );
    rig.twin.port.denied.clear();
    rig.clock.advance(23 * HOUR);
    await rig.device.read();
    expect(rig.device.status().refused).toHaveLength(2);
    rig.clock.advance(2 * HOUR);
    const later = await rig.device.read();
    expect(rig.device.status().refused).toHaveLength(0);
    expect(later.every(({ quality }) => quality === 'good')).toBe(true);
  });

  it('of a single-phase meter of the first edition need no configuration', async () => {
    const rig = await openRig(START, { phases: 1, edition: 1 });
    const readings = await rig.device.read();
    expect(rig.device.description.phases).toBe(1);
    expect(readings.map(({ point }) => point)).not.toContain('voltageL2');
    expect(readings.map(({ point }) => point)).not.toContain('apparentPower');
    expect(readings.every(({ quality }) => quality === 'good')).toBe(true);
    expect(rig.device.status().edition).toBe(1);
  });

  it.each([
    [3, 4, 40],
    [1, 6, 27],
  ] as const)(
    'of a meter of %i phases take %i requests a poll for the live points',
    async (phases, requests, all) => {
      const rig = await openRig(START, { phases });
      await rig.device.read();
      await rig.device.read();
      const before = rig.bus.requests;
      const readings = await rig.device.read();
      expect({ requests: rig.bus.requests - before, points: readings.length }).toEqual({
        requests,
        points: all,
      });
    },
  );

  it('are bad while the meter does not answer and good again afterwards', async () => {
    const rig = await openRig(START);
    rig.bus.down = true;
    const lost = await rig.device.read();
    expect(lost.every(({ quality, cause }) => quality === 'bad' && cause === 'timeout')).toBe(true);
    rig.bus.down = false;
    const back = await rig.device.read();
    expect(back.every(({ quality }) => quality === 'good')).toBe(true);
  });
});

describe('the load profile', () => {
  it('becomes intervals that end at the clock of their entry', async () => {
    const rig = await openRig(START);
    rig.twin.meter.power = { importWatts: 4000, exportWatts: 0 };
    await rig.run(16 * MINUTE, 10_000);
    expect(rig.intervals).toEqual([
      {
        kind: 'interval',
        version: 1,
        id: 'PT0002000012345678XX/2026-03-02T10:00:00Z/PT15M/1',
        meteringPoint: 'PT0002000012345678XX',
        start: '2026-03-02T10:00:00Z',
        end: '2026-03-02T10:15:00Z',
        importMilliwattHours: 1_000_000,
        exportMilliwattHours: 0,
        quality: 'measured',
        revision: 1,
        source: 'meter',
      },
    ]);
    expect(intervalV1.safeParse(rig.intervals[0]).success).toBe(true);
    await rig.run(2 * HOUR, 10_000);
    expect(rig.intervals).toHaveLength(9);
    expect(rig.device.status().loadProfile).toMatchObject({ state: 'current', label: 'agrees' });
  });

  it('is read back after an outage, neither twice nor with a hole', async () => {
    const rig = await openRig(START);
    rig.twin.meter.power = { importWatts: 4000, exportWatts: 0 };
    await rig.run(HOUR);
    rig.bus.down = true;
    await rig.run(30 * HOUR, 10 * MINUTE);
    rig.bus.down = false;
    await rig.settle();
    const starts = rig.intervals.map(({ start }) => start);
    expect(starts).toEqual(
      Array.from({ length: 31 * 4 }, (_, at) => formatInstant(START + at * 15 * MINUTE)),
    );
    expect(rig.intervals.every(({ quality }) => quality === 'measured')).toBe(true);
  });

  it('is gone on with after a restart of the gateway', async () => {
    const rig = await openRig(START);
    rig.twin.meter.power = { importWatts: 4000, exportWatts: 500 };
    await rig.run(HOUR + MINUTE);
    rig.clock.advance(5 * HOUR);
    await rig.restart();
    await rig.settle();
    expect(rig.intervals).toHaveLength(24);
    expect(new Set(rig.intervals.map(({ id }) => id)).size).toBe(24);
  });

  it('that is labelled by the beginning is noticed at the registers and estimated', async () => {
    const rig = await openRig(START, { labelsStart: true });
    for (let quarter = 0; quarter < 12; quarter += 1) {
      rig.twin.meter.power = { importWatts: quarter % 2 === 0 ? 8000 : 400, exportWatts: 0 };
      await rig.run(15 * MINUTE, 10_000);
    }
    expect(rig.device.status().loadProfile?.label).toBe('disagrees');
    const later = rig.intervals.slice(4);
    expect(later.length).toBeGreaterThan(4);
    expect(later.every(({ quality }) => quality === 'estimated')).toBe(true);
  });
});
