import { z } from 'zod';
import { parsePrice } from '@microgrid/units';
import { checkTimeOfUse } from './coverage.js';
import { DAY_TYPES } from './day-type.js';

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

/** Part of the year by month and day, both inclusive; `from` after `to` runs over New Year. */
export const tariffSeason = z.strictObject({
  id: z.string().min(1).max(64),
  from: monthDay,
  to: monthDay,
  days: z.array(dayGroup).min(1),
});
export type TariffSeason = z.infer<typeof tariffSeason>;

const flatTariffSchema = z.strictObject({ type: z.literal('flat'), price: priceText });

const timeOfUseSchema = z.strictObject({
  type: z.literal('timeOfUse'),
  seasons: z.array(tariffSeason).min(1),
  holidays: z
    .array(
      z
        .string({ error: 'a date in quotes, as "YYYY-MM-DD"' })
        .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'a date as "YYYY-MM-DD"' }),
    )
    .optional(),
});

/** One price at all times. */
export type FlatTariff = z.infer<typeof flatTariffSchema>;

/**
 * Prices by season, day type and time of day on the local wall clock. Seasons go by the calendar
 * date alone: they do not depend on whether daylight saving time is in force.
 */
export type TimeOfUseTariff = z.infer<typeof timeOfUseSchema>;

/**
 * A tariff. The seasons cover every day of the year once, each season's day groups every day type
 * once (`holiday` exactly when holidays are listed), and each group's periods the day from 00:00 to
 * 24:00 once.
 */
export const tariffSchema = z
  .discriminatedUnion('type', [flatTariffSchema, timeOfUseSchema], {
    error: 'a tariff of type flat or timeOfUse',
  })
  .superRefine((tariff, context) => {
    if (tariff.type === 'flat') return;
    for (const { path, message } of checkTimeOfUse(tariff)) {
      context.addIssue({ code: 'custom', path, message });
    }
  });
export type Tariff = z.infer<typeof tariffSchema>;

/** The tariff with one price at all times. @param price decimal text, as in `0.250000`. */
export function flatTariff(price: string): FlatTariff {
  return flatTariffSchema.parse({ type: 'flat', price });
}
