import { formatInstant, type EpochMs } from '@microgrid/units';
import { isSource, slotStart, type PointSeries } from '../validation/point-series.js';
import type { DayClasses } from './day-classes.js';
import type { FillMethod, MethodOf } from './fill-methods.js';
import type { Profile } from './profile.js';

/** A value made up for one slot, whole mWh. */
export interface Estimate {
  readonly importMilliwattHours: number;
  readonly exportMilliwattHours: number;
  /** The intervals it was made of, as `metering point/start`. */
  readonly sources: readonly string[];
}

/** What an estimate may look at. */
export interface Surroundings {
  /** The series with the gap; what was measured is told by its quality alone. */
  readonly series: PointSeries;
  /** All series as measured, by metering point. */
  readonly all: ReadonlyMap<string, PointSeries>;
  readonly classes: DayClasses;
  readonly profiles: Readonly<Record<string, Profile>>;
}

type Gap = (Estimate | undefined)[];

/** Values for the slots `from` to before `to`, or undefined unless the method knows every one of them. */
export function estimate(
  method: Exclude<FillMethod, { method: 'registers' }>,
  around: Surroundings,
  from: number,
  to: number,
): readonly Estimate[] | undefined {
  const slots = Array.from({ length: to - from }, (_, at) => from + at);
  const made = estimates(method, around, slots);
  return made.every((each) => each !== undefined) ? made : undefined;
}

function estimates(
  method: Exclude<FillMethod, { method: 'registers' }>,
  around: Surroundings,
  slots: readonly number[],
): Gap {
  const { series } = around;
  switch (method.method) {
    case 'linear':
      return linear(series, slots, method);
    case 'likeDay':
      return slots.map((slot) => likeDay(around, slot, method.weeks));
    case 'previousWeek':
      return slots.map((slot) => previousWeek(around, slot, method.weeks));
    case 'profile':
      return profile(around, slots, method.profile);
    case 'checkMeter': {
      const id = method.meters[series.meteringPoint];
      const meter = id === undefined ? undefined : around.all.get(id);
      const fits = meter?.resolutionMs === series.resolutionMs;
      return slots.map((slot) => (fits ? valueAt(meter, slotStart(series, slot)) : undefined));
    }
    case 'balance':
      return slots.map((slot) => balance(around, slot, method));
  }
}

/** The slot that begins at an instant; -1 where none does or it was not measured. */
function slotAt(series: PointSeries, ms: EpochMs): number {
  const slot = (ms - series.startMs) / series.resolutionMs;
  const imported = series.importMilliwattHours[slot];
  const exported = series.exportMilliwattHours[slot];
  if (imported === undefined || exported === undefined || !isSource(series, slot)) return -1;
  return Number.isNaN(imported) || Number.isNaN(exported) ? -1 : slot;
}

const sourceName = ({ meteringPoint }: PointSeries, ms: EpochMs): string =>
  `${meteringPoint}/${formatInstant(ms)}`;

/** What a series has at an instant; undefined where that is no slot or was not measured. */
function valueAt(series: PointSeries, ms: EpochMs): Estimate | undefined {
  const slot = slotAt(series, ms);
  if (slot < 0) return undefined;
  return {
    importMilliwattHours: series.importMilliwattHours[slot] as number,
    exportMilliwattHours: series.exportMilliwattHours[slot] as number,
    sources: [sourceName(series, ms)],
  };
}

function linear(
  series: PointSeries,
  slots: readonly number[],
  { maximumMinutes }: MethodOf<'linear'>,
): Gap {
  const [first = 0] = slots;
  const count = slots.length;
  const before = valueAt(series, slotStart(series, first - 1));
  const after = valueAt(series, slotStart(series, first + count));
  const tooLong = count * series.resolutionMs > maximumMinutes * 60_000;
  if (tooLong || before === undefined || after === undefined) return slots.map(() => undefined);
  return slots.map((_, at) => {
    const share = (at + 1) / (count + 1);
    const between = (low: number, high: number): number => Math.round(low + (high - low) * share);
    return {
      importMilliwattHours: between(before.importMilliwattHours, after.importMilliwattHours),
      exportMilliwattHours: between(before.exportMilliwattHours, after.exportMilliwattHours),
      sources: [...before.sources, ...after.sources],
    };
  });
}

