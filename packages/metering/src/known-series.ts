import { canonicalJson, type IntervalV1 } from '@microgrid/events';
import { compareIds, parseInstant, type EpochMs } from '@microgrid/units';
import type { IntervalCorrection } from './interval-correction.js';
import { MeteringError } from './metering-error.js';

/** A revision of an interval and when it became known; its own span is the time it is valid for. */
export interface KnownInterval {
  readonly interval: IntervalV1;
  readonly knownMs: EpochMs;
  /** The correction that made it, where a person did. */
  readonly correction?: IntervalCorrection;
  /** What came late and did not take the place of a person's correction. */
  readonly overruled?: IntervalV1;
}

/** Names the interval that revisions share. */
export const slotOf = ({ meteringPoint, start }: IntervalV1): string => `${start} ${meteringPoint}`;

/**
 * A series as it was known at an instant (bitemporal read): of every interval the newest revision known
 * by then, by start, then metering point.
 */
export function asKnownOn(
  series: Iterable<KnownInterval>,
  instantMs: EpochMs,
): readonly IntervalV1[] {
  const newest = new Map<string, IntervalV1>();
  for (const { interval, knownMs } of series) {
    if (knownMs > instantMs) continue;
    const slot = slotOf(interval);
    const known = newest.get(slot);
    if (known === undefined || known.revision < interval.revision) newest.set(slot, interval);
  }
  return [...newest.values()].sort(
    (a, b) =>
      parseInstant(a.start) - parseInstant(b.start) || compareIds(a.meteringPoint, b.meteringPoint),
  );
}

/**
 * The series with a correction added; nothing in it changes.
 * @throws MeteringError `conflicting-interval` where `before` is not the newest revision any more: its
 *   author has not seen what stands now.
 */
export function withCorrection(
  series: readonly KnownInterval[],
  correction: IntervalCorrection,
  knownMs: EpochMs,
): readonly KnownInterval[] {
  const slot = slotOf(correction.before);
  const own = series.filter(({ interval }) => slotOf(interval) === slot);
  const [newest] = own.map(({ interval }) => interval).sort((a, b) => b.revision - a.revision);
  if (newest === undefined || canonicalJson(newest) !== canonicalJson(correction.before)) {
    throw new MeteringError('conflicting-interval', {
      column: 'before',
      value: correction.before.id,
      expected: `the newest revision, ${newest?.id ?? 'of which there is none'}: look again and correct that`,
    });
  }
  return [...series, { interval: correction.after, knownMs, correction }];
}
