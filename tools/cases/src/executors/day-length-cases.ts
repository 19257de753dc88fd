import { localDayIntervals } from '@microgrid/metering';
import { localDays, startOfLocalDay } from '@microgrid/units/calendar';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { ofMillionths } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, type Json } from '../json.js';

const DAY_MS = 86_400_000;

/** A date, or the first day of 2026 that is shorter or longer than others. */
function dateOf(day: string, timeZone: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(day)) return day;
  const kind = /^(short|long|normal|plain)\b/i.exec(day)?.[1]?.toLowerCase();
  const from = startOfLocalDay(timeZone, '2026-01-01');
  const days = localDays(timeZone, from, startOfLocalDay(timeZone, '2027-01-01'));
  const found = days.find(({ startMs, endMs }) => {
    const longer = endMs - startMs - DAY_MS;
    return kind === 'short' ? longer < 0 : kind === 'long' ? longer > 0 : longer === 0;
  });
  if (kind === undefined || found === undefined) throw new NotUnderstood(`a ${day} in ${timeZone}`);
  return found.date;
}

function count(one: Json): Actual {
  if (!isRecord(one)) throw new NotUnderstood('expected records with tz, day and min');
  const [timeZone, day, minutes] = [
    one['tz'] ?? one['timeZone'],
    one['day'] ?? one['date'],
    one['min'] ?? one['interval_min'],
  ];
  if (typeof timeZone !== 'string' || typeof day !== 'string' || typeof minutes !== 'number') {
    throw new NotUnderstood('expected records with tz, day and min');
  }
  const intervals = localDayIntervals(timeZone, dateOf(day, timeZone), minutes * 60_000);
  return ofMillionths(BigInt(intervals.length) * 1_000_000n);
}

/** How many intervals local days have. */
export const dayLengthCases: Executor = {
  kind: 'vee',
  run({ input, expected }) {
    const list = isList(input) ? input : [input];
    const asks = list.every(
      (one) =>
        isRecord(one) && ('tz' in one || 'timeZone' in one) && ('day' in one || 'date' in one),
    );
    if (!asks || list.length === 0) return undefined;
    const actual = list.map(count);
    return [{ name: '', expected, actual: isList(input) ? actual : (actual[0] ?? null) }];
  },
};
