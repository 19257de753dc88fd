import type { EpochMs } from '@microgrid/units';
import { energyAt } from './check-values.js';
import { forRuns, type FindingSink } from './finding-sink.js';
import { slotStart, type PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';
import type { ZoneCalendar } from './zone-calendar.js';

const RADIANS = Math.PI / 180;
const DAY_MS = 86_400_000;
/** 2000-01-01T12:00Z, from which the almanac counts. */
const J2000_MS = 946_728_000_000;

/**
 * Elevation of the sun, degrees, by the Astronomical Almanac's low-precision formulas; good to a tenth
 * of a degree between 1950 and 2050, refraction left out.
 */
export function sunElevation(
  atMs: EpochMs,
  latitudeDegrees: number,
  longitudeDegrees: number,
): number {
  const days = (atMs - J2000_MS) / DAY_MS;
  const anomaly = (357.528 + 0.9856003 * days) * RADIANS;
  const longitude =
    (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) *
    RADIANS;
  const obliquity = (23.439 - 0.0000004 * days) * RADIANS;
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(longitude));
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude));
  const sidereal = (280.46062 + 360.98564737 * days + longitudeDegrees) * RADIANS;
  const latitude = latitudeDegrees * RADIANS;
  const sine =
    Math.sin(latitude) * Math.sin(declination) +
    Math.cos(latitude) * Math.cos(declination) * Math.cos(sidereal - rightAscension);
  return Math.asin(sine) / RADIANS;
}

/** Whether the sun is down at the start of every slot of a series, and at the end of the last. */
function nights(series: PointSeries, rule: RuleOf<'nightPv'>): Uint8Array {
  const { latitudeDegrees, longitudeDegrees, elevationDegrees } = rule;
  return Uint8Array.from({ length: series.slots + 1 }, (_, slot) =>
    sunElevation(slotStart(series, slot), latitudeDegrees, longitudeDegrees) < elevationDegrees
      ? 1
      : 0,
  );
}

/** Export while the sun is down at both ends of the interval. */
export function checkNightPv(
  series: PointSeries,
  rule: RuleOf<'nightPv'>,
  calendar: ZoneCalendar,
  sink: FindingSink,
): void {
  const { startMs, resolutionMs, slots, exportMilliwattHours } = series;
  const most = energyAt(rule.toleranceWatts, resolutionMs);
  const key = `${JSON.stringify(rule)}/${startMs}/${resolutionMs}/${slots}`;
  // Points of one file share place and span: the sun is asked once for all of them.
  const down = calendar.remember(key, () => nights(series, rule));
  const wrong = (slot: number): boolean =>
    (exportMilliwattHours[slot] as number) > most && down[slot] === 1 && down[slot + 1] === 1;
  forRuns(slots, wrong, (from, to) => {
    sink.slots(
      'nightPv',
      series,
      from,
      to,
      `export while the sun is below ${rule.elevationDegrees}°`,
    );
  });
}
