import type { EpochMs } from '@microgrid/units';

const RADIANS = Math.PI / 180;
const DAY_MS = 86_400_000;
/** W/m², the constant of the Meinel model. */
const SOLAR_CONSTANT = 1353;
/** Share of the direct beam that a clear sky scatters down, and the usual reflectance of ground. */
const DIFFUSE_SHARE = 0.1;
const GROUND_ALBEDO = 0.2;

/** Where the sun stands, as a unit vector, and how near it is. */
export interface SunPosition {
  readonly east: number;
  readonly north: number;
  /** Sine of the elevation; negative below the horizon. */
  readonly up: number;
  /** Extraterrestrial irradiance over its yearly mean. */
  readonly eccentricity: number;
}

/** A plane that modules lie in. */
export interface Plane {
  /** From the horizontal, degrees, 0 to 90. */
  readonly tiltDegrees: number;
  /** The compass direction it faces, degrees clockwise from north; south is 180. */
  readonly azimuthDegrees: number;
}

/**
 * The sun's position by the Fourier series of Spencer (1971), "Fourier series representation of the
 * position of the sun"; good to about a quarter of a degree, refraction left out.
 * @param latitudeDegrees north positive. @param longitudeDegrees east positive.
 */
export function sunPosition(
  atMs: EpochMs,
  latitudeDegrees: number,
  longitudeDegrees: number,
): SunPosition {
  const dayOfYear = (atMs - Date.UTC(new Date(atMs).getUTCFullYear(), 0, 1)) / DAY_MS;
  const angle = (2 * Math.PI * dayOfYear) / 365;
  const [c1, s1] = [Math.cos(angle), Math.sin(angle)];
  const [c2, s2] = [c1 * c1 - s1 * s1, 2 * s1 * c1];
  const [c3, s3] = [c2 * c1 - s2 * s1, s2 * c1 + c2 * s1];
  const declination =
    0.006918 -
    0.399912 * c1 +
    0.070257 * s1 -
    0.006758 * c2 +
    0.000907 * s2 -
    0.002697 * c3 +
    0.00148 * s3;
  const equationMinutes =
    229.18 * (0.000075 + 0.001868 * c1 - 0.032077 * s1 - 0.014615 * c2 - 0.040849 * s2);
  const minutes = (((atMs % DAY_MS) + DAY_MS) % DAY_MS) / 60_000;
  const hourAngle = ((minutes + 4 * longitudeDegrees + equationMinutes) / 4 - 180) * RADIANS;
  const latitude = latitudeDegrees * RADIANS;
  const [sinD, cosD] = [Math.sin(declination), Math.cos(declination)];
  const [sinL, cosL] = [Math.sin(latitude), Math.cos(latitude)];
  return {
    east: -cosD * Math.sin(hourAngle),
    north: cosL * sinD - sinL * cosD * Math.cos(hourAngle),
    up: sinL * sinD + cosL * cosD * Math.cos(hourAngle),
    eccentricity: 1.00011 + 0.034221 * c1 + 0.00128 * s1 + 0.000719 * c2 + 0.000077 * s2,
  };
}

/**
 * Irradiance of a clear sky on a plane, W/m²: beam by Meinel and Meinel (1976), 1353 · 0.7^(AM^0.678),
 * air mass by Kasten and Young (1989), diffuse light a tenth of the beam and the same from everywhere.
 */
export function clearSkyIrradiance(sun: SunPosition, plane: Plane): number {
  if (sun.up <= 0) return 0;
  const elevation = Math.asin(Math.min(1, sun.up)) / RADIANS;
  const airMass = 1 / (sun.up + 0.50572 * (elevation + 6.07995) ** -1.6364);
  const beam = SOLAR_CONSTANT * sun.eccentricity * 0.7 ** (airMass ** 0.678);
  const tilt = plane.tiltDegrees * RADIANS;
  const azimuth = plane.azimuthDegrees * RADIANS;
  const incidence =
    sun.east * Math.sin(tilt) * Math.sin(azimuth) +
    sun.north * Math.sin(tilt) * Math.cos(azimuth) +
    sun.up * Math.cos(tilt);
  const diffuse = DIFFUSE_SHARE * beam;
  const ground = GROUND_ALBEDO * (beam * sun.up + diffuse);
  return (
    beam * Math.max(0, incidence) +
    (diffuse * (1 + Math.cos(tilt))) / 2 +
    (ground * (1 - Math.cos(tilt))) / 2
  );
}
