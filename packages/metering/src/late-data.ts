import type { IntervalV1 } from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';
import { withRevision } from './counter-intervals.js';
import { slotOf, type KnownInterval } from './known-series.js';

/** Whether two revisions say the same of an interval. */
export function sameContent(a: IntervalV1, b: IntervalV1): boolean {
  const content = (interval: IntervalV1): string =>
    JSON.stringify([
      interval.importMilliwattHours,
      interval.exportMilliwattHours,
      interval.quality,
      interval.uncertaintyMilliwattHours,
      interval.causes,
      interval.source,
    ]);
  return content(a) === content(b);
}

/** Whether a person's correction stands in an interval. */
export function isCorrected({ causes }: IntervalV1): boolean {
  return causes?.includes('manual-correction') === true;
}

/**
 * The next revision of a corrected interval after data came late that says otherwise: the correction
 * stands, and the cause `late-data` asks a person to look again.
 */
export function flagged(standing: IntervalV1): IntervalV1 {
  const causes = [...new Set([...(standing.causes ?? []), 'late-data'])];
  return withRevision({ ...standing, causes }, standing.revision + 1);
}

/**
 * A series with an interval that came late; nothing in it changes. It becomes the next revision, unless a
 * person has corrected the interval: then the correction stands in a next revision with the cause
 * `late-data`, and what came is kept beside it (`overruled`). Data that the series has already (also among
 * what was overruled) changes nothing.
 */
export function withLateData(
  series: readonly KnownInterval[],
  late: IntervalV1,
  knownMs: EpochMs,
): readonly KnownInterval[] {
  const slot = slotOf(late);
  const own = series
    .filter(({ interval }) => slotOf(interval) === slot)
    .sort((a, b) => a.interval.revision - b.interval.revision);
  const newest = own.at(-1)?.interval;
  if (newest === undefined) return [...series, { interval: late, knownMs }];
  const held = isCorrected(newest);
  // Under a correction it is the data before it, or what came since, that may come again.
  const told = held
    ? [
        own.findLast(({ interval }) => !isCorrected(interval))?.interval,
        ...own.map((each) => each.overruled),
      ]
    : [newest];
  if (told.some((known) => known !== undefined && sameContent(known, late))) return series;
  const interval = held ? flagged(newest) : withRevision(late, newest.revision + 1);
  return [...series, { interval, knownMs, ...(held ? { overruled: late } : {}) }];
}
