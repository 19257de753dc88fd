import type { EpochMs, Watts } from '@microgrid/units';
import { transmission, type Sky } from './clouds.js';
import type { PvArray, SiteConfig } from './site-config.js';
import { clearSkyIrradiance, sunPosition } from './sun.js';

/** What an array could give at an instant, W DC, before any inverter. */
export type ArrayPower = (atMs: EpochMs) => Watts;

/** An array under a sky. The last instant asked for is kept, which changes speed only. */
export function arrayPower(
  site: Pick<SiteConfig, 'latitudeDegrees' | 'longitudeDegrees'>,
  array: PvArray,
  sky: Sky | undefined,
): ArrayPower {
  const plane = {
    tiltDegrees: array.tiltDegrees ?? 30,
    azimuthDegrees: array.azimuthDegrees ?? 180,
  };
  const wattsPerIrradiance = (array.peakWatts / 1000) * (array.performance ?? 0.9);
  const { latitudeDegrees, longitudeDegrees } = site;
  let lastMs = Number.NaN;
  let lastWatts = 0;
  return (atMs) => {
    if (atMs === lastMs) return lastWatts;
    const clear = clearSkyIrradiance(sunPosition(atMs, latitudeDegrees, longitudeDegrees), plane);
    const cover =
      clear === 0 || sky === undefined ? 0 : sky.cover(atMs, latitudeDegrees, longitudeDegrees);
    lastMs = atMs;
    lastWatts = clear * transmission(cover) * wattsPerIrradiance;
    return lastWatts;
  };
}
