import { isEventsError, parse } from '@microgrid/events';
import { tariffSchema, type Tariff } from './tariff.js';
import { TariffError } from './tariff-error.js';

/** The outcome of reading a tariff that may be wrong. */
export type TariffResult =
  | { readonly success: true; readonly data: Tariff }
  | { readonly success: false; readonly error: TariffError };

/**
 * Reads a tariff from plain data.
 * @param source where it came from; it begins the message.
 * @throws TariffError `invalid-tariff` naming every problem's path, value and expectation.
 */
export function parseTariff(value: unknown, source = 'tariff'): Tariff {
  try {
    return parse(tariffSchema, value, source);
  } catch (error) {
    if (!isEventsError(error)) throw error;
    throw new TariffError('invalid-tariff', error.message, error.problems);
  }
}

/** {@link parseTariff} that returns its error. */
export function safeParseTariff(value: unknown, source?: string): TariffResult {
  try {
    return { success: true, data: parseTariff(value, source) };
  } catch (error) {
    if (error instanceof TariffError) return { success: false, error };
    throw error;
  }
}
