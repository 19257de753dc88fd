/** Days in each month of a leap year: 29 February needs a price too. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Days of a leap year. */
export const YEAR_DAYS = 366;
/** Minutes of a day of 24 hours. */
export const DAY_MINUTES = 1440;

/** Minutes after midnight of a time of day written `HH:MM`, 0 to 1440. */
export function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** Position of a month and day in a leap year, 0 to 365; -1 for a day that no year has. */
export function dayOfLeapYear(month: number, day: number): number {
  const length = MONTH_DAYS[month - 1];
  if (length === undefined || day < 1 || day > length) return -1;
  return MONTH_DAYS.slice(0, month - 1).reduce((sum, days) => sum + days, 0) + day - 1;
}

/** {@link dayOfLeapYear} of a text `MM-DD`. */
export function yearDayOf(monthDay: string): number {
  return dayOfLeapYear(Number(monthDay.slice(0, 2)), Number(monthDay.slice(3, 5)));
}

/** The `MM-DD` of a position in a leap year. */
export function monthDayText(yearDay: number): string {
  let rest = yearDay;
  let month = 0;
  while (rest >= (MONTH_DAYS[month] ?? 0)) {
    rest -= MONTH_DAYS[month] ?? 0;
    month++;
  }
  return `${pad(month + 1)}-${pad(rest + 1)}`;
}

/** The `HH:MM` of a minute of the day. */
export function timeText(minute: number): string {
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
