import type { EpochMs } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * The instants at which a wall clock shows a date and minute: one, none where a clock change skips it,
 * two where it repeats it, the earlier first.
 * @param date `YYYY-MM-DD`. @param minuteOfDay 0 to 1439.
 */
export function localInstants(timeZone: string, date: string, minuteOfDay: number): EpochMs[] {
  const [year, month, day] = date.split('-').map(Number);
  const wall = Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1) + minuteOfDay * MINUTE_MS;
  const offsets = new Set(
    [wall - DAY_MS, wall + DAY_MS].map((ms) => localTime(timeZone, ms).offsetMinutes),
  );
  return [...offsets]
    .map((offset) => wall - offset * MINUTE_MS)
    .filter((ms) => {
      const local = localTime(timeZone, ms);
      return local.date === date && local.minuteOfDay === minuteOfDay;
    })
    .sort((a, b) => a - b);
}