/** The mean of the same wall-clock time on earlier days of the same kind. */
export function likeDay(around: Surroundings, slot: number, weeks: number): Estimate | undefined {
  const { series, classes } = around;
  const { importMilliwattHours, exportMilliwattHours } = series;
  const sources: string[] = [];
  let [imported, exported] = [0, 0];
  for (const ms of classes.earlier(slotStart(series, slot), weeks * 7)) {
    const at = slotAt(series, ms);
    if (at < 0) continue;
    imported += importMilliwattHours[at] as number;
    exported += exportMilliwattHours[at] as number;
    sources.push(sourceName(series, ms));
  }
  if (sources.length === 0) return undefined;
  return {
    importMilliwattHours: Math.round(imported / sources.length),
    exportMilliwattHours: Math.round(exported / sources.length),
    sources,
  };
}

/** The same wall-clock time in the nearest of so many weeks before. */
export function previousWeek(
  { series, classes }: Surroundings,
  slot: number,
  weeks: number,
): Estimate | undefined {
  const ms = slotStart(series, slot);
  for (let week = 1; week <= weeks; week++) {
    const sourceMs = classes.daysBefore(ms, 7 * week);
    const found = sourceMs === undefined ? undefined : valueAt(series, sourceMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the head sees and no other point behind it explains. */
function balance(
  { series, all }: Surroundings,
  slot: number,
  { head, points }: MethodOf<'balance'>,
): Estimate | undefined {
  const ms = slotStart(series, slot);
  const others = points.filter((id) => id !== series.meteringPoint);
  if (others.length === points.length) return undefined;
  const at = (id: string): Estimate | undefined => {
    const found = all.get(id);
    return found?.resolutionMs === series.resolutionMs ? valueAt(found, ms) : undefined;
  };
  const top = at(head);
  const known = others.map(at);
  if (top === undefined || !known.every((each) => each !== undefined)) return undefined;
  const net = known.reduce(
    (rest, each) => rest - (each.importMilliwattHours - each.exportMilliwattHours),
    top.importMilliwattHours - top.exportMilliwattHours,
  );
  return {
    importMilliwattHours: Math.max(0, net),
    exportMilliwattHours: Math.max(0, -net),
    sources: [top, ...known].flatMap(({ sources }) => sources),
  };
}

/** So much of what was measured before a gap says how large the point is. */
const SCALING_MS = 28 * 86_400_000;

/** A profile's shape in the size that the point had before the gap; only where nothing is exported. */
function profile(around: Surroundings, slots: readonly number[], name: string): Gap {
  const { series, profiles } = around;
  const shape = profiles[name];
  const [first = 0] = slots;
  const from = Math.max(0, first - Math.floor(SCALING_MS / series.resolutionMs));
  let measured = 0;
  let weights = 0;
  let exports = false;
  for (let slot = from; shape !== undefined && slot < first; slot++) {
    if (!isSource(series, slot)) continue;
    const value = series.importMilliwattHours[slot] as number;
    exports ||= (series.exportMilliwattHours[slot] as number) > 0;
    measured += value;
    weights += weightAt(around, shape, slot);
  }
  if (shape === undefined || weights === 0 || exports) return slots.map(() => undefined);
  const scale = measured / weights;
  return slots.map((slot) => ({
    importMilliwattHours: Math.round(weightAt(around, shape, slot) * scale),
    exportMilliwattHours: 0,
    sources: [name],
  }));
}

function weightAt({ series, classes }: Surroundings, shape: Profile, slot: number): number {
  const ms = slotStart(series, slot);
  const kind = classes.kind(ms) ?? 1;
  const day = kind === 7 ? shape.sunday : kind === 6 ? shape.saturday : shape.workday;
  const step = Math.floor((classes.minuteOfDay(ms) * day.length) / 1440);
  return day[Math.min(step, day.length - 1)] ?? 0;
}
