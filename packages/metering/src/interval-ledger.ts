import { canonicalJson, type IntervalV1 } from '@microgrid/events';
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
import type { IntervalCorrection } from './interval-correction.js';
import { pointIntervals } from './intervals-of-readings.js';
import { flagged, isCorrected, sameContent } from './late-data.js';
import { meterHistory, type MeterHistory } from './meter-history.js';
import { MeteringError } from './metering-error.js';
import { clockRunsOn } from './place-in-time.js';
import type { SeriesStore } from './series-store.js';

/** How long a ledger can still be told otherwise. */
export interface LedgerSettings extends IntervalSettings {
  /** Readings so much older than the newest one are final; later arrivals are `too-late`. Default 35 days. */
  readonly keepMs?: number;
  /** The meters of the point, where they are known. */
  readonly history?: MeterHistory;
}

const KEEP_MS = 35 * 86_400_000;

/** A correction that stands, and what the readings say instead. */
interface Held {
  readonly startMs: EpochMs;
  readonly computed: IntervalV1;
}

/** What a ledger must remember over a restart, beside the published intervals. Plain data. */
export interface LedgerMemory {
  /** What the readings that are no longer kept left behind. */
  readonly base?: IntervalState;
  /** The readings that may still be weighed anew, as they came. */
  readonly readings: readonly CounterReading[];
  /** What the readings say of intervals that a person corrected. */
  readonly held: readonly Held[];
}

/** What a reading changed. */
export interface LedgerStep {
  /** New intervals, and next revisions of those that are told otherwise now, by start. */
  readonly intervals: readonly IntervalV1[];
  readonly rejected: readonly RejectedReading[];
  /** What the readings say now of intervals in which a person's correction stands. */
  readonly overruled: readonly IntervalV1[];
}

