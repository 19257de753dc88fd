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

/** An amount such as a power or a distance, 0 or more. */
export function quantityText(what: string): z.ZodString {
  return decimalText(
    `${what}, "0" or more, with at most 12 decimals`,
    ({ numerator }) => numerator >= 0n,
  );
}

/** A percentage from 0 to 100. */
export const percentText = decimalText(
  'a percentage from "0" to "100" with at most 10 decimals',
  ({ numerator, scale }) => scale <= 10 && numerator >= 0n && numerator <= 100n * one(scale),
);

const FRACTION = /^(0|[1-9]\d{0,8})\/([1-9]\d{0,8})$/;

function isRatio(text: string): boolean {
  const fraction = FRACTION.exec(text);
  if (fraction !== null) return Number(fraction[1]) <= Number(fraction[2]);
  return holds(text, ({ numerator, scale }) => numerator >= 0n && numerator <= one(scale));
}

const RATIO = 'a ratio from "0" to "1": a decimal with at most 12 decimals or a fraction as "1/3"';

/** A ratio from 0 to 1, also one that no decimal is. */
export const ratioText = z
  .string({ error: `${RATIO}, in quotes` })
  .refine(isRatio, { error: RATIO })
  .meta({ description: 'A ratio from 0 to 1: a decimal, or a fraction as "1/3", in quotes' });

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
