import { z } from 'zod';
import { canonicalJson, instantField, isEventsError, parse } from '@microgrid/events';
import { formatInstant, parseInstant, type TimeInterval } from '@microgrid/units';
import { periodDays } from './period.js';
import { DAYS_SCHEMA } from './run-layout.js';
import { RunnerError } from './runner-error.js';

const span = { start: instantField, end: instantField };

const daysDocument = z.strictObject({
  schema: z.literal(DAYS_SCHEMA),
  timeZone: z.string().min(1),
  ...span,
  days: z.array(z.strictObject({ date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/), ...span })).min(1),
});

/**
 * The period and its local day boundaries as UTC instants, canonical JSON: written down so that a
 * later reader with other time-zone rules still sees which boundaries were used.
 */
export function daysText(timeZone: string, period: TimeInterval): string {
  return canonicalJson({
    schema: DAYS_SCHEMA,
    timeZone,
    start: formatInstant(period.startMs),
    end: formatInstant(period.endMs),
    days: periodDays(timeZone, period).map(({ date, startMs, endMs }) => ({
      date,
      start: formatInstant(startMs),
      end: formatInstant(endMs),
    })),
  });
}

/**
 * Reads the period from the list of days.
 * @throws RunnerError `bad-input` unless it is such a list.
 */
export function periodOfDays(text: string, source: string): TimeInterval {
  try {
    const { start, end } = parse(daysDocument, JSON.parse(text), source);
    return { startMs: parseInstant(start), endMs: parseInstant(end) };
  } catch (error) {
    if (isEventsError(error)) throw new RunnerError('bad-input', error.message);
    if (error instanceof SyntaxError) {
      throw new RunnerError('bad-input', `${source}: no JSON: ${error.message}`);
    }
    throw error;
  }
}
