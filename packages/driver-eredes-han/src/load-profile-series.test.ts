import { localDays } from '@microgrid/units/calendar';
import { formatInstant, parseInstant } from '@microgrid/units';
import fc from 'fast-check';
import { openRig, type Rig } from './han-device.test-data.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONES = ['Europe/Lisbon', 'Atlantic/Madeira', 'Atlantic/Azores'] as const;

/** Clock changes of Portugal, 2020 to 2030: one o'clock UTC on the last Sundays of March and October. */
const CLOCK_CHANGES = Array.from({ length: 11 }, (_, year) => 2020 + year).flatMap((year) =>
  [2, 9].map((month) => {
    const last = new Date(Date.UTC(year, month + 1, 0));
    return Date.UTC(year, month, last.getUTCDate() - last.getUTCDay(), 1);
  }),
);

const increments = fc.shuffledSubarray([9, 10, 11, 12, 13, 14, 3, 5, 77], { minLength: 0 });
const columns = increments.chain((extra) =>
  fc.shuffledSubarray([...new Set([1, 2, 9, 10, ...extra])], {
    minLength: new Set([1, 2, 9, 10, ...extra]).size,
  }),
);

const meter = fc.record({
  timeZone: fc.constantFrom(...ZONES),
  columns,
  unlistedClock: fc.boolean(),
  periodSeconds: fc.constantFrom(300, 900, 1800, 3600),
  padEntries: fc.boolean(),
  numbering: fc.record({
    base: fc.constantFrom(0 as const, 1 as const),
    newestFirst: fc.boolean(),
  }),
  deviationMinutes: fc.constantFrom(undefined, 60, -60, 0),
  winterTimeOnly: fc.boolean(),
  denied: fc.subarray(['statusControl', 'loadProfileCapacity', 'exportEnergy']),
});

/** Energy of each interval by the meter's real registers. */
function expectTruth(rig: Rig, from: number, until: number): void {
  const { truth, periodMs } = rig.twin.meter;
  const seen = new Map(rig.intervals.map((interval) => [parseInstant(interval.start), interval]));
  expect(seen.size).toBe(rig.intervals.length);
  for (let start = from; start < until; start += periodMs) {
    const [before, after] = [truth.get(start), truth.get(start + periodMs)];
    const interval = seen.get(start);
    expect({ start: formatInstant(start), interval }).toMatchObject({
      interval: {
        quality: 'measured',
        importMilliwattHours:
          ((after?.importWattHours ?? NaN) - (before?.importWattHours ?? NaN)) * 1000,
        exportMilliwattHours:
          ((after?.exportWattHours ?? NaN) - (before?.exportWattHours ?? NaN)) * 1000,
      },
    });
  }
}

/** What was generated, without what is left to the default. */
const options = (generated: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(generated).filter(([, value]) => value !== undefined));

