import { z } from 'zod';
import { compareIds } from '@microgrid/units';
import { isCalendarDate } from './calendar-date.js';
import { easterDate } from './easter.js';
import {
  HOLIDAY_CALENDAR_NAMES,
  HOLIDAY_CALENDARS,
  type HolidayCalendar,
  type HolidayRule,
} from './holiday-calendars.js';

const DAY = 'a date in quotes, as "YYYY-MM-DD", or a day of every year, as "MM-DD"';

const holidayText = z
  .string({ error: DAY })
  .refine((text) => isCalendarDate(/^\d{2}-\d{2}$/.test(text) ? `2000-${text}` : text), {
    error: DAY,
  });

/** A national calendar with local holidays added and days taken out. */
export const holidaySet = z.strictObject({
  calendar: z.enum(HOLIDAY_CALENDAR_NAMES, {
    error: `one of ${HOLIDAY_CALENDAR_NAMES.join(', ')}`,
  }),
  /** Regional and municipal holidays: dates, or days of every year. */
  add: z.array(holidayText).optional(),
  /** Days that the tariff does not treat as holidays. */
  remove: z.array(holidayText).optional(),
});
export type HolidaySet = z.infer<typeof holidaySet>;

/** A holiday on its date. */
export interface Holiday {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly name: string;
}

/** The national holidays of a year, in order of date. */
export function nationalHolidays(calendar: HolidayCalendar, year: number): Holiday[] {
  const rules: readonly HolidayRule[] = HOLIDAY_CALENDARS[calendar];
  return rules
    .filter(({ from, to }) => (from ?? year) <= year && year <= (to ?? year))
    .map(({ name, day, easter }) => ({
      name,
      date: day === undefined ? easterDate(year, easter ?? 0) : `${year}-${day}`,
    }))
    .sort((a, b) => compareIds(a.date, b.date));
}

/** Tells whether a date `YYYY-MM-DD` is a holiday of a list of dates or of a calendar. */
export function holidayTest(
  holidays: readonly string[] | HolidaySet | undefined,
): (date: string) => boolean {
  if (holidays === undefined) return () => false;
  if (!('calendar' in holidays)) {
    const dates = new Set(holidays);
    return (date) => dates.has(date);
  }
  const added = new Set(holidays.add);
  const removed = new Set(holidays.remove);
  const years = new Map<string, ReadonlySet<string>>();
  return (date) => {
    const day = date.slice(5);
    if (removed.has(date) || removed.has(day)) return false;
    if (added.has(date) || added.has(day)) return true;
    const year = date.slice(0, 4);
    let dates = years.get(year);
    if (dates === undefined) {
      dates = new Set(nationalHolidays(holidays.calendar, Number(year)).map((h) => h.date));
      years.set(year, dates);
    }
    return dates.has(date);
  };
}
