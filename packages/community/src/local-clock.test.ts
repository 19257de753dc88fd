import { localTime } from '@microgrid/units/calendar';
import { LocalClock } from './local-clock.js';

const STEP_MS = 3_600_000 * 7.25;
const YEAR_MS = 366 * 86_400_000;

/** Clock changes at 01:00 UTC, at local midnight, by half an hour; quarters of an hour; a skipped day. */
test.each([
  ['Europe/Lisbon', 2026, 2],
  ['Europe/Madrid', 2028, 2],
  ['America/Santiago', 2026, 2],
  ['Asia/Beirut', 2026, 2],
  ['Australia/Lord_Howe', 2026, 2],
  ['Asia/Kathmandu', 2026, 0],
  ['Pacific/Apia', 2011, 3],
])('shows what the calendar says: %s in %i', (zone, year, changes) => {
  const clock = new LocalClock(zone);
  const from = Date.UTC(year, 0, 1);
  let found = 0;
  let before: number | undefined;
  for (let ms = from; ms < from + YEAR_MS; ms += STEP_MS) {
    const local = localTime(zone, ms);
    expect(clock.at(ms)).toEqual(local);
    if (before !== undefined && before !== local.offsetMinutes) found++;
    before = local.offsetMinutes;
  }
  expect(found).toBe(changes);
  // Backwards and within one day as well.
  for (const ms of [from + YEAR_MS / 2, from, from + 59_999]) {
    expect(clock.at(ms)).toEqual(localTime(zone, ms));
  }
});
