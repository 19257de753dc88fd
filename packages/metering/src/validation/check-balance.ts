import { formatKilowattHours, formatResolution } from '@microgrid/units';
import { forRuns, type FindingSink } from './finding-sink.js';
import type { PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';

/**
 * The head of a site or feeder must see what the points behind it see, interval by interval: net
 * import of the head against the sum of net imports, within losses. Intervals in which one of them is
 * not known are not judged; a point behind the head that the file lacks altogether is a finding.
 */
export function checkBalance(
  all: ReadonlyMap<string, PointSeries>,
  { head, points, toleranceShare, toleranceMilliwattHours }: RuleOf<'balance'>,
  sink: FindingSink,
): void {
  const top = all.get(head);
  if (top === undefined) return;
  const behind: PointSeries[] = [];
  for (const id of points) {
    const series = all.get(id);
    if (series?.resolutionMs !== top.resolutionMs) {
      const length = formatResolution(top.resolutionMs);
      sink.slots('balance', top, 0, top.slots, `not judged: ${id} has no intervals of ${length}`);
      return;
    }
    behind.push(series);
  }
  const { slots, importMilliwattHours, exportMilliwattHours } = top;
  const differences = new Float64Array(slots);
  for (let slot = 0; slot < slots; slot++) {
    differences[slot] =
      (importMilliwattHours[slot] as number) - (exportMilliwattHours[slot] as number);
  }
  for (const series of behind) subtract(differences, top, series);
  const wrong = (slot: number): boolean => {
    const through = (importMilliwattHours[slot] as number) + (exportMilliwattHours[slot] as number);
    const tolerance = toleranceShare * through + toleranceMilliwattHours;
    return Math.abs(differences[slot] as number) > tolerance;
  };
  forRuns(slots, wrong, (from, to) => {
    const worst = farthestFromZero(differences, from, to);
    const difference = formatKilowattHours(Math.round(worst));
    const message = `up to ${difference} kWh an interval between the head and ${points.length} points`;
    sink.slots('balance', top, from, to, message);
  });
}

/** Takes the net import of a series away; NaN where it is not known. */
function subtract(differences: Float64Array, top: PointSeries, series: PointSeries): void {
  const { importMilliwattHours, exportMilliwattHours } = series;
  const offset = (top.startMs - series.startMs) / series.resolutionMs;
  const from = Math.min(differences.length, Math.max(0, -offset));
  const to = Math.max(from, Math.min(differences.length, series.slots - offset));
  differences.fill(NaN, 0, from);
  for (let slot = from; slot < to; slot++) {
    const at = slot + offset;
    const net = (importMilliwattHours[at] as number) - (exportMilliwattHours[at] as number);
    differences[slot] = (differences[slot] as number) - net;
  }
  differences.fill(NaN, to);
}

function farthestFromZero(values: Float64Array, from: number, to: number): number {
  let worst = 0;
  for (let at = from; at < to; at++) {
    const value = values[at] as number;
    if (Math.abs(value) > Math.abs(worst)) worst = value;
  }
  return worst;
}
