import { canonicalJson, type IntervalV1 } from '@microgrid/events';
import { compareIds, formatInstant, parseInstant, type EpochMs } from '@microgrid/units';
import { MeteringError } from '../metering-error.js';
import type { SeriesQuery, SeriesStore } from '../series-store.js';

/** A series store in memory, with the behaviour the contract suite asks for. */
export class MemorySeriesStore implements SeriesStore {
  private readonly intervals = new Map<string, IntervalV1>();

  put(intervals: readonly IntervalV1[]): Promise<void> {
    for (const [index, interval] of intervals.entries()) {
      const known =
        this.intervals.get(interval.id) ??
        intervals.slice(0, index).find(({ id }) => id === interval.id);
      if (known && canonicalJson(known) !== canonicalJson(interval)) {
        return Promise.reject(
          new MeteringError('conflicting-interval', {
            column: 'id',
            value: `${interval.id} with other content`,
            expected: 'the content already kept, or the next revision',
          }),
        );
      }
    }
    for (const interval of intervals) this.intervals.set(interval.id, { ...interval });
    return Promise.resolve();
  }

  read({ meteringPoints, startMs, endMs }: SeriesQuery): Promise<readonly IntervalV1[]> {
    const newest = new Map<string, IntervalV1>();
    for (const interval of this.intervals.values()) {
      const at = parseInstant(interval.start);
      if (at < startMs || at >= endMs) continue;
      if (meteringPoints && !meteringPoints.includes(interval.meteringPoint)) continue;
      const key = `${interval.start} ${interval.meteringPoint}`;
      const known = newest.get(key);
      if (!known || known.revision < interval.revision) newest.set(key, interval);
    }
    return Promise.resolve(copies([...newest.values()].sort(byStartThenPoint)));
  }

  revisions(meteringPoint: string, startMs: EpochMs): Promise<readonly IntervalV1[]> {
    const start = formatInstant(startMs);
    const found = [...this.intervals.values()].filter(
      (interval) => interval.meteringPoint === meteringPoint && interval.start === start,
    );
    return Promise.resolve(copies(found.sort((a, b) => a.revision - b.revision)));
  }

  meteringPoints(): Promise<readonly string[]> {
    const ids = new Set([...this.intervals.values()].map(({ meteringPoint }) => meteringPoint));
    return Promise.resolve([...ids].sort(compareIds));
  }
}

/** What is handed out may be changed by the caller without changing what is kept. */
function copies(intervals: readonly IntervalV1[]): IntervalV1[] {
  return intervals.map((interval) => ({ ...interval }));
}

function byStartThenPoint(a: IntervalV1, b: IntervalV1): number {
  return (
    parseInstant(a.start) - parseInstant(b.start) || compareIds(a.meteringPoint, b.meteringPoint)
  );
}
