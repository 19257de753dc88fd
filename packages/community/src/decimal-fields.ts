import { z } from 'zod';
import { parseRatio, type Ratio } from '@microgrid/units';
import { startOfLocalDay } from '@microgrid/units/calendar';

function holds(text: string, test: (ratio: Ratio) => boolean): boolean {
  try {
    return test(parseRatio(text));
  } catch {
    return false;
  }
}

function one(scale: number): bigint {
  return 10n ** BigInt(scale);
}

function decimalText(expected: string, test: (ratio: Ratio) => boolean): z.ZodString {
  return z
    .string({ error: `${expected}, in quotes` })
    .refine((text) => holds(text, test), { error: expected })
    .meta({ description: `${expected.charAt(0).toUpperCase()}${expected.slice(1)}, in quotes` });
}

/** A share of the pool: a decimal from 0 to 1, at most 12 decimals. */
export const coefficientText = decimalText(
  'a coefficient from "0" to "1" with at most 12 decimals',
  ({ numerator, scale }) => numerator >= 0n && numerator <= one(scale),
);

/** A power factor: above 0, at most 1. */
export const powerFactorText = decimalText(
  'a power factor above "0" and at most "1"',
  ({ numerator, scale }) => numerator > 0n && numerator <= one(scale),
);

/** Apparent power in kVA, 0 or more. */
export const kilovoltAmperesText = decimalText(
  'an apparent power in kVA, "0" or more, with at most 12 decimals',
  ({ numerator }) => numerator >= 0n,
);

function isDate(text: string): boolean {
  try {
    startOfLocalDay('UTC', text);
    return true;
  } catch {
    return false;
  }
}

/** A calendar day in the community's time zone. */
export const dateText = z
  .string({ error: 'a day in quotes, as "YYYY-MM-DD"' })
  .refine(isDate, { error: 'a day that exists, as "YYYY-MM-DD"' })
  .meta({ format: 'date', description: "A day in the community's time zone, YYYY-MM-DD" });
