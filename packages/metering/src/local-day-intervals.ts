import { localDays, startOfLocalDay } from '@microgrid/units/calendar';
import { splitInterval, type TimeInterval } from '@microgrid/units';

/**
 * The intervals of a local day: 96 quarter-hours on most days, 92 and 100 on the days clocks change.
 * @param date `YYYY-MM-DD`.
 * @throws UnitsError `bad-interval` where the day does not start and end on the resolution.
 */
export function localDayIntervals(
  timeZone: string,
  date: string,
  resolutionMs: number,
): TimeInterval[] {
  const startMs = startOfLocalDay(timeZone, date);
  const [day] = localDays(timeZone, startMs, startMs + 1);
  return day ? splitInterval(day, resolutionMs) : [];
}
