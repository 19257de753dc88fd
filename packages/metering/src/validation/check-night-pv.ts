import { energyAt } from './check-values.js';
import type { EnergySummary } from './energy-summary.js';
import { forRuns, type FindingSink } from './finding-sink.js';
import type { PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';
import type { ZoneCalendar } from './zone-calendar.js';

/** Export while the sun is down at both ends of the interval. */
export function checkNightPv(
  series: PointSeries,
  rule: RuleOf<'nightPv'>,
  { largest }: EnergySummary,
  calendar: ZoneCalendar,
  sink: FindingSink,
): void {
  const { startMs, resolutionMs, slots, exportMilliwattHours } = series;
  const most = energyAt(rule.toleranceWatts, resolutionMs);
  if (!(largest > most)) return;
  const dark = calendar.nights(rule, resolutionMs).over(startMs, slots);
  const first = firstWrong(exportMilliwattHours, dark, most);
  const wrong = (at: number): boolean =>
    dark[first + at] === 1 && (exportMilliwattHours[first + at] as number) > most;
  forRuns(slots - first, wrong, (from, to) => {
    sink.slots(
      'nightPv',
      series,
      first + from,
      first + to,
      `export while the sun is below ${rule.elevationDegrees}°`,
    );
  });
}

/** Most series have none: only from the first one on are runs told apart. */
function firstWrong(values: Float64Array, dark: Uint8Array, most: number): number {
  for (let slot = 0; slot < dark.length; slot++) {
    if (dark[slot] === 1 && (values[slot] as number) > most) return slot;
  }
  return dark.length;
}
