import type { EpochMs } from '@microgrid/units';
import { between, deriveSeed, noise1, noise2, uniform } from './noise.js';

const METRES_PER_DEGREE = 111_320;
/** Sizes of cloud banks and of single clouds. */
const BANK_METRES = 4000;
const CLOUD_METRES = 900;
/** How long a kind of weather lasts. */
const WEATHER_MS = 30 * 3_600_000;

/** One sky over all sites of a world: a frozen field of clouds that the wind carries along. */
export interface Sky {
  /** Share of the sky covered over a place, 0 to 1. */
  cover(atMs: EpochMs, latitudeDegrees: number, longitudeDegrees: number): number;
}

/** The sky of a seed. Sites of one seed lie under the same clouds, later or earlier by the wind. */
export function sky(seed: number): Sky {
  const weather = deriveSeed(seed, 'weather');
  const banks = deriveSeed(seed, 'banks');
  const clouds = deriveSeed(seed, 'clouds');
  const direction = uniform(weather, -1) * 2 * Math.PI;
  const metresPerSecond = between(5, 11, uniform(weather, -2));
  const eastward = Math.cos(direction) * metresPerSecond;
  const northward = Math.sin(direction) * metresPerSecond;
  return {
    cover: (atMs, latitudeDegrees, longitudeDegrees) => {
      const seconds = atMs / 1000;
      const east =
        longitudeDegrees * METRES_PER_DEGREE * Math.cos((latitudeDegrees * Math.PI) / 180) -
        eastward * seconds;
      const north = latitudeDegrees * METRES_PER_DEGREE - northward * seconds;
      // From a blue day (well below 0) to an overcast one (well above 1).
      const mood = between(-0.75, 1.15, noise1(weather, atMs / WEATHER_MS));
      const bank = noise2(banks, east / BANK_METRES, north / BANK_METRES);
      const cloud = noise2(clouds, east / CLOUD_METRES, north / CLOUD_METRES);
      return Math.min(1, Math.max(0, mood + 0.65 * bank + 0.5 * cloud));
    },
  };
}

/** What clouds let through, 0.25 to 1, by Kasten and Czeplak (1980): 1 − 0.75 · cover^3.4. */
export function transmission(cover: number): number {
  return 1 - 0.75 * cover ** 3.4;
}
