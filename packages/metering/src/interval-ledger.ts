import type { IntervalV1 } from '@microgrid/events';
import type { EpochMs } from '@microgrid/units';
import { parseInstant } from '@microgrid/units';
import {
  advanceIntervals,
  withRevision,
  type IntervalState,
  type RejectedReading,
} from './counter-intervals.js';
import type { CounterReading } from './counter-reading.js';
import {
  intervalOptions,
  type IntervalOptions,
  type IntervalSettings,
} from './interval-options.js';
import { pointIntervals } from './intervals-of-readings.js';
import { meterHistory, type MeterHistory } from './meter-history.js';
import { clockRunsOn } from './place-in-time.js';

/** How long a ledger can still be told otherwise. */
export interface LedgerSettings extends IntervalSettings {
  /** Readings so much older than the newest one are final; later arrivals are `too-late`. Default 35 days. */
  readonly keepMs?: number;
  /** The meters of the point, where they are known. */
  readonly history?: MeterHistory;
}

const KEEP_MS = 35 * 86_400_000;

/**
 * The intervals of one metering point whose readings come in any order. What is published is never
 * changed: a reading that comes late gives the intervals it touches a new revision. Whatever the order
 * of arrival, the series in the end is the same (the revision numbers tell how it came about).
 */
export class IntervalLedger {
  private readonly options: IntervalOptions;
  private readonly keepMs: number;
  private readonly history: MeterHistory | undefined;
  private readings: CounterReading[] = [];
  /** What the readings that are no longer kept left behind. */
  private base: IntervalState | undefined;
  private head: IntervalState | undefined;
  /** No reading of this or an earlier instant has come without being weighed against the others. */
  private frontierMs = -Infinity;
  /** Whether readings of a clock nobody had set wait for one that tells their time. */
  private isWaitingForClock = false;
  /** The newest revision of each interval, by start. */
  private readonly published = new Map<EpochMs, IntervalV1>();

  /** @throws MeteringError `bad-option`. */
  constructor(settings: LedgerSettings) {
    const { keepMs = KEEP_MS, history, ...rest } = settings;
    this.options = intervalOptions(rest);
    this.keepMs = keepMs;
    this.history = history && meterHistory(history);
  }

  /** Takes one reading; gives the intervals that are new or told otherwise now, by start. */
  add(reading: CounterReading): {
    readonly intervals: readonly IntervalV1[];
    readonly rejected: readonly RejectedReading[];
  } {
    if (this.base !== undefined && reading.atMs <= this.base.last.atMs)
      return { intervals: [], rejected: [{ reading, reason: 'too-late' }] };
    this.readings.push(reading);
    if (this.simplyFollows(reading)) {
      const step = advanceIntervals(this.head, reading, this.options);
      this.head = step.state;
      this.frontierMs = reading.atMs;
      const intervals = step.intervals.flatMap((interval) => this.publish(interval));
      return { intervals, rejected: step.rejected };
    }
    return this.recompute(reading);
  }

  private get newest(): CounterReading | undefined {
    return this.head?.held?.at(-1) ?? this.head?.last;
  }

  /** The newest revision of every interval that the readings give, by start. */
  series(): readonly IntervalV1[] {
    return [...this.published.values()]
      .filter(({ causes }) => causes?.includes('withdrawn') !== true)
      .sort((a, b) => parseInstant(a.start) - parseInstant(b.start));
  }

  /**
   * Lets go of readings older than `keepMs` before the newest; call it now and then (once a day). What
   * they gave stays published and is final.
   */
  settle(): void {
    const { newest } = this;
    if (newest === undefined) return;
    const limitMs = newest.atMs - this.keepMs;
    const old = this.readings.filter(({ atMs }) => atMs <= limitMs);
    if (old.length === 0) return;
    const { state } = pointIntervals(old, this.options, this.history, this.base);
    // A reading that waits for the next one to confirm it must not be parted from it.
    if (state === undefined || state.held !== undefined) return;
    this.base = state;
    this.readings = this.readings.filter(({ atMs }) => atMs > limitMs);
  }

  private simplyFollows(reading: CounterReading): boolean {
    if (this.history !== undefined || this.isWaitingForClock) return false;
    return reading.atMs > this.frontierMs && clockRunsOn(this.newest, reading);
  }

  private recompute(reading: CounterReading): ReturnType<IntervalLedger['add']> {
    const { options, history, base } = this;
    const found = pointIntervals(this.readings, options, history, base);
    this.head = found.state;
    this.frontierMs = this.newest?.atMs ?? -Infinity;
    this.isWaitingForClock = found.rejected.some(({ reason }) => reason === 'clock-unsynchronised');
    for (const { reading: unused, reason } of found.rejected) {
      if (reason === 'not-a-count' || reason === 'clock-unsynchronised') continue;
      this.frontierMs = Math.max(this.frontierMs, unused.atMs);
    }
    const told = new Set(found.intervals.map(({ start }) => parseInstant(start)));
    const intervals = found.intervals.flatMap((interval) => this.publish(interval));
    const finalBeforeMs = base?.open.startMs ?? -Infinity;
    for (const [startMs, interval] of this.published) {
      if (startMs < finalBeforeMs || told.has(startMs)) continue;
      intervals.push(...this.publish(withdrawn(interval)));
    }
    intervals.sort((a, b) => parseInstant(a.start) - parseInstant(b.start));
    // Only what concerns this reading: the others were told when they came.
    const rejected = found.rejected.filter((each) => each.reading.atMs === reading.atMs);
    return { intervals, rejected };
  }

  private publish(interval: IntervalV1): readonly IntervalV1[] {
    const startMs = parseInstant(interval.start);
    const before = this.published.get(startMs);
    const next = withRevision(interval, (before?.revision ?? 0) + 1);
    if (before !== undefined && sameContent(before, next)) return [];
    this.published.set(startMs, next);
    return [next];
  }
}

function sameContent(a: IntervalV1, b: IntervalV1): boolean {
  const content = ({ revision: _r, id: _i, ...rest }: IntervalV1): string =>
    JSON.stringify([
      rest.importMilliwattHours,
      rest.exportMilliwattHours,
      rest.quality,
      rest.uncertaintyMilliwattHours,
      rest.causes,
      rest.source,
    ]);
  return content(a) === content(b);
}

/** What was published on a reading that does not count any more, and nothing has taken its place. */
function withdrawn(interval: IntervalV1): IntervalV1 {
  const {
    importMilliwattHours: _import,
    exportMilliwattHours: _export,
    uncertaintyMilliwattHours: _uncertainty,
    ...rest
  } = interval;
  return { ...rest, quality: 'missing', causes: ['withdrawn'] };
}