describe('the series made of the load profile', () => {
  it(
    'equals what the meter measured, for any columns, zone, period, numbering and outage, over clock changes',
    async () => {
      let checked = 0;
      await fc.assert(
        fc.asyncProperty(
          meter,
          fc.constantFrom(...CLOCK_CHANGES),
          fc.array(fc.nat({ max: 20_000 }), { minLength: 8, maxLength: 8 }),
          fc.integer({ min: 0, max: 30 }),
          fc.integer({ min: 1, max: 9 }),
          async (generated, change, watts, outageHours, requestsPerRead) => {
            const { unlistedClock, columns: all } = generated;
            const listed = unlistedClock ? all.filter((id) => id > 2) : all;
            const start = change - 10 * HOUR;
            const rig = await openRig(
              start,
              { ...options(generated), columns: listed },
              { loadProfile: { requestsPerRead } },
            );
            const live = async (hours: number, first: number): Promise<void> => {
              for (let hour = 0; hour < hours; hour += 1) {
                rig.twin.meter.power = {
                  importWatts: watts[(first + hour) % 8] ?? 0,
                  exportWatts: watts[(first + 3 * hour) % 8] ?? 0,
                };
                await rig.run(HOUR, 5 * MINUTE);
              }
            };
            await live(6, 0);
            rig.bus.down = true;
            await live(outageHours, 1);
            rig.bus.down = false;
            await rig.settle();
            await live(3, 2);
            await rig.run(MINUTE, 20_000);
            await rig.settle();
            const until = start + (9 + outageHours) * HOUR;
            expectTruth(rig, start, until);
            checked += rig.intervals.length;
          },
        ),
        { numRuns: 25 * SCALE },
      );
      expect(checked).toBeGreaterThan(500);
    },
    60_000 * SCALE,
  );

  it(
    'has every local day of both clock changes of 2020 to 2030 in all zones: 92 and 100 quarter-hours',
    async () => {
      const lengths = new Set<number>();
      for (const timeZone of ZONES) {
        const change = CLOCK_CHANGES[(2 * ZONES.indexOf(timeZone)) % CLOCK_CHANGES.length] ?? 0;
        for (const at of SCALE > 1 ? CLOCK_CHANGES : [change, ...CLOCK_CHANGES.slice(-2)]) {
          const [day] = localDays(timeZone, at, at + 1);
          if (day === undefined) throw new Error('no day');
          const rig = await openRig(day.startMs, { timeZone });
          rig.twin.meter.power = { importWatts: 4000, exportWatts: 0 };
          // The whole day is read back at its end: labels alone tell the hours apart.
          rig.clock.advance(day.endMs - day.startMs);
          await rig.settle();
          expectTruth(rig, day.startMs, day.endMs);
          expect(rig.intervals).toHaveLength((day.endMs - day.startMs) / (15 * MINUTE));
          lengths.add(rig.intervals.length);
        }
      }
      expect([...lengths].sort()).toEqual([100, 92]);
    },
    60_000 * SCALE,
  );

  it(
    'begins at any entry, and goes on where a full profile has dropped its oldest ones',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 7, max: 60 }),
          fc.integer({ min: 0, max: 90 }),
          fc.integer({ min: 1, max: 90 }),
          fc.integer({ min: 1, max: 4 }),
          async (capacity, before, outage, requestsPerRead) => {
            const start = Date.UTC(2026, 5, 1);
            const rig = await openRig(start, { capacity }, { loadProfile: { requestsPerRead } });
            rig.twin.meter.power = { importWatts: 3600, exportWatts: 1200 };
            const quarters = async (count: number, down: boolean): Promise<void> => {
              rig.bus.down = down;
              await rig.run(count * 15 * MINUTE, 15 * MINUTE);
            };
            rig.clock.advance(before * 15 * MINUTE);
            await rig.run(16 * MINUTE, 4 * MINUTE);
            await rig.settle();
            await quarters(outage, true);
            rig.bus.down = false;
            // A capture may fall between any two reads: the meter goes on while it is read back.
            for (let poll = 0; poll < 40; poll += 1) await rig.run(MINUTE);
            await rig.settle();
            const starts = rig.intervals.map((interval) => parseInstant(interval.start));
            const first = starts[0] ?? 0;
            expect(starts).toEqual(starts.map((_, at) => first + at * 15 * MINUTE));
            const known = rig.intervals.filter(({ quality }) => quality !== 'missing');
            for (const { importMilliwattHours } of known)
              expect(importMilliwattHours).toBe(900_000);
            const missing = rig.intervals.length - known.length;
            const lost = Math.max(0, outage - capacity);
            expect(missing).toBeGreaterThanOrEqual(lost);
            expect(missing).toBeLessThanOrEqual(Math.max(0, outage + 3 - capacity));
          },
        ),
        { numRuns: 40 * SCALE },
      );
    },
    60_000 * SCALE,
  );

  it('does not depend on function 0x45 while an outage is shorter than six entries', async () => {
    const start = Date.UTC(2026, 5, 1);
    const rig = await openRig(start, { positional: false });
    rig.twin.meter.power = { importWatts: 3600, exportWatts: 0 };
    await rig.run(HOUR);
    rig.bus.down = true;
    await rig.run(75 * MINUTE);
    rig.bus.down = false;
    await rig.settle();
    expectTruth(rig, start, start + 9 * 15 * MINUTE);
  });

  it('tells nothing of the past when it is not asked to', async () => {
    const start = Date.UTC(2026, 5, 1);
    const quarter = (at: number): string => formatInstant(start + at * 15 * MINUTE);
    const rig = await openRig(start, {}, { loadProfile: { history: quarter(90) } });
    rig.clock.advance(DAY);
    await rig.settle();
    expect(rig.intervals.map((interval) => interval.start)).toEqual(
      [90, 91, 92, 93, 94, 95].map(quarter),
    );
  });
});
