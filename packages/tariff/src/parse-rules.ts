import type { z } from 'zod';
import { isEventsError, parse } from '@microgrid/events';
import { vatSchema, type Vat } from './bill/vat.js';
import { chargesSchema, type Charge } from './charge/charge.js';
import { roundingSchema, type Rounding } from './number/rounding.js';
import { TariffError } from './tariff-error.js';

function read<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  try {
    return parse(schema, value, source);
  } catch (error) {
    if (!isEventsError(error)) throw error;
    throw new TariffError('invalid-charges', error.message, error.problems);
  }
}

/** Reads a price stack from plain data. @throws TariffError `invalid-charges` naming every problem. */
export function parseCharges(value: unknown, source = 'charges'): Charge[] {
  return read(chargesSchema, value, source);
}

/** Reads a VAT with its rates from plain data. @throws TariffError `invalid-charges`. */
export function parseVat(value: unknown, source = 'vat'): Vat {
  return read(vatSchema, value, source);
}

/** Reads rounding points from plain data. @throws TariffError `invalid-charges`. */
export function parseRounding(value: unknown, source = 'rounding'): Rounding {
  return read(roundingSchema, value, source);
}
