import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, type EpochMs } from '@microgrid/units';
import type { KnownSum } from '../validation/check-sums.js';
import { ABSENT, isMissing, slotStart, type PointSeries } from '../validation/point-series.js';
import { DayClasses } from './day-classes.js';
import type { Profile } from './profile.js';
import { estimate, type Estimate, type Surroundings } from './estimate.js';
import { fillFromRegisters } from './fill-registers.js';
import {
  QUALITY_OF_METHOD,
  type Filled,
  type FillMethod,
  type FillMethodName,
} from './fill-methods.js';

/** What filling needs to know beside the series. */
export interface FillContext {
  /** IANA zone whose days and weekdays count. */
  readonly timeZone: string;
  /** Dates `YYYY-MM-DD` that count as Sundays. */
  readonly holidays?: readonly string[];
  /** Register differences and totals. */
  readonly sums?: readonly KnownSum[];
  /** Load profiles by name; for the import of points that never export. */
  readonly profiles?: Readonly<Record<string, Profile>>;
}

/** What filling did. */
export interface FillResult {
  /** The series with what could be filled; the arrays are new ones. */
  readonly series: readonly PointSeries[];
  readonly filled: readonly Filled[];
  /** Slots that no method could fill. */
  readonly left: readonly {
    readonly meteringPoint: string;
    readonly start: string;
    readonly end: string;
  }[];
}

const MISSING = INTERVAL_QUALITIES.indexOf('missing');

function copyOf(series: PointSeries): PointSeries {
  return {
    ...series,
    importMilliwattHours: series.importMilliwattHours.slice(),
    exportMilliwattHours: series.exportMilliwattHours.slice(),
    quality: series.quality.slice(),
  };
}

class Filling {
  readonly filled: Filled[] = [];
  readonly left: { meteringPoint: string; start: string; end: string }[] = [];
  private readonly targets: PointSeries[];
  private readonly classes: DayClasses;

  constructor(
    /** What was measured: nothing made up is ever a source. */
    private readonly measured: readonly PointSeries[],
    private readonly methods: readonly FillMethod[],
    private readonly context: FillContext,
  ) {
    this.targets = measured.map(copyOf);
    const from = Math.min(...measured.map(({ startMs }) => startMs));
    const to = Math.max(...measured.map((series) => slotStart(series, series.slots)));
    const holidays = new Set(context.holidays ?? []);
    this.classes = new DayClasses(context.timeZone, from, to + 1, holidays);
  }

  run(): readonly PointSeries[] {
    for (const [index, series] of this.measured.entries()) {
      this.fillPoint(series, this.targets[index] as PointSeries);
    }
    return this.targets;
  }

  private surroundings(series: PointSeries): Surroundings {
    const { measured, classes, context } = this;
    return { series, all: measured, classes, profiles: context.profiles ?? {} };
  }

  private fillPoint(series: PointSeries, target: PointSeries): void {
    const around = this.surroundings(series);
    for (const method of this.methods) {
      if (method.method === 'registers') {
        const sums = this.context.sums ?? [];
        fillFromRegisters(target, around, method, sums, (slot, made) => {
          this.put(target, slot, made, 'registers');
        });
        continue;
      }
      this.forGaps(target, (from, to) => {
        const made = estimate(method, around, from, to);
        if (made === undefined) return;
        for (let slot = from; slot < to; slot++) {
          this.put(target, slot, made[slot - from] as Estimate, method.method);
        }
      });
    }
    this.forGaps(target, (from, to) => {
      const { meteringPoint } = target;
      const [start, end] = [slotStart(target, from), slotStart(target, to)].map(formatInstant);
      this.left.push({ meteringPoint, start: start ?? '', end: end ?? '' });
    });
  }

  private forGaps(series: PointSeries, found: (from: number, to: number) => void): void {
    const { quality, slots } = series;
    for (let slot = 0; slot < slots; slot++) {
      const own = quality[slot];
      if (own !== ABSENT && own !== MISSING) continue;
      const from = slot;
      while (slot < slots && isMissing(series, slot)) slot++;
      found(from, slot);
    }
  }

  private put(target: PointSeries, slot: number, made: Estimate, method: FillMethodName): void {
    const quality = QUALITY_OF_METHOD[method];
    target.importMilliwattHours[slot] = made.importMilliwattHours;
    target.exportMilliwattHours[slot] = made.exportMilliwattHours;
    target.quality[slot] = INTERVAL_QUALITIES.indexOf(quality);
    const startMs = slotStart(target, slot);
    this.filled.push({
      meteringPoint: target.meteringPoint,
      start: formatInstant(startMs),
      end: formatInstant(startMs + target.resolutionMs),
      method,
      quality,
      sources: made.sources,
    });
  }
}

/**
 * Fills missing intervals by the first method of the list that can. Only measured values are sources:
 * nothing is ever made of what was made up.
 * @throws UnitsError `bad-time-zone`.
 */
export function fillSeries(
  series: readonly PointSeries[],
  methods: readonly FillMethod[],
  context: FillContext,
): FillResult {
  if (series.length === 0) return { series, filled: [], left: [] };
  const filling = new Filling(series, methods, context);
  const done = filling.run();
  const { filled, left } = filling;
  return { series: done, filled, left };
}

/** A span of time a series must cover; what lies outside its rows is missing. */
export function extendSeries(series: PointSeries, startMs: EpochMs, endMs: EpochMs): PointSeries {
  const { resolutionMs } = series;
  const before = Math.max(0, Math.floor((series.startMs - startMs) / resolutionMs));
  const end = slotStart(series, series.slots);
  const after = Math.max(0, Math.floor((endMs - end) / resolutionMs));
  if (before === 0 && after === 0) return series;
  const slots = before + series.slots + after;
  const energies = (values: Float64Array): Float64Array => {
    const grown = new Float64Array(slots).fill(NaN);
    grown.set(values, before);
    return grown;
  };
  const quality = new Uint8Array(slots).fill(ABSENT);
  quality.set(series.quality, before);
  return {
    ...series,
    startMs: series.startMs - before * resolutionMs,
    slots,
    importMilliwattHours: energies(series.importMilliwattHours),
    exportMilliwattHours: energies(series.exportMilliwattHours),
    quality,
  };
}
