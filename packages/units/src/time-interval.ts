import { UnitsError } from './error.js';
import { formatInstant, type EpochMs } from './instant.js';

/** A half-open span of time: `startMs` belongs to it, `endMs` does not. It is named by its start. */
export interface TimeInterval {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** Makes an interval. @throws UnitsError `bad-interval` unless both are whole and the start comes first. */
export function timeInterval(startMs: EpochMs, endMs: EpochMs): TimeInterval {
  if (!Number.isSafeInteger(startMs) || !Number.isSafeInteger(endMs) || startMs >= endMs) {
    throw new UnitsError(
      'bad-interval',
      `interval: got start ${startMs} and end ${endMs}, expected whole milliseconds, start before end`,
    );
  }
  return { startMs, endMs };
}

/** Whether an instant lies in an interval. */
export function contains(interval: TimeInterval, instant: EpochMs): boolean {
  return instant >= interval.startMs && instant < interval.endMs;
}

/** Whether two intervals share any time; intervals that only touch do not. */
export function overlaps(a: TimeInterval, b: TimeInterval): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

/**
 * Cuts an interval into equal pieces.
 * @throws UnitsError `bad-interval` if the length is not a whole multiple of the resolution.
 */
export function splitInterval(interval: TimeInterval, resolutionMs: number): TimeInterval[] {
  const count = (interval.endMs - interval.startMs) / resolutionMs;
  if (!Number.isInteger(count)) {
    throw new UnitsError(
      'bad-interval',
      `interval: ${formatInstant(interval.startMs)} to ${formatInstant(interval.endMs)} is not a whole number of ${resolutionMs} ms pieces`,
    );
  }
  return Array.from({ length: count }, (_, index) => ({
    startMs: interval.startMs + index * resolutionMs,
    endMs: interval.startMs + (index + 1) * resolutionMs,
  }));
}
