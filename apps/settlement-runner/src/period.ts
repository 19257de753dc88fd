import { formatInstant, isUnitsError, type EpochMs, type TimeInterval } from '@microgrid/units';
import { localDays, periodBound, type LocalDay } from '@microgrid/units/calendar';
import { RunnerError } from './runner-error.js';

/** A bound as people write it: a date is local midnight of the community, an instant with Z is itself. */
function bound(option: string, text: string, timeZone: string): EpochMs {
  try {
    return periodBound(timeZone, text);
  } catch (error) {
    if (!isUnitsError(error)) throw error;
    throw new RunnerError(
      'bad-usage',
      `${option}: got ${JSON.stringify(text)}, expected a date YYYY-MM-DD (local midnight in ${timeZone}) or an instant YYYY-MM-DDTHH:MMZ`,
    );
  }
}

/**
 * Reads the bounds of a period; the end is exclusive.
 * @throws RunnerError `bad-usage`.
 */
export function parsePeriod(from: string, to: string, timeZone: string): TimeInterval {
  const startMs = bound('--from', from, timeZone);
  const endMs = bound('--to', to, timeZone);
  if (startMs < endMs) return { startMs, endMs };
  throw new RunnerError(
    'bad-usage',
    `--to: got ${to} (${formatInstant(endMs)}), expected after --from ${from} (${formatInstant(startMs)}); the end is exclusive`,
  );
}

/** The local days of a period, the first and last cut to it. */
export function periodDays(timeZone: string, { startMs, endMs }: TimeInterval): LocalDay[] {
  return localDays(timeZone, startMs, endMs).map((day) => ({
    date: day.date,
    startMs: Math.max(day.startMs, startMs),
    endMs: Math.min(day.endMs, endMs),
  }));
}
