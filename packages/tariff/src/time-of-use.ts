import { z } from 'zod';
import { parsePrice } from '@microgrid/units';
import { dateText } from './decimal-fields.js';
import { checkTimeOfUse } from './calendar/coverage.js';
import { DAY_TYPES } from './calendar/day-type.js';
import { holidaySet } from './calendar/holidays.js';

function isPrice(text: string): boolean {
  try {
    parsePrice(text);
    return true;
  } catch {
    return false;
  }
}

/** A listed price per kWh in the contract's currency: a decimal in quotes with at most 6 decimals, negative allowed. */
export const priceText = z
  .string({ error: 'a price per kWh in quotes, such as "0.250000"' })
  .refine(isPrice, { error: 'a decimal price per kWh with at most 6 decimals, such as "0.250000"' })
  .meta({ description: 'Price per kWh, a decimal with at most 6 decimals, in quotes' });

const dayType = z.enum(DAY_TYPES, { error: `one of ${DAY_TYPES.join(', ')}` });

const monthDay = z
  .string({ error: 'a day of the year in quotes, as "MM-DD"' })
  .regex(/^\d{2}-\d{2}$/, { error: 'a day of the year as "MM-DD"' })
  .meta({ description: 'Day of the year, MM-DD' });

const wallClock = z
  .string({ error: 'a time of day in quotes, as "HH:MM"' })
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    error: 'a time of day as "HH:MM", 00:00 to 24:00',
  })
  .meta({ description: 'Time of day on the local wall clock, HH:MM, 00:00 to 24:00' });

/** One price from a time of day to another (exclusive) on the local wall clock. */
export const pricePeriod = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  from: wallClock,
  to: wallClock,
  price: priceText,
});
export type PricePeriod = z.infer<typeof pricePeriod>;

/** Days of a season that share a list of periods. */
export const dayGroup = z.strictObject({
  weekdays: z.array(dayType).min(1),
  periods: z.array(pricePeriod).min(1),
});
export type DayGroup = z.infer<typeof dayGroup>;

/** The two states of a clock with daylight saving time. */
export const CLOCK_STATES = ['winter', 'summer'] as const;

/**
 * Part of the year: by month and day, both inclusive (`from` after `to` runs over New Year), by whole
 * quarters, or by the state of the clock: `summer` while daylight saving time is in force.
 */
export const tariffSeason = z.strictObject({
  id: z.string().min(1).max(64),
  from: monthDay.optional(),
  to: monthDay.optional(),
  quarters: z
    .array(z.int().min(1).max(4), { error: 'a list of quarters, 1 to 4' })
    .min(1)
    .max(4)
    .optional()
    .meta({ description: 'Quarters of the year, in place of from and to' }),
  clock: z
    .enum(CLOCK_STATES, { error: 'winter or summer' })
    .optional()
    .meta({ description: 'State of the clock (legal time), in place of from and to' }),
  days: z.array(dayGroup).min(1),
});
export type TariffSeason = z.infer<typeof tariffSeason>;

/** One price at all times. */
export const flatTariffShape = z.strictObject({ type: z.literal('flat'), price: priceText });

/** Prices by season, day type and time of day. */
export const timeOfUseShape = z
  .strictObject({
    type: z.literal('timeOfUse'),
    seasons: z.array(tariffSeason).min(1),
    holidays: z.union([z.array(dateText), holidaySet]).optional(),
  })
  .superRefine((tariff, context) => {
    for (const { path, message } of checkTimeOfUse(tariff)) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

/** See {@link flatTariffShape}. */
export type FlatTariff = z.infer<typeof flatTariffShape>;

/**
 * Prices by season, day type and time of day on the local wall clock. The seasons cover every day of
 * the year once and are all of one kind, each season's day groups every day type once (`holiday`
 * exactly when holidays are named), and each group's periods the day from 00:00 to 24:00 once.
 */
export type TimeOfUseTariff = z.infer<typeof timeOfUseShape>;

/** The tariff with one price at all times. @param price decimal text, as in `0.250000`. */
export function flatTariff(price: string): FlatTariff {
  return flatTariffShape.parse({ type: 'flat', price });
}
