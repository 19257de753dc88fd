import { z } from 'zod';

const MONTH_DAY = 'a day of the year in quotes, as "MM-DD"';
const CLOCK = 'a time of day in quotes, as "HH:MM", 00:00 to 24:00';

/** Days of each month in a leap year. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isMonthDay(text: string): boolean {
  const match = /^(\d{2})-(\d{2})$/.exec(text);
  const day = Number(match?.[2]);
  return match !== null && day >= 1 && day <= (DAYS[Number(match[1]) - 1] ?? 0);
}

const monthDay = z
  .string({ error: MONTH_DAY })
  .refine(isMonthDay, { error: MONTH_DAY })
  .meta({ description: 'Day of the year, MM-DD' });

const clock = z
  .string({ error: CLOCK })
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: CLOCK })
  .meta({ description: 'Time of day on the local wall clock, HH:MM, 00:00 to 24:00' });

/** Part of the year, both days inclusive; it may run over New Year. */
export const yearPart = z.strictObject({ from: monthDay, to: monthDay });

/** Part of the day on the local wall clock, the end exclusive. */
export const spanField = z
  .strictObject({ from: clock, to: clock })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    error: 'a time of day after from; a span over midnight is written as two',
  });
