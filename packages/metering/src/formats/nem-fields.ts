import type { IntervalQuality } from '@microgrid/events';
import { isUnitsError, parseInstant, type EpochMs } from '@microgrid/units';

/** The market's time: UTC+10 without daylight saving. */
const MARKET_OFFSET_MS = 10 * 3_600_000;

function instant(iso: string): EpochMs | undefined {
  try {
    return parseInstant(iso) - MARKET_OFFSET_MS;
  } catch (error) {
    if (isUnitsError(error)) return undefined;
    throw error;
  }
}

/** The start of a day written YYYYMMDD, or undefined. */
export function nemDate(text: string): EpochMs | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  return match === null ? undefined : instant(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`);
}

/** An instant written YYYYMMDDhhmmss, or undefined. */
export function nemDateTime(text: string): EpochMs | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return instant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Quality flags of the market: actual, estimated, final substitute, null, substituted. */
const QUALITIES: Readonly<Record<string, IntervalQuality>> = {
  A: 'measured',
  E: 'estimated',
  F: 'substituted',
  N: 'missing',
  S: 'substituted',
};

/** The quality of a flag with its two-digit method, or undefined. */
export function nemQuality(method: string): IntervalQuality | undefined {
  return /^[AEFNS](\d{2})?$/.test(method) ? QUALITIES[method.charAt(0)] : undefined;
}
