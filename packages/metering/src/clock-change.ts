import type { EpochMs } from '@microgrid/units';
import { localTime } from '@microgrid/units/calendar';

/** Where a zone's clock changes, and by how many minutes. */
export interface ClockChange {
  /** First instant of the new time. */
  readonly atMs: EpochMs;
  /** Positive forward, negative back. */
  readonly minutes: number;
}

/**
 * The change of a zone's clock within a local day; undefined where its offset stays.
 * @throws UnitsError `bad-time-zone`.
 */
export function clockChange(
  timeZone: string,
  startMs: EpochMs,
  endMs: EpochMs,
): ClockChange | undefined {
  const offset = (ms: EpochMs): number => localTime(timeZone, ms).offsetMinutes;
  const before = offset(startMs);
  const minutes = offset(endMs - 1) - before;
  if (minutes === 0) return undefined;
  let [low, high] = [startMs, endMs - 1];
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return { atMs: high, minutes };
}
