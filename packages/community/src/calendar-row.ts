import { holidayTest } from '@microgrid/tariff';
import type { LocalTime } from '@microgrid/units/calendar';
import type { Community } from './community.js';
import type { CalendarConditions, CoefficientDayType } from './sharing-key.js';

/** Tells whether a local day `YYYY-MM-DD` is a holiday: a set of days, or {@link communityHolidays}. */
export interface Holidays {
  has(date: string): boolean;
}

/** The holidays of a contract's calendar. */
export function communityHolidays({ calendar }: Pick<Community, 'calendar'>): Holidays {
  const holidays = calendar?.holidays;
  const test = holidayTest(
    holidays === undefined || 'calendar' in holidays ? holidays : [...holidays],
  );
  return { has: test };
}

/** The day type of a local day. @param holidays of the contract's calendar. */
export function coefficientDayType(
  local: Pick<LocalTime, 'date' | 'weekday'>,
  holidays: Holidays,
): CoefficientDayType {
  if (holidays.has(local.date)) return 'holiday';
  if (local.weekday === 7) return 'sunday';
  return local.weekday === 6 ? 'saturday' : 'workingDay';
}

/** Index of the first row that holds at a local time, or -1. @param holidays as in the contract's calendar. */
export function coefficientRowAt(
  rows: readonly CalendarConditions[],
  local: LocalTime,
  holidays: Holidays,
): number {
  const dayType = coefficientDayType(local, holidays);
  const monthDay = local.date.slice(5);
  return rows.findIndex(
    ({ seasons, dayTypes, hours }) =>
      (dayTypes === undefined || dayTypes.includes(dayType)) &&
      (seasons === undefined || seasons.some((season) => inSeason(season, monthDay))) &&
      (hours === undefined || hours.some((span) => inHours(span, local.minuteOfDay))),
  );
}

function inSeason({ from, to }: { from: string; to: string }, monthDay: string): boolean {
  return from <= to ? monthDay >= from && monthDay <= to : monthDay >= from || monthDay <= to;
}

/** Whether a minute of the day lies in a span of the wall clock. @param span `HH:MM`, the end exclusive. */
export function inHours(span: { from: string; to: string }, minuteOfDay: number): boolean {
  return minuteOfDay >= minuteOf(span.from) && minuteOfDay < minuteOf(span.to);
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}
