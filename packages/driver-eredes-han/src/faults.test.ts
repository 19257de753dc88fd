import { intervalV1, type IntervalV1 } from '@microgrid/events';
import fc from 'fast-check';
import { openRig, type Rig } from './han-device.test-data.js';

const START = Date.UTC(2026, 2, 2, 10, 0, 0);
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const at = (rig: Rig, time: string): IntervalV1[] =>
  rig.intervals.filter(({ start }) => start === `2026-03-02T${time}:00Z`);
const steady = async (options = {}, config = {}): Promise<Rig> => {
  const rig = await openRig(START, options, config);
  rig.twin.meter.power = { importWatts: 4000, exportWatts: 0 };
  return rig;
};
/** Sum of the newest revision of each interval, Wh. */
const sum = (rig: Rig): number => {
  const newest = new Map<string, IntervalV1>();
  for (const interval of rig.intervals) newest.set(interval.start, interval);
  return [...newest.values()].reduce(
    (total, { importMilliwattHours = 0 }) => total + importMilliwattHours / 1000,
    0,
  );
};

describe('a power failure', () => {
  it.each([true, false])(
    'leaves the intervals without entry missing and those it cut estimated (partial entries: %s)',
    async (partialEntries) => {
      const rig = await steady({ partialEntries });
      await rig.run(37 * MINUTE);
      rig.bus.down = true;
      rig.twin.meter.powerFailure(40 * MINUTE);
      rig.clock.advance(40 * MINUTE);
      rig.bus.down = false;
      await rig.run(50 * MINUTE);
      expect(at(rig, '10:15')[0]).toMatchObject({ quality: 'measured' });
      expect(at(rig, '10:30')[0]?.quality).toBe(partialEntries ? 'estimated' : 'missing');
      expect(at(rig, '10:45')[0]).toMatchObject({ quality: 'missing', causes: ['power-failure'] });
      expect(at(rig, '10:45')[0]).not.toHaveProperty('importMilliwattHours');
      expect(at(rig, '11:15')[0]).toMatchObject({ quality: 'estimated' });
      expect(at(rig, '11:15')[0]?.causes).toEqual(
        expect.arrayContaining(['power-up', 'power-down', 'gap-before']),
      );
      expect(at(rig, '11:30')[0]).toMatchObject({ quality: 'measured' });
      // Nothing that flowed is lost or counted twice.
      const { importWattHours = 0 } = rig.twin.meter.truth.get(START + 8 * QUARTER) ?? {};
      expect(sum(rig)).toBe(importWattHours);
      for (const interval of rig.intervals)
        expect(intervalV1.safeParse(interval).success).toBe(true);
    },
  );
});

describe('a clock that is set', () => {
  it('forward skips what has no entry and estimates what it cut', async () => {
    const rig = await steady();
    await rig.run(37 * MINUTE);
    rig.twin.meter.setClock(20 * MINUTE);
    await rig.run(30 * MINUTE);
    const causes = rig.intervals.filter(({ quality }) => quality !== 'measured');
    expect(causes.length).toBeGreaterThan(0);
    expect(at(rig, '10:30')[0]?.causes).toContain('clock-changed');
    expect(sum(rig)).toBe(rig.twin.meter.entries.length === 0 ? 0 : rigTotal(rig));
  });

  it('back adds the second time of an interval to the first, as a new revision', async () => {
    const rig = await steady();
    await rig.run(47 * MINUTE);
    expect(at(rig, '10:30')).toHaveLength(1);
    rig.twin.meter.setClock(-10 * MINUTE);
    await rig.run(40 * MINUTE);
    const revisions = at(rig, '10:30');
    expect(revisions.map(({ revision }) => revision)).toEqual(
      revisions.map((_, index) => index + 1),
    );
    expect(revisions.length).toBeGreaterThan(1);
    expect(revisions.at(-1)).toMatchObject({ quality: 'estimated' });
    expect(revisions.at(-1)?.causes).toContain('clock-set-back');
    expect(sum(rig)).toBe(rigTotal(rig));
    expect(rig.device.status().loadProfile?.unattributedWattHours).toBe(0);
  });

  it('and stays wrong by more than its tolerance makes intervals estimated', async () => {
    const rig = await steady();
    rig.twin.meter.aheadMs = 8 * MINUTE;
    await rig.run(40 * MINUTE);
    expect(rig.device.status().clockAheadMs).toBe(8 * MINUTE);
    expect(rig.intervals.length).toBeGreaterThan(1);
    for (const { quality, causes } of rig.intervals.slice(1)) {
      expect({ quality, causes }).toMatchObject({ quality: 'estimated' });
      expect(causes).toContain('meter-clock-off');
    }
  });
});

/** What entries say altogether, Wh. */
function rigTotal({ twin }: Rig): number {
  return twin.meter.entries.reduce((total, entry) => {
    const view = new DataView(entry.buffer, entry.byteOffset, entry.length);
    return total + view.getUint32(13);
  }, 0);
}

