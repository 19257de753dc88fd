import fc from 'fast-check';
import { intervalV1, type IntervalV1 } from '@microgrid/events';
import { parseInstant } from '@microgrid/units';
import {
  advanceIntervals,
  intervalOptions,
  intervals,
  localDayIntervals,
  type CounterReading,
  type IntervalSettings,
  type IntervalState,
} from './index.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const QUARTER = 900_000;
const T0 = Date.UTC(2026, 5, 21);
const SETTINGS: IntervalSettings = { resolutionMs: QUARTER, source: 'gw-01', maximumWatts: 20_000 };

function at(seconds: number, imported: number, exported = 0): CounterReading {
  return {
    meteringPoint: 'home-01',
    atMs: T0 + seconds * 1000,
    importMilliwattHours: imported,
    exportMilliwattHours: exported,
    quality: 'good',
  };
}

function run(readings: CounterReading[], settings = SETTINGS): IntervalV1[] {
  return intervals(readings, settings).intervals;
}

/** One reading every `step` seconds at a constant 3.6 kW (1000 mWh a second), from `from` to `to`. */
function steady(from: number, to: number, step = 10, base = 5_000_000): CounterReading[] {
  const count = Math.floor((to - from) / step) + 1;
  return Array.from({ length: count }, (_, index) =>
    at(from + index * step, base + (from + index * step) * 1000),
  );
}

