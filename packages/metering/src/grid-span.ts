import { formatInstant, formatResolution, type EpochMs } from '@microgrid/units';
import { MeteringError } from './metering-error.js';

/** A metering point a grid must hold, and since when and until when it must have readings. */
export interface GridPoint {
  readonly id: string;
  /** Readings are needed from this instant; absent: from the period's start. */
  readonly fromMs?: EpochMs;
  /** Readings are needed before this instant; absent: to the period's end. */
  readonly toMs?: EpochMs;
}

/** Whether a point must have a reading in an interval. */
export function isNeeded({ fromMs, toMs }: GridPoint, startMs: EpochMs): boolean {
  return startMs >= (fromMs ?? startMs) && startMs < (toMs ?? Number.POSITIVE_INFINITY);
}

/** What a grid must cover. */
export interface GridSpan {
  /** The metering points the readings may and must speak of. */
  readonly points: readonly (string | GridPoint)[];
  readonly startMs: EpochMs;
  /** Exclusive. */
  readonly endMs: EpochMs;
  readonly resolutionMs: number;
}

/** More cells than this are no period of one community but a typing mistake in a date. */
const MOST_CELLS = 500_000_000;

/** Refuses a period that no grid can cover. @throws MeteringError `bad-period` or `too-large`. */
export function checkPeriod({ startMs, endMs, resolutionMs, points }: GridSpan): void {
  const resolution = formatResolution(resolutionMs);
  const bad = (value: string, expected: string): never => {
    throw new MeteringError('bad-period', { column: 'period', value, expected });
  };
  if (!(startMs < endMs)) {
    bad(`${formatInstant(startMs)} to ${formatInstant(endMs)}`, 'a start before its end');
  }
  for (const ms of [startMs, endMs]) {
    if (ms % resolutionMs !== 0) {
      bad(formatInstant(ms), `a whole multiple of ${resolution} in UTC; choose a finer resolution`);
    }
  }
  if (((endMs - startMs) / resolutionMs) * points.length > MOST_CELLS) {
    throw new MeteringError('too-large', {
      column: 'period',
      value: `${(endMs - startMs) / resolutionMs} intervals of ${points.length} metering points`,
      expected: `at most ${MOST_CELLS} values; settle a shorter period`,
    });
  }
}
