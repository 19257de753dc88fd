import { z } from 'zod';
import { parseInstant, parseResolution, type EpochMs } from '@microgrid/units';

/** Whether a reader that throws accepts a text. */
function accepts(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };
}

/** The instant a text spells, or nothing: rules between fields also see fields that were refused. */
export function epochMs(text: string): EpochMs | undefined {
  return accepts(parseInstant)(text) ? parseInstant(text) : undefined;
}

/** Names a device, metering point, member, gateway, community … : letters, digits and `. _ : -`, at most 64. */
export const idField = z
  .string({ error: 'an id: a letter or digit, then up to 63 letters, digits or . _ : -' })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, {
    error: 'an id: a letter or digit, then up to 63 letters, digits or . _ : -',
  })
  .meta({ description: 'An id: a letter or digit, then up to 63 letters, digits or . _ : -' });

/** An instant in its one spelling. */
export const instantField = z
  .string({ error: 'a UTC instant written YYYY-MM-DDTHH:MM:SSZ' })
  .refine(accepts(parseInstant), { error: 'a UTC instant written YYYY-MM-DDTHH:MM:SSZ' })
  .meta({
    format: 'date-time',
    description: 'UTC instant, YYYY-MM-DDTHH:MM:SSZ (milliseconds only when not zero)',
  });

/** An interval length. */
export const resolutionField = z
  .string({ error: 'one of PT1M, PT5M, PT10M, PT15M, PT30M, PT60M' })
  .refine(accepts(parseResolution), { error: 'one of PT1M, PT5M, PT10M, PT15M, PT30M, PT60M' })
  .meta({ description: 'Interval length: PT1M, PT5M, PT10M, PT15M, PT30M or PT60M' });

/** Energy of one interval at one point, gross, in mWh. */
export const energyField = z
  .int({ error: 'a whole number of mWh from 0 to 2^53 - 1' })
  .min(0, { error: 'a whole number of mWh from 0 to 2^53 - 1' })
  .meta({ description: 'Energy in mWh (1 kWh = 1,000,000)' });

/** An energy total over more than one interval or point: a decimal integer in a string. */
export const energyTotalField = z
  .string({ error: 'a whole number of mWh in a string, 0 or more' })
  .regex(/^(?:0|[1-9]\d*)$/, { error: 'a whole number of mWh in a string, 0 or more' })
  .meta({ description: 'Energy total in mWh, a decimal integer in a string' });

/** An amount of money: a decimal integer of 10^-12 currency units in a string. */
export const amountField = z
  .string({ error: 'a whole number of 10^-12 currency units in a string' })
  .regex(/^(?:0|-?[1-9]\d*)$/, { error: 'a whole number of 10^-12 currency units in a string' })
  .meta({ description: 'Money in 10^-12 currency units, a decimal integer in a string' });

/** A price in millionths of a currency unit per kWh. */
export const priceField = z
  .int({ error: 'a whole number of micro-currency per kWh' })
  .meta({ description: 'Price in millionths of a currency unit per kWh' });

/** An ISO 4217 currency code. */
export const currencyField = z
  .string({ error: 'an ISO 4217 code such as EUR' })
  .regex(/^[A-Z]{3}$/, { error: 'an ISO 4217 code such as EUR' })
  .meta({ description: 'ISO 4217 currency code' });

/** A SHA-256 digest in lower-case hexadecimal. */
export const hashField = z
  .string({ error: 'a SHA-256 digest as 64 lower-case hexadecimal digits' })
  .regex(/^[0-9a-f]{64}$/, { error: 'a SHA-256 digest as 64 lower-case hexadecimal digits' })
  .meta({ description: 'SHA-256 digest, 64 lower-case hexadecimal digits' });

/** A sentence for people. */
export const reasonField = z.string().min(1).max(1000);

/** Power in watts, any sign. */
export const wattsField = z.number().meta({ description: 'Power in W' });

/** A sequence number, 1 and up. */
export const sequenceField = z
  .int({ error: 'a whole number from 1' })
  .min(1, { error: 'a whole number from 1' })
  .meta({ description: 'Grows by at least one with every message to the same audience' });

/** How long something holds, on the receiver's monotonic clock from receipt. */
export const validForField = z
  .int({ error: 'a whole number of ms from 1' })
  .min(1, { error: 'a whole number of ms from 1' })
  .meta({ description: 'Validity in ms, counted by the receiver from receipt' });