describe('intervals from counter readings', () => {
  it('measures exactly, one counter unit a boundary, where readings fall on the boundaries', () => {
    const found = run(steady(0, 2700));
    expect(found).toHaveLength(3);
    for (const interval of found) {
      expect(intervalV1.parse(interval)).toMatchObject({
        importMilliwattHours: 900_000,
        exportMilliwattHours: 0,
        quality: 'measured',
        uncertaintyMilliwattHours: 2,
      });
    }
  });

  it('shares an interpolated boundary and states the energy around it as uncertainty', () => {
    const [first, second] = run([at(0, 0), at(890, 1000), at(910, 1003), at(1800, 2000)]);
    expect(first).toMatchObject({
      importMilliwattHours: 1002,
      quality: 'measured',
      uncertaintyMilliwattHours: 5,
    });
    expect(second).toMatchObject({ importMilliwattHours: 998, uncertaintyMilliwattHours: 5 });
  });

  it('calls a boundary between readings more than 60 s apart estimated, on both sides', () => {
    const found = run([at(0, 0), at(860, 900), at(921, 930), at(1800, 1800), at(2700, 2000)]);
    expect(found.map(({ quality }) => quality)).toEqual(['estimated', 'estimated', 'measured']);
    expect(found[0]?.causes).toEqual(['wide-bracket']);
    expect(run([at(0, 0), at(860, 900), at(920, 930), at(1800, 1800)])[0]?.quality).toBe(
      'measured',
    );
  });

  it('calls the first interval missing when nothing was read before it, and later ones measured', () => {
    const found = run(steady(300, 1800));
    expect(found.map(({ quality }) => quality)).toEqual(['missing', 'measured']);
    expect(found[0]).not.toHaveProperty('importMilliwattHours');
    expect(intervalV1.safeParse(found[0]).success).toBe(true);
  });

  it('spreads an outage by the registers, sums to them, and calls it estimated', () => {
    const found = run([at(0, 0), at(1000, 1000), at(4400, 8001), at(4500, 8101)]);
    expect(found.map(({ quality }) => quality)).toEqual(Array(5).fill('estimated'));
    const sum = found.reduce(
      (total, { importMilliwattHours = 0 }) => total + importMilliwattHours,
      0,
    );
    expect(sum).toBe(8101);
  });

  it('starts afresh after a silence too long to spread energy over', () => {
    const year = 365 * 86_400;
    const found = run([at(0, 0), at(60, 60), ...steady(year, year + 1800)]);
    expect(found.map(({ quality }) => quality)).toEqual(['missing', 'measured', 'measured']);
    expect(found[0]?.causes).toEqual(['no-reading-after']);
  });

  it('books neither a negative nor a lifetime-sized delta over a reset and back', () => {
    const life = 40_000_000_000;
    const readings = [
      ...steady(0, 900, 10, life),
      at(910, 0),
      at(920, 10_000),
      at(930, life + 930_000),
      ...steady(940, 2700, 10, life),
    ];
    const found = run(readings);
    expect(found.map(({ quality }) => quality)).toEqual(['measured', 'estimated', 'measured']);
    expect(found[1]?.causes).toEqual(['counter-reset', 'implausible-rate']);
    // 10 s of 30 between 900 and 930 are vouched for; the rest may have been up to 20 kW.
    expect(found[1]?.importMilliwattHours).toBe(880_000);
    const unknown = found[1]?.uncertaintyMilliwattHours ?? 0;
    expect(unknown).toBeGreaterThanOrEqual(20_000);
    expect(unknown).toBeLessThan(200_000);
  });

  it('knows nothing of an interval that lies wholly inside a reset', () => {
    const found = run([...steady(0, 900), at(2800, 5), at(3600, 800_005)]);
    expect(found.map(({ quality }) => quality)).toEqual([
      'measured',
      'missing',
      'missing',
      'estimated',
    ]);
    expect(found[1]?.causes).toEqual(['counter-reset', 'no-reading-between', 'wide-bracket']);
  });

  it('uses what comes late, and rejects by name what is repeated, contradicts or is no count', () => {
    const { rejected, intervals: found } = intervals(
      [
        at(0, 0),
        at(10, 10),
        at(10, 11),
        at(20, 20),
        at(20, 20),
        at(5, 5),
        at(25, -1),
        at(30, 1.5),
        at(900, 900),
      ],
      SETTINGS,
    );
    expect(rejected.map(({ reason }) => reason)).toEqual([
      'not-a-count',
      'not-a-count',
      'contradictory',
      'contradictory',
      'duplicate',
    ]);
    expect(found).toHaveLength(1);
  });

  it('drops a single false reading and loses nothing: zero, torn word, lifetime of another meter', () => {
    for (const wrong of [0, 65_536, 9_000_000_000_000]) {
      const readings = steady(0, 1800, 10, 5_000_000_000);
      readings[90] = { ...(readings[90] as CounterReading), importMilliwattHours: wrong };
      const { intervals: found, rejected } = intervals(readings, SETTINGS);
      expect(found.map((each) => [each.importMilliwattHours, each.quality])).toEqual([
        [900_000, 'measured'],
        [900_000, 'measured'],
      ]);
      expect(rejected.map(({ reason }) => reason)).toEqual(['misread']);
    }
  });

  it('waits out zeros that come again and again before the lifetime value is back', () => {
    const readings = steady(0, 2700, 10, 5_000_000_000).map((reading, index) =>
      index > 50 && index < 80 ? { ...reading, importMilliwattHours: 0 } : reading,
    );
    expect(run(readings).map((each) => each.importMilliwattHours)).toEqual([
      900_000, 900_000, 900_000,
    ]);
  });

  it('never books a lifetime when the first reading was 0', () => {
    const found = run([at(0, 0), ...steady(10, 1800, 10, 5_000_000_000)]);
    expect(found.map(({ quality }) => quality)).toEqual(['estimated', 'measured']);
    expect(found[0]?.importMilliwattHours).toBe(890_000);
  });

  it.each([
    ['16 bits of 10 Wh', 2 ** 16, 10_000],
    ['32 bits of 1 mWh', 2 ** 32, 1],
    ['48 bits of 1 mWh', 2 ** 48, 1],
    ['6 digits of 100 Wh', 10 ** 6, 100_000],
  ])('goes round with %s, declared or not, and loses nothing', (_name, units, unit) => {
    const range = units * unit;
    const readings = Array.from({ length: 31 }, (_, index) =>
      at(index * 60, (((units - 12 + index) % units) + 0) * unit),
    );
    const settings = { ...SETTINGS, maximumWatts: unit * 0.09, counterUnitMilliwattHours: unit };
    for (const each of [settings, { ...settings, registerRangeMilliwattHours: range }]) {
      const found = run(readings, each);
      expect(found.map((one) => [one.importMilliwattHours, one.quality])).toEqual([
        [15 * unit, 'measured'],
        [15 * unit, 'measured'],
      ]);
      expect(found[0]?.causes).toEqual(['counter-rollover']);
    }
  });

  it('tells an interval again, as a revision, where the reading that closed it proves wrong', () => {
    const options = intervalOptions(SETTINGS);
    // A torn word that the rate allows: 65,536 mWh in 30 s are 7.9 kW.
    const readings = [...steady(0, 870, 30), at(900, 5_900_000 + 65_536), ...steady(930, 1800, 30)];
    let state: IntervalState | undefined;
    const told: IntervalV1[] = [];
    for (const reading of readings) {
      const step = advanceIntervals(state, reading, options);
      state = step.state;
      told.push(...step.intervals);
    }
    expect(told.map((one) => [one.start.slice(11, 16), one.revision, one.quality])).toEqual([
      ['00:00', 1, 'measured'],
      ['00:00', 2, 'estimated'],
      ['00:15', 1, 'estimated'],
    ]);
    expect(told[1]?.causes).toEqual(['ambiguous-register']);
    expect(told[1]?.importMilliwattHours).toBe(900_000);
    expect(intervals(readings, SETTINGS).intervals.map(({ revision }) => revision)).toEqual([1, 1]);
  });

  it('goes on after a restart from its plain-data state as if nothing had happened', () => {
    const readings = steady(130, 4000, 37);
    const options = intervalOptions(SETTINGS);
    let state: IntervalState | undefined;
    const found: IntervalV1[] = [];
    for (const reading of readings) {
      const step = advanceIntervals(state, reading, options);
      state = step.state && (JSON.parse(JSON.stringify(step.state)) as IntervalState);
      found.push(...step.intervals);
    }
    expect(found).toEqual(run(readings));
  });

  it('telescopes exactly, stays within its uncertainty and is never negative, for generated lives', () => {
    let intervalsSeen = 0;
    const life = fc.record({
      resolutionMs: fc.constantFrom(60_000, 300_000, 600_000, QUARTER, 1_800_000, 3_600_000),
      // Seconds to the next reading and mean power until then, import and export.
      steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.nat(18_000), fc.nat(18_000)), {
        minLength: 2,
        maxLength: 60,
      }),
      register: fc.nat(9_000_000_000_000),
    });
    fc.assert(
      fc.property(life, ({ resolutionMs, steps, register }) => {
        // Truth: power is constant between readings, so the register at any second is known.
        let seconds = 0;
        let truth = { imported: register, exported: 2 * register };
        const knots = [{ seconds, ...truth }];
        for (const [duration, importWatts, exportWatts] of steps) {
          seconds += duration;
          truth = {
            imported: truth.imported + Math.floor((importWatts * duration) / 3.6),
            exported: truth.exported + Math.floor((exportWatts * duration) / 3.6),
          };
          knots.push({ seconds, ...truth });
        }
        const found = run(
          knots.map((k) => at(k.seconds, k.imported, k.exported)),
          { ...SETTINGS, resolutionMs },
        );
        const register_at = (ms: number, name: 'imported' | 'exported'): number => {
          const index = Math.max(
            1,
            knots.findIndex((k) => T0 + k.seconds * 1000 >= ms),
          );
          const [a, b] = [knots[index - 1], knots[index]] as [(typeof knots)[0], (typeof knots)[0]];
          const share = (ms - T0 - a.seconds * 1000) / ((b.seconds - a.seconds) * 1000);
          return a[name] + (b[name] - a[name]) * share;
        };
        for (const [field, name] of [
          ['importMilliwattHours', 'imported'],
          ['exportMilliwattHours', 'exported'],
        ] as const) {
          for (const interval of found) {
            const energy = interval[field] as number;
            const exact =
              register_at(parseInstant(interval.end), name) -
              register_at(parseInstant(interval.start), name);
            if (!(energy >= 0) || Math.abs(energy - exact) > 1.01)
              throw new Error(`${interval.id}: ${energy}, truly ${exact}`);
          }
          const [first, last] = [found[0], found.at(-1)];
          if (!first || !last) continue;
          intervalsSeen += found.length;
          const sum = found.reduce((total, interval) => total + (interval[field] as number), 0);
          const whole =
            register_at(parseInstant(last.end), name) -
            register_at(parseInstant(first.start), name);
          expect(Math.abs(sum - whole)).toBeLessThanOrEqual(0.51);
        }
      }),
      { numRuns: 300 * SCALE },
    );
    expect(intervalsSeen).toBeGreaterThan(10_000);
  });
});