describe('a profile', () => {
  it('that was cleared, and one with other columns, goes on without repeating or making anything up', async () => {
    const rig = await steady();
    await rig.run(61 * MINUTE);
    rig.twin.meter.resetProfile([1, 2, 10, 11, 9]);
    rig.twin.meter.power = { importWatts: 2000, exportWatts: 1000 };
    rig.bus.down = true;
    await rig.run(MINUTE);
    rig.bus.down = false;
    await rig.run(60 * MINUTE);
    await rig.settle();
    expect(new Set(rig.intervals.map(({ id }) => id)).size).toBe(rig.intervals.length);
    expect(at(rig, '11:00')[0]?.causes).toContain('load-profile-reset');
    expect(at(rig, '11:30')[0]).toMatchObject({
      importMilliwattHours: 500_000,
      exportMilliwattHours: 250_000,
    });
  });

  it('of generation and reactive energy tells every column, beside the intervals', async () => {
    const rig = await steady({ columns: [1, 2, 9, 10, 11, 12, 13, 14, 4] });
    rig.twin.meter.power = { importWatts: 0, exportWatts: 2000, reactive: [400, 0, 120, 40] };
    const entries: unknown[] = [];
    rig.device.entries$.subscribe((batch) => entries.push(...batch.map(({ values }) => values)));
    await rig.run(16 * MINUTE);
    expect(entries).toEqual([
      {
        importIncrement: 0,
        exportIncrement: 500,
        reactiveQ1Increment: 100,
        reactiveQ2Increment: 0,
        reactiveQ3Increment: 30,
        reactiveQ4Increment: 10,
        exportTotal: 500,
      },
    ]);
    expect(rig.intervals[0]).toMatchObject({ exportMilliwattHours: 500_000 });
    rig.clock.advance(MINUTE);
    const readings = await rig.device.read();
    const value = (point: string) => readings.find((reading) => reading.point === point)?.value;
    expect(value('reactiveEnergyQ1')).toBeGreaterThanOrEqual(106_000);
  });

  it('of totals instead of increments gives differences; its first entry is only a start', async () => {
    const rig = await steady({ columns: [1, 2, 3, 4] });
    await rig.run(61 * MINUTE);
    expect(at(rig, '10:00')[0]).toMatchObject({
      quality: 'missing',
      causes: ['no-reading-before'],
    });
    expect(at(rig, '10:15')[0]).toMatchObject({
      quality: 'measured',
      importMilliwattHours: 1_000_000,
    });
  });

  it('whose ids mean something else is read by the meanings its owner states', async () => {
    const measures = { 9: 'exportIncrement', 10: 'importIncrement' };
    const rig = await steady({}, { loadProfile: { measures } });
    await rig.run(16 * MINUTE);
    expect(rig.intervals[0]).toMatchObject({
      importMilliwattHours: 0,
      exportMilliwattHours: 1_000_000,
    });
    await expect(steady({}, { loadProfile: { measures: { x: 'importTotal' } } })).rejects.toThrow();
  });

  it('without an export column is used where the register proves that nothing is exported', async () => {
    const rig = await steady({ columns: [1, 2, 9] });
    await rig.run(16 * MINUTE);
    expect(rig.intervals[0]).toMatchObject({ exportMilliwattHours: 0, quality: 'measured' });
  });

  it('without an export column is refused where something was exported, unless the owner says otherwise', async () => {
    const rig = await steady({ columns: [1, 2, 9], exportWattHours: 5 });
    await rig.run(31 * MINUTE);
    expect(rig.intervals).toEqual([]);
    expect(rig.device.status().loadProfile).toMatchObject({
      state: 'unusable',
      problem: expect.stringContaining('loadProfile.exports: none') as string,
    });
    const told = await steady(
      { columns: [1, 2, 9], exportWattHours: 5 },
      { loadProfile: { exports: 'none' } },
    );
    await told.run(16 * MINUTE);
    expect(told.intervals).toHaveLength(1);
  });

  it('whose registers are denied is said by name', async () => {
    const rig = await steady({ denied: ['loadProfileMeasurements'] });
    await rig.run(31 * MINUTE);
    expect(rig.device.status().loadProfile?.problem).toContain('loadProfileMeasurements');
    expect(rig.intervals).toEqual([]);
  });

  it('with a period that is no interval length is refused', async () => {
    const rig = await steady({ periodSeconds: 420 });
    await rig.run(31 * MINUTE);
    expect(rig.device.status().loadProfile).toMatchObject({ state: 'unusable' });
    expect(rig.intervals).toEqual([]);
  });

  it('of another meter is not taken for the continuation of the old one', async () => {
    const rig = await steady();
    await rig.run(46 * MINUTE);
    rig.bus.down = true;
    await rig.run(MINUTE);
    // The new meter has the same port, another serial number and entries of its own, also older ones.
    Object.assign(rig.twin.meter.options, { serial: '0000000002' });
    rig.twin.meter.pin('import', 5);
    rig.bus.down = false;
    await rig.run(45 * MINUTE);
    expect(rig.device.description.serial).toBe('0000000002');
    expect(new Set(rig.intervals.map(({ id }) => id)).size).toBe(rig.intervals.length);
    expect(rig.log.lines.some(({ message }) => message.includes('replaced'))).toBe(true);
  });
});

