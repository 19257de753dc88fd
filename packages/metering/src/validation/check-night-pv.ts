import type { EpochMs } from '@microgrid/units';
import { energyAt } from './check-values.js';
import { forRuns, type FindingSink } from './finding-sink.js';
import { slotStart, type PointSeries } from './point-series.js';
import type { RuleOf } from './rules.js';

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

/** Export while the sun is down at both ends of the interval. */
export function checkNightPv(
  series: PointSeries,
  rule: RuleOf<'nightPv'>,
  sink: FindingSink,
): void {
  const { latitudeDegrees, longitudeDegrees, elevationDegrees, toleranceWatts } = rule;
  const most = energyAt(toleranceWatts, series.resolutionMs);
  const { exportMilliwattHours } = series;
  const down = (slot: number): boolean =>
    sunElevation(slotStart(series, slot), latitudeDegrees, longitudeDegrees) < elevationDegrees;
  const wrong = (slot: number): boolean =>
    (exportMilliwattHours[slot] as number) > most && down(slot) && down(slot + 1);
  forRuns(series.slots, wrong, (from, to) => {
    sink.slots('nightPv', series, from, to, `export while the sun is below ${elevationDegrees}°`);
  });
}
