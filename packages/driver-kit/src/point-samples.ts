import { pointDefinition, type PointUnit } from '@microgrid/devices';

/** What is plausible for a unit: a value to show, the range of the round trip, and the coarsest step. */
interface Plausible {
  readonly sample: number;
  readonly range: readonly [number, number];
  readonly step: number;
}

const PLAUSIBLE: Readonly<Partial<Record<PointUnit, Plausible>>> = {
  W: { sample: 1500, range: [-20_000, 20_000], step: 10 },
  VA: { sample: 1600, range: [0, 20_000], step: 10 },
  var: { sample: 200, range: [-10_000, 10_000], step: 10 },
  V: { sample: 230, range: [100, 280], step: 1 },
  A: { sample: 6, range: [0, 60], step: 0.1 },
  Hz: { sample: 50, range: [47, 52], step: 0.1 },
  '%': { sample: 55, range: [0, 100], step: 1 },
  // Whole kilowatt-hours: the coarsest counters count nothing smaller.
  mWh: { sample: 3_412_000_000, range: [0, 60_000_000_000], step: 1_000_000 },
  mvarh: { sample: 3_412_000_000, range: [0, 60_000_000_000], step: 1_000_000 },
  '°C': { sample: 35, range: [-20, 80], step: 1 },
  ratio: { sample: 0.9, range: [-1, 1], step: 0.01 },
  bool: { sample: 1, range: [0, 1], step: 1 },
};

const OTHER: Plausible = { sample: 1, range: [0, 100], step: 1 };

function plausible(point: string): Plausible {
  const unit = pointDefinition(point)?.unit;
  return (unit === undefined ? undefined : PLAUSIBLE[unit]) ?? OTHER;
}

/** Whether a point is a lifetime register that only grows. */
export function isCounter(point: string): boolean {
  return pointDefinition(point)?.counter === true;
}

/** Values to try for a point, until the twin can show one. */
export function samplesOf(point: string): readonly number[] {
  const { sample } = plausible(point);
  return [sample, -sample, sample / 5, -sample / 5, 1, 0];
}

/** Another plausible value near one that is shown, far enough to be told apart. */
export function otherThan(point: string, value: number): number {
  const { step, range } = plausible(point);
  if (step === 1 && range[1] === 1) return value === 1 ? 0 : 1;
  if (isCounter(point)) return value * 1.5;
  const moved = Math.max(3 * step, Math.abs(value) * 0.05);
  const away = Math.ceil(moved / step) * step;
  return value > 0 ? value - away : value + away;
}

/** Least and greatest plausible value of a point. */
export function rangeOf(point: string): readonly [number, number] {
  return plausible(point).range;
}

/** The coarsest step in which a device may show a point. */
export function stepOf(point: string): number {
  return plausible(point).step;
}

/** Whether a reading shows a value, give or take the step of the device. */
export function shows(found: number, wanted: number, step: number): boolean {
  return Math.abs(found - wanted) <= step + Math.abs(wanted) * 1e-6;
}