describe('local days', () => {
  it.each([
    ['Europe/Lisbon', '2026-03-29', 92],
    ['Europe/Lisbon', '2026-06-21', 96],
    ['Europe/Lisbon', '2026-10-25', 100],
    ['Atlantic/Azores', '2026-10-25', 100],
    ['America/Los_Angeles', '2016-11-06', 100],
  ])('in %s on %s have %i quarter-hours', (timeZone, date, count) => {
    expect(localDayIntervals(timeZone, date, QUARTER)).toHaveLength(count);
  });

  it.each([
    'Europe/Lisbon',
    'Atlantic/Azores',
    'Atlantic/Madeira',
    'Europe/Madrid',
    'Europe/Berlin',
  ])(
    'of %s have 92 and 100 quarter-hours on the last Sundays of March and October, 2020 to 2030',
    (timeZone) => {
      const lastSunday = (year: number, month: number): string => {
        const last = new Date(Date.UTC(year, month, 0));
        last.setUTCDate(last.getUTCDate() - last.getUTCDay());
        return last.toISOString().slice(0, 10);
      };
      for (let year = 2020; year <= 2030; year++) {
        for (const [date, count] of [
          [lastSunday(year, 3), 92],
          [lastSunday(year, 10), 100],
          [`${year}-06-21`, 96],
        ] as const) {
          const day = localDayIntervals(timeZone, date, QUARTER);
          expect([date, day.length]).toEqual([date, count]);
          const from = ((day[0]?.startMs ?? NaN) - T0) / 1000;
          const to = ((day.at(-1)?.endMs ?? NaN) - T0) / 1000;
          // 3.6 kW all day: the registers' difference is the day's energy, whatever its length.
          const found = run(steady(from, to, 900, 1e13), { ...SETTINGS, bracketMs: 900_000 });
          expect(found).toHaveLength(count);
          expect(found.every((one) => one.importMilliwattHours === 900_000)).toBe(true);
        }
      }
    },
  );
});
