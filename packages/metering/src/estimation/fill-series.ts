import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { sumsByPoint, type KnownSum } from '../validation/check-sums.js';
import {
  ABSENT,
  isMissing,
  seriesById,
  slotStart,
  type PointSeries,
} from '../validation/point-series.js';
import { ZoneCalendar } from '../validation/zone-calendar.js';
import { DayClasses } from './day-classes.js';
import type { Profile } from './profile.js';
import { estimate, type Estimate, type Surroundings } from './estimate.js';
import { fillFromRegisters, type Gap } from './fill-registers.js';
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
  /** Days known from other calls; default a new one. */
  readonly calendar?: ZoneCalendar;
  /** Load profiles by name; for the import of points that never export. */
  readonly profiles?: Readonly<Record<string, Profile>>;
}

/** What filling did. */
export interface FillResult {
  /** The series with what could be filled. */
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

const copyOf = (series: PointSeries): PointSeries => ({
  ...series,
  importMilliwattHours: series.importMilliwattHours.slice(),
  exportMilliwattHours: series.exportMilliwattHours.slice(),
  quality: series.quality.slice(),
});

function gapsOf(series: PointSeries): readonly Gap[] {
  const { quality, slots } = series;
  const gaps: Gap[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const own = quality[slot];
    if (own !== ABSENT && own !== MISSING) continue;
    const from = slot;
    while (slot < slots && isMissing(series, slot)) slot++;
    gaps.push({ from, to: slot });
  }
  return gaps;
}

/** A series whose quality stays as it is while another is filled in the same energies. */
const measuredPart = (series: PointSeries): PointSeries => ({
  ...series,
  quality: series.quality.slice(),
});

class Filling {
  readonly filled: Filled[] = [];
  readonly left: { meteringPoint: string; start: string; end: string }[] = [];
  /** What was measured, told by its quality: nothing made up is ever a source. */
  private readonly measured: readonly PointSeries[];
  private readonly byId: ReadonlyMap<string, PointSeries>;
  private readonly sums: ReadonlyMap<string, readonly KnownSum[]>;
  private readonly classes: DayClasses;

  constructor(
    private readonly targets: readonly PointSeries[],
    private readonly methods: readonly FillMethod[],
    private readonly context: FillContext,
  ) {
    this.measured = targets.map(measuredPart);
    this.byId = seriesById(this.measured);
    this.sums = sumsByPoint(context.sums ?? []);
    const { timeZone, calendar = new ZoneCalendar() } = context;
    const from = targets.reduce((least, { startMs }) => Math.min(least, startMs), Infinity);
    const to = targets.reduce(
      (most, series) => Math.max(most, slotStart(series, series.slots)),
      -Infinity,
    );
    const days = calendar.days(timeZone, from, to + 1);
    this.classes = new DayClasses(days, new Set(context.holidays ?? []));
  }

  run(): void {
    for (const [of, target] of this.targets.entries()) {
      this.fillPoint(target, this.measured[of] as PointSeries);
    }
  }

  private fillPoint(target: PointSeries, series: PointSeries): void {
    let gaps = gapsOf(target);
    if (gaps.length === 0) return;
    const { byId, classes, context } = this;
    const { meteringPoint } = target;
    const around = { series, all: byId, classes, profiles: context.profiles ?? {} };
    for (const method of this.methods) {
      if (gaps.length === 0) break;
      if (method.method === 'registers') {
        const sums = this.sums.get(meteringPoint) ?? [];
        fillFromRegisters(target, around, method, sums, gaps, (slot, made) => {
          this.put(target, slot, made, 'registers');
        });
        gaps = gapsOf(target);
      } else gaps = gaps.filter((gap) => !this.fillGap(target, around, gap, method));
    }
    for (const { from, to } of gaps) {
      const [start, end] = [slotStart(target, from), slotStart(target, to)].map(formatInstant);
      this.left.push({ meteringPoint, start: start ?? '', end: end ?? '' });
    }
  }

  private fillGap(
    target: PointSeries,
    around: Surroundings,
    { from, to }: Gap,
    method: Exclude<FillMethod, { method: 'registers' }>,
  ): boolean {
    const made = estimate(method, around, from, to);
    if (made === undefined) return false;
    for (let slot = from; slot < to; slot++) {
      this.put(target, slot, made[slot - from] as Estimate, method.method);
    }
    return true;
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
 * Fills missing intervals by the first method of the list that can. Only measured and
 * corrected values are sources: nothing is ever made of what was made up.
 * The series given are left as they are.
 * @throws UnitsError `bad-time-zone`.
 */
export function fillSeries(
  series: readonly PointSeries[],
  methods: readonly FillMethod[],
  context: FillContext,
): FillResult {
  return fillInPlace(series.map(copyOf), methods, context);
}

/** {@link fillSeries} that writes into the series given. */
export function fillInPlace(
  series: readonly PointSeries[],
  methods: readonly FillMethod[],
  context: FillContext,
): FillResult {
  if (series.length === 0) return { series, filled: [], left: [] };
  const filling = new Filling(series, methods, context);
  filling.run();
  const { filled, left } = filling;
  return { series, filled, left };
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
