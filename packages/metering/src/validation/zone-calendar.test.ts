import { localDays, localTime } from '@microgrid/units/calendar';
import fc from 'fast-check';
import { clockChange } from '../clock-change.js';
import { DayClasses } from '../estimation/day-classes.js';
import { NightTable } from './night-table.js';
import { sunElevation } from './sun-elevation.js';
import { ZoneCalendar } from './zone-calendar.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Changes at midnight, of half an hour, in the southern summer, and of a whole day. */
const ZONES = [
  'Europe/Lisbon',
  'Atlantic/Azores',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Pacific/Apia',
  'UTC',
];
const FROM_MS = Date.UTC(2011, 11, 1);

const span = fc.record({
  zone: fc.constantFrom(...ZONES),
  startMs: fc.nat(400 * 24).map((hours) => FROM_MS + hours * HOUR_MS),
  lengthMs: fc.integer({ min: 40 * 24, max: 200 * 24 }).map((hours) => hours * HOUR_MS),
});

test('days and changes are those of the zone, in whatever order spans are asked for', () => {
  const calendar = new ZoneCalendar();
  let changes = 0;
  fc.assert(
    fc.property(span, ({ zone, startMs, lengthMs }) => {
      const endMs = startMs + lengthMs;
      const days = localDays(zone, startMs, endMs);
      const found = calendar.days(zone, startMs, endMs);
      expect(found.map(({ date, startMs, endMs }) => ({ date, startMs, endMs }))).toEqual(days);
      const expected = days.flatMap((day) => clockChange(zone, day.startMs, day.endMs) ?? []);
      expect(calendar.changes(zone, startMs, endMs)).toEqual(expected);
      changes += expected.length;
      const [day] = found;
      expect(day?.weekday).toBe(localTime(zone, day?.startMs ?? 0).weekday);
    }),
    { numRuns: 80 * SCALE },
  );
  expect(changes).toBeGreaterThan(5);
});

test('the same wall-clock time on an earlier day is the one its clock showed', () => {
  const calendar = new ZoneCalendar();
  let found = 0;
  fc.assert(
    fc.property(span, fc.nat(28), ({ zone, startMs: anyMs }, after) => {
      // Every other case lies within four weeks after a clock change, so that one is looked back over.
      const change = calendar.changes(zone, anyMs, anyMs + 200 * DAY_MS)[0];
      const startMs = change === undefined || after % 2 > 0 ? anyMs : change.atMs + after * DAY_MS;
      const days = calendar.days(zone, startMs - 30 * DAY_MS, startMs + 1);
      const classes = new DayClasses(days, new Set());
      const now = localTime(zone, startMs);
      for (const ms of classes.earlier(startMs, 28)) {
        const then = localTime(zone, ms);
        expect(then.weekday).toBe(now.weekday);
        // A time that a clock skipped is not there to be shown.
        const shown = [-60, -30, 0, 30, 60].map((minutes) =>
          localTime(zone, ms + minutes * 60_000),
        );
        const isThere = shown.some(
          ({ date, minuteOfDay }) => date === then.date && minuteOfDay === now.minuteOfDay,
        );
        if (isThere) expect(then.minuteOfDay).toBe(now.minuteOfDay);
        found++;
      }
    }),
    { numRuns: 100 * SCALE },
  );
  expect(found).toBeGreaterThan(200);
});

test('a night is the same whichever series asked for it first', () => {
  const dusk = { latitudeDegrees: 38.7, longitudeDegrees: -9.1, elevationDegrees: -6 };
  const table = new NightTable(dusk, 900_000);
  const down = (ms: number): boolean => sunElevation(ms, 38.7, -9.1) < -6;
  fc.assert(
    fc.property(fc.nat(8000), fc.integer({ min: 1, max: 3000 }), (from, intervals) => {
      const startMs = FROM_MS + from * 900_000;
      const dark = table.over(startMs, intervals);
      expect(dark).toHaveLength(intervals);
      for (const at of [0, intervals >> 1, intervals - 1]) {
        const ms = startMs + at * 900_000;
        expect(dark[at]).toBe(down(ms) && down(ms + 900_000) ? 1 : 0);
      }
    }),
    { numRuns: 200 * SCALE },
  );
});