/**
 * The intervals of one metering point whose readings come in any order. What is published is never
 * changed: a reading that comes late gives the intervals it touches a new revision. Whatever the order
 * of arrival, the series in the end is the same (the revision numbers tell how it came about). A person's
 * correction is never overwritten: what comes late makes a next revision in which it stands, with the
 * cause `late-data`.
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
  /** What the readings say of the intervals in which a correction stands. */
  private readonly held = new Map<EpochMs, IntervalV1>();
  private overruled: IntervalV1[] = [];

  /**
   * @param memory what an earlier ledger of the point remembered; @param published the newest revisions
   *   it had published that may still change, as the store has them.
   * @throws MeteringError `bad-option`.
   */
  constructor(
    settings: LedgerSettings,
    memory?: LedgerMemory,
    published: Iterable<IntervalV1> = [],
  ) {
    const { keepMs = KEEP_MS, history, ...rest } = settings;
    this.options = intervalOptions(rest);
    this.keepMs = keepMs;
    this.history = history && meterHistory(history);
    if (memory === undefined) return;
    this.base = memory.base;
    this.head = memory.base;
    this.readings = [...memory.readings];
    for (const { startMs, computed } of memory.held) this.held.set(startMs, computed);
    for (const interval of published) this.published.set(parseInstant(interval.start), interval);
    const told = new Map(
      this.weigh().intervals.map((each) => [parseInstant(each.start), each] as const),
    );
    // A correction that the store has and the memory not yet stands as well.
    for (const [startMs, interval] of this.published) {
      if (!isCorrected(interval) || this.held.has(startMs)) continue;
      this.held.set(startMs, told.get(startMs) ?? withdrawn(interval));
    }
  }

  /**
   * Goes on where an earlier ledger of the point stopped: what it published is read from the store, which
   * may be ahead of the memory. Put the intervals of every step into the store first and keep `memory`
   * after it: the same reading again then changes nothing.
   */
  static async open(
    meteringPoint: string,
    settings: LedgerSettings,
    store: Pick<SeriesStore, 'read'>,
    memory: LedgerMemory | undefined,
  ): Promise<IntervalLedger> {
    const startMs = memory?.base === undefined ? 0 : finalBefore(memory.base);
    const query = { meteringPoints: [meteringPoint], startMs, endMs: LAST_MS };
    return new IntervalLedger(settings, memory ?? NOTHING, await store.read(query));
  }

  /** What must be kept for a restart. */
  memory(): LedgerMemory {
    return {
      ...(this.base === undefined ? {} : { base: this.base }),
      readings: [...this.readings],
      held: [...this.held].map(([startMs, computed]) => ({ startMs, computed })),
    };
  }

  /** Takes one reading; gives the intervals that are new or told otherwise now, by start. */
  add(reading: CounterReading): LedgerStep {
    if (this.base !== undefined && reading.atMs <= this.base.last.atMs)
      return { intervals: [], rejected: [{ reading, reason: 'too-late' }], overruled: [] };
    this.readings.push(reading);
    this.overruled = [];
    if (this.simplyFollows(reading)) {
      const step = advanceIntervals(this.head, reading, this.options);
      this.head = step.state;
      this.frontierMs = reading.atMs;
      const intervals = step.intervals.flatMap((interval) => this.publish(interval));
      return { intervals, rejected: step.rejected, overruled: this.overruled };
    }
    return this.recompute(reading);
  }

  /**
   * Takes a person's correction of the newest revision, which stands from now on, whatever comes late; one
   * that restores what the readings say lets them speak again.
   * @returns the revision to publish.
   * @throws MeteringError `conflicting-interval` where `before` is not the newest revision, or is settled.
   */
  correct({ before, after }: IntervalCorrection): IntervalV1 {
    const startMs = parseInstant(before.start);
    const newest = this.published.get(startMs);
    if (newest === undefined || canonicalJson(newest) !== canonicalJson(before)) {
      const expected = `the newest revision, ${newest?.id ?? 'of which this ledger has none'}: look again and correct that`;
      throw new MeteringError('conflicting-interval', {
        column: 'before',
        value: before.id,
        expected,
      });
    }
    const computed = this.held.get(startMs) ?? newest;
    if (sameContent(computed, after)) this.held.delete(startMs);
    else this.held.set(startMs, computed);
    this.published.set(startMs, after);
    return after;
  }

  private get newest(): CounterReading | undefined {
    return this.head?.held?.at(-1) ?? this.head?.last;
  }

  /** The newest revision of every interval that may still change, by start. */
  series(): readonly IntervalV1[] {
    return [...this.published.values()]
      .filter(({ causes }) => causes?.includes('withdrawn') !== true)
      .sort((a, b) => parseInstant(a.start) - parseInstant(b.start));
  }

  /**
   * Lets go of readings older than `keepMs` before the newest; call it now and then (once a day). What
   * they gave is final: it stays where it was published, and this ledger forgets it.
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
    const finalMs = finalBefore(state);
    for (const kept of [this.published, this.held]) {
      for (const startMs of kept.keys()) if (startMs < finalMs) kept.delete(startMs);
    }
  }

  private simplyFollows(reading: CounterReading): boolean {
    if (this.history !== undefined || this.isWaitingForClock) return false;
    return reading.atMs > this.frontierMs && clockRunsOn(this.newest, reading);
  }

  /** Weighs every reading anew and notes how far they reach. */
  private weigh(): ReturnType<typeof pointIntervals> {
    const { options, history, base } = this;
    const found = pointIntervals(this.readings, options, history, base);
    this.head = found.state;
    this.frontierMs = this.newest?.atMs ?? -Infinity;
    this.isWaitingForClock = found.rejected.some(({ reason }) => reason === 'clock-unsynchronised');
    for (const { reading: unused, reason } of found.rejected) {
      if (reason === 'not-a-count' || reason === 'clock-unsynchronised') continue;
      this.frontierMs = Math.max(this.frontierMs, unused.atMs);
    }
    return found;
  }

  private recompute(reading: CounterReading): LedgerStep {
    const { base } = this;
    const found = this.weigh();
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
    return { intervals, rejected, overruled: this.overruled };
  }

  private publish(interval: IntervalV1): readonly IntervalV1[] {
    const startMs = parseInstant(interval.start);
    const before = this.published.get(startMs);
    if (before !== undefined && this.held.has(startMs)) return this.hold(startMs, before, interval);
    const next = withRevision(interval, (before?.revision ?? 0) + 1);
    if (before !== undefined && sameContent(before, next)) return [];
    this.published.set(startMs, next);
    return [next];
  }

  /** What comes late where a correction stands: told and kept, and no more. */
  private hold(startMs: EpochMs, before: IntervalV1, computed: IntervalV1): readonly IntervalV1[] {
    const known = this.held.get(startMs);
    if (known !== undefined && sameContent(known, computed)) return [];
    this.held.set(startMs, computed);
    this.overruled.push(computed);
    const next = flagged(before);
    if (sameContent(before, next)) return [];
    this.published.set(startMs, next);
    return [next];
  }
}

/** The end of ECMAScript's time. */
const LAST_MS = 8.64e15;
const NOTHING: LedgerMemory = { readings: [], held: [] };

/** Intervals before it are final: no reading that is still kept can tell them otherwise. */
function finalBefore({ open, undo }: IntervalState): EpochMs {
  return Math.min(
    open.startMs,
    undo?.open.startMs ?? Infinity,
    ...(undo?.closed ?? []).map(([startMs]) => startMs),
  );
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
