import fc from 'fast-check';
import { isTimeZone, localDays, localTime, periodBound, startOfLocalDay } from './calendar.js';
import {
  compareIds,
  contains,
  formatInstant,
  formatResolution,
  overlaps,
  parseInstant,
  parseInstantLoose,
  parseResolution,
  splitInterval,
  timeInterval,
} from './index.js';

const YEAR_0 = -62167219200000;
const YEAR_9999_END = 253402300799999;

describe('instants', () => {
  it('have one spelling that reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: YEAR_0, max: YEAR_9999_END }), (ms) => {
        expect(parseInstant(formatInstant(ms))).toBe(ms);
      }),
    );
    expect(formatInstant(0)).toBe('1970-01-01T00:00:00Z');
    expect(formatInstant(1)).toBe('1970-01-01T00:00:00.001Z');
  });

  it('print and read as the platform does, whole seconds and others', () => {
    const seconds = fc.integer({ min: YEAR_0 / 1000, max: (YEAR_9999_END + 1) / 1000 - 1 });
    fc.assert(
      fc.property(seconds, fc.nat(999), (second, ms) => {
        const whole = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
        expect(formatInstant(second * 1000)).toBe(whole);
        expect(parseInstant(whole)).toBe(second * 1000);
        const text = new Date(second * 1000 + ms).toISOString();
        if (ms > 0) expect(formatInstant(second * 1000 + ms)).toBe(text);
      }),
    );
  });

  it('with one character changed are read as the platform reads them, or refused', () => {
    const instant = fc.integer({ min: YEAR_0 / 1000, max: 4_102_444_800 });
    const character = fc.constantFrom(...Array.from('0123456789TZ:-. +/'));
    let read = 0;
    fc.assert(
      fc.property(instant, fc.nat(19), character, (second, at, other) => {
        const sound = formatInstant(second * 1000);
        const text = sound.slice(0, at) + other + sound.slice(at + 1);
        const ms = Date.parse(text);
        const exists = !Number.isNaN(ms) && `${new Date(ms).toISOString().slice(0, 19)}Z` === text;
        if (exists) {
          read += 1;
          expect(parseInstant(text)).toBe(ms);
        } else expect(() => parseInstant(text)).toThrow(/instant: got/);
      }),
      { numRuns: 1000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:00.000Z',
    '2026-01-01T00:00:00.5Z',
    '2026-01-01T00:00:00+00:00',
    '2026-01-01 00:00:00Z',
    '2026-13-01T00:00:00Z',
    '20260101T000000Z',
    '',
  ])('refuse %p', (text) => {
    expect(() => parseInstant(text)).toThrow(JSON.stringify(text));
  });

  it('may be typed without seconds where a person types them', () => {
    expect(parseInstantLoose('2016-08-10T14:00Z')).toBe(Date.UTC(2016, 7, 10, 14));
    expect(() => parseInstantLoose('2016-08-10T14:00')).toThrow(/Z/);
  });

  it('refuse to print what is not whole milliseconds', () => {
    expect(() => formatInstant(0.5)).toThrow(/whole milliseconds/);
    expect(() => formatInstant(Number.NaN)).toThrow(/whole milliseconds/);
  });
});

describe('resolutions and intervals', () => {
  it('read and print', () => {
    for (const text of ['PT1M', 'PT5M', 'PT10M', 'PT15M', 'PT30M', 'PT60M']) {
      expect(formatResolution(parseResolution(text))).toBe(text);
    }
    expect(parseResolution('PT1H')).toBe(3_600_000);
    expect(() => parseResolution('PT7M')).toThrow(/"PT7M".*PT15M/);
    expect(() => formatResolution(1)).toThrow(/1 ms/);
  });

  it('are half-open', () => {
    const hour = timeInterval(0, 3_600_000);
    expect(contains(hour, 0)).toBe(true);
    expect(contains(hour, 3_600_000)).toBe(false);
    expect(overlaps(hour, timeInterval(3_600_000, 7_200_000))).toBe(false);
    expect(overlaps(hour, timeInterval(3_599_999, 7_200_000))).toBe(true);
    expect(splitInterval(hour, 900_000).map((piece) => piece.startMs)).toEqual([
      0, 900_000, 1_800_000, 2_700_000,
    ]);
    expect(() => splitInterval(hour, 7_000)).toThrow(/whole number/);
    expect(() => timeInterval(1, 1)).toThrow(/start before end/);
  });
});

