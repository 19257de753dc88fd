import type { EpochMs } from '@microgrid/units';

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
