import { Temporal } from 'temporal-polyfill';
import { UnitsError } from './error.js';
import { parseInstantLoose, type EpochMs } from './instant.js';
import type { TimeInterval } from './time-interval.js';

/** One day of a local calendar: 23, 24 or 25 hours long. */
export interface LocalDay extends TimeInterval {
  /** `YYYY-MM-DD` in the time zone. */
  readonly date: string;
}

/** What the clock on the wall says. */
export interface LocalTime {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** 1 = Monday to 7 = Sunday (ISO 8601). */
  readonly weekday: number;
  /** Minutes the wall clock shows after midnight, 0 to 1439; on a clock change it skips or repeats. */
  readonly minuteOfDay: number;
  /** Minutes the wall clock is ahead of UTC. */
  readonly offsetMinutes: number;
}

/** Whether a name is a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    // A bare offset such as +01:00 is no calendar of a place.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function checkTimeZone(name: string): void {
  if (isTimeZone(name)) return;
  throw new UnitsError(
    'bad-time-zone',
    `time zone: got ${JSON.stringify(name)}, expected an IANA name such as Europe/Lisbon`,
  );
}

/**
 * The instant a local day begins; where midnight does not exist that day, the first instant that does.
 * @throws UnitsError `bad-instant` for a date that is not `YYYY-MM-DD`, `bad-time-zone`.
 */
export function startOfLocalDay(timeZone: string, date: string): EpochMs {
  checkTimeZone(timeZone);
  return plainDate(date).toZonedDateTime(timeZone).epochMilliseconds;
}

/**
 * The bound of a period as people write it: a date is local midnight, an instant with Z is itself.
 * @throws UnitsError `bad-instant` for anything else, `bad-time-zone`.
 */
export function periodBound(timeZone: string, text: string): EpochMs {
  return /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? startOfLocalDay(timeZone, text)
    : parseInstantLoose(text);
}

function plainDate(date: string): Temporal.PlainDate {
  if (/^\d{4}-\d{2}-\d{2}$/.test(date)) {
    try {
      return Temporal.PlainDate.from(date, { overflow: 'reject' });
    } catch {
      // Said below, in the same words as any other bad date.
    }
  }
  throw new UnitsError(
    'bad-instant',
    `date: got ${JSON.stringify(date)}, expected a day that exists, as YYYY-MM-DD`,
  );
}

/** What the wall clock of a time zone shows at an instant. @throws UnitsError `bad-time-zone`. */
export function localTime(timeZone: string, ms: EpochMs): LocalTime {
  checkTimeZone(timeZone);
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
  return {
    date: zoned.toPlainDate().toString(),
    year: zoned.year,
    month: zoned.month,
    day: zoned.day,
    weekday: zoned.dayOfWeek,
    minuteOfDay: zoned.hour * 60 + zoned.minute,
    offsetMinutes: zoned.offsetNanoseconds / 60e9,
  };
}

/**
 * The local days that touch [startMs, endMs), in order; the first and last are whole days even where
 * the span cuts them. @throws UnitsError `bad-time-zone`.
 */
export function localDays(timeZone: string, startMs: EpochMs, endMs: EpochMs): LocalDay[] {
  checkTimeZone(timeZone);
  const days: LocalDay[] = [];
  let date = Temporal.Instant.fromEpochMilliseconds(startMs)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  for (;;) {
    const next = date.add({ days: 1 });
    const day = {
      date: date.toString(),
      startMs: date.toZonedDateTime(timeZone).epochMilliseconds,
      endMs: next.toZonedDateTime(timeZone).epochMilliseconds,
    };
    if (day.startMs >= endMs) return days;
    // A zone that crosses the date line skips a calendar day, which then has no length.
    if (day.endMs > day.startMs) days.push(day);
    date = next;
  }
}