describe('any sequence of faults', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('live' as const),
        minutes: fc.integer({ min: 1, max: 90 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('outage' as const),
        minutes: fc.integer({ min: 1, max: 300 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('failure' as const),
        minutes: fc.integer({ min: 1, max: 200 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('clock' as const),
        minutes: fc.integer({ min: -40, max: 40 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('restart' as const), minutes: fc.constant(0) }),
    },
  );

  it(
    'loses no energy that an entry holds, counts none twice, and never calls a cut interval measured',
    async () => {
      let faults = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 3, maxLength: 8 }),
          fc.boolean(),
          fc.integer({ min: 1, max: 5 }),
          async (steps, partialEntries, requestsPerRead) => {
            const rig = await openRig(
              START,
              { partialEntries },
              { loadProfile: { requestsPerRead, clockToleranceMs: 86_400_000 } },
            );
            rig.twin.meter.power = { importWatts: 3600, exportWatts: 0 };
            for (const { kind, minutes } of steps) {
              if (kind === 'live') await rig.run(minutes * MINUTE, 5 * MINUTE);
              else faults += 1;
              if (kind === 'outage') {
                rig.bus.down = true;
                await rig.run(minutes * MINUTE, 10 * MINUTE);
                rig.bus.down = false;
              } else if (kind === 'failure') {
                rig.twin.meter.powerFailure(minutes * MINUTE);
                rig.clock.advance(minutes * MINUTE);
              } else if (kind === 'clock' && minutes !== 0) {
                rig.twin.meter.setClock(minutes * MINUTE);
              } else if (kind === 'restart') await rig.restart();
            }
            // Ends between two captures: one is looked for only some seconds after it is due.
            await rig.run(95 * MINUTE, 5 * MINUTE);
            await rig.run(20_000, 20_000);
            await rig.settle();
            const { intervals, device } = rig;
            for (const interval of intervals) {
              expect(intervalV1.safeParse(interval).success).toBe(true);
              // 3,600 W for a quarter of an hour, and no other value, can be measured in full.
              if (interval.quality === 'measured')
                expect(interval.importMilliwattHours).toBe(900_000);
            }
            expect(new Set(intervals.map(({ id }) => id)).size).toBe(intervals.length);
            const { unattributedWattHours = 0 } = device.status().loadProfile ?? {};
            expect(sum(rig) + unattributedWattHours).toBe(rigTotal(rig));
          },
        ),
        // Two entries of equal bytes, made by a clock set back, cannot be told apart after a restart.
        { numRuns: 12 * SCALE, seed: 20_260_302 },
      );
      expect(faults).toBeGreaterThan(8);
    },
    60_000 * SCALE,
  );
});

describe('replies of any bytes', () => {
  it(
    'never end in a crash, a value that was not sent, or an interval that is not one',
    async () => {
      let damaged = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.infiniteStream(
            fc.oneof(
              { weight: 6, arbitrary: fc.constant(undefined) },
              { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
              { weight: 1, arbitrary: fc.nat({ max: 40 }) },
            ),
          ),
          async (damage) => {
            const rig = await openRig(START);
            const { handler } = rig.twin;
            const custom = handler.custom?.bind(handler);
            let off = false;
            Object.assign(handler, {
              custom: (functionCode: number, data: Uint8Array) => {
                const reply = custom?.(functionCode, data);
                const next = off
                  ? undefined
                  : (damage.next().value as Uint8Array | number | undefined);
                if (next === undefined || reply === undefined) return reply;
                damaged += 1;
                // Either other bytes of a right framing, or fewer bytes than there should be.
                if (typeof next === 'number') {
                  const kept = reply.subarray(1, 1 + next);
                  return Uint8Array.from([kept.length, ...kept]);
                }
                return Uint8Array.from([next.length, ...next]);
              },
            });
            rig.twin.meter.power = { importWatts: 4000, exportWatts: 0 };
            for (let poll = 0; poll < 60; poll += 1) {
              rig.clock.advance(MINUTE);
              const readings = await rig.device.read();
              for (const { value } of readings) expect(Number.isNaN(value)).toBe(false);
            }
            for (const interval of rig.intervals) {
              expect(intervalV1.safeParse(interval).success).toBe(true);
            }
            off = true;
            rig.clock.advance(2 * QUARTER);
            const healed = await rig.device.read();
            expect(healed.find(({ point }) => point === 'voltageL1')).toMatchObject({ value: 230 });
          },
        ),
        { numRuns: 8 * SCALE },
      );
      expect(damaged).toBeGreaterThan(100);
    },
    60_000 * SCALE,
  );
});
