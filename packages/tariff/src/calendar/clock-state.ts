import type { EpochMs } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';

/**
 * Whether daylight saving time is in force: the clock is further ahead of UTC than the lesser of its
 * offsets in January and July of that year. A zone without clock changes is always in winter.
 */
export function clockIsSummer(timeZone: string, ms: EpochMs): boolean {
  const { year, offsetMinutes } = localTime(timeZone, ms);
  const january = localTime(timeZone, Date.UTC(year, 0, 15)).offsetMinutes;
  const july = localTime(timeZone, Date.UTC(year, 6, 15)).offsetMinutes;
  return offsetMinutes > Math.min(january, july);
}