describe('local calendars', () => {
  it.each([
    ['Europe/Lisbon', '2026-03-29', 92],
    ['Europe/Lisbon', '2026-10-25', 100],
    ['Europe/Berlin', '2024-02-29', 96],
    ['America/Los_Angeles', '2016-11-06', 100],
    ['Asia/Kathmandu', '2026-03-29', 96],
    ['Australia/Lord_Howe', '2026-04-05', 98],
  ])('%s on %s has %i quarter-hours', (timeZone, date, quarters) => {
    const start = startOfLocalDay(timeZone, date);
    const [day, ...others] = localDays(timeZone, start, start + 1);
    expect(others).toEqual([]);
    expect(day?.date).toBe(date);
    expect(((day?.endMs ?? 0) - (day?.startMs ?? 0)) / 900_000).toBe(quarters);
  });

  it('cover any span without gap or overlap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Lisbon', 'Pacific/Apia', 'America/Sao_Paulo', 'Africa/Cairo'),
        fc.integer({ min: 0, max: 2_000_000_000_000 }),
        fc.integer({ min: 1, max: 40 * 86_400_000 }),
        (timeZone, startMs, lengthMs) => {
          const days = localDays(timeZone, startMs, startMs + lengthMs);
          expect(days[0]?.startMs).toBeLessThanOrEqual(startMs);
          expect(days.at(-1)?.endMs).toBeGreaterThanOrEqual(startMs + lengthMs);
          for (const [index, day] of days.slice(1).entries()) {
            expect(day.startMs).toBe(days[index]?.endMs);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('say what the wall clock shows', () => {
    expect(localTime('Europe/Lisbon', Date.UTC(2026, 5, 21, 12, 30))).toEqual({
      date: '2026-06-21',
      year: 2026,
      month: 6,
      day: 21,
      weekday: 7,
      minuteOfDay: 13 * 60 + 30,
      offsetMinutes: 60,
    });
  });

  it('refuse unknown zones and days by name', () => {
    expect(isTimeZone('Europe/Lisbon')).toBe(true);
    expect(isTimeZone('+01:00')).toBe(false);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
    expect(() => localDays('Mars/Olympus', 0, 1)).toThrow(/Mars\/Olympus/);
    expect(() => startOfLocalDay('UTC', '2026-02-30')).toThrow(/2026-02-30/);
    expect(() => startOfLocalDay('UTC', '2026-2-3')).toThrow(/YYYY-MM-DD/);
  });

  it('a bound of a period is a local midnight or an instant', () => {
    expect(periodBound('Europe/Madrid', '2026-08-01')).toBe(Date.UTC(2026, 6, 31, 22));
    expect(periodBound('Europe/Madrid', '2026-08-01T00:00Z')).toBe(Date.UTC(2026, 7, 1));
    expect(() => periodBound('Europe/Madrid', '1 August')).toThrow(/1 August/);
    expect(() => periodBound('Europe/Madrid', '2026-08-01T00:00')).toThrow(/2026-08-01T00:00/);
  });
});

describe('ids', () => {
  it('compare by code units, not by language', () => {
    expect(['b', 'B', 'á', 'a', '10', '9'].sort(compareIds)).toEqual([
      '10',
      '9',
      'B',
      'a',
      'b',
      'á',
    ]);
    expect(compareIds('a', 'a')).toBe(0);
  });
});
