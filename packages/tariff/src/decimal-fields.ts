import { z } from 'zod';
import { parseRatio } from '@microgrid/units';
import { isCalendarDate } from './calendar/calendar-date.js';

/** Whether a text is a plain decimal of at most 12 decimals. */
export function isDecimal(text: string): boolean {
  try {
    parseRatio(text);
    return true;
  } catch {
    return false;
  }
}

const DECIMAL = 'a decimal in quotes with at most 12 decimals, such as "0.0123"';

/** An exact decimal text, at most 12 decimals, negative allowed. */
export const decimalText = z
  .string({ error: DECIMAL })
  .refine(isDecimal, { error: DECIMAL })
  .meta({ description: 'Decimal with at most 12 decimals, in quotes' });

const POSITIVE = 'a decimal in quotes, not negative, with at most 12 decimals, such as "6.9"';

/** An exact decimal text, not negative. */
export const positiveText = z
  .string({ error: POSITIVE })
  .refine((text) => isDecimal(text) && !text.startsWith('-'), { error: POSITIVE })
  .meta({ description: 'Decimal, not negative, with at most 12 decimals, in quotes' });

const PERCENT = 'a percentage in quotes, such as "23"';

/** A percentage, not negative. */
export const percentText = z
  .string({ error: PERCENT })
  .refine((text) => isDecimal(text) && !text.startsWith('-'), { error: PERCENT })
  .meta({ description: 'Percentage, in quotes: "23" is 23 %' });

const DATE = 'a date that exists, in quotes, as "YYYY-MM-DD"';

/** A calendar date. */
export const dateText = z
  .string({ error: DATE })
  .refine(isCalendarDate, { error: DATE })
  .meta({ description: 'Date, YYYY-MM-DD' });

/** A name that charges, VAT and series refer to. */
export const nameText = z
  .string({ error: 'a name of 1 to 100 characters' })
  .min(1, { error: 'a name of 1 to 100 characters' })
  .max(100, { error: 'a name of 1 to 100 characters' });
