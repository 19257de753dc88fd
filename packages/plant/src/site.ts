import type { EpochMs } from '@microgrid/units';
import { checkConfig } from './check-config.js';
import { compileModels, type World } from './compile-models.js';
import type { DeviceState, Segment } from './device-model.js';
import { ZERO_COUNTER, type EnergyCounter } from './energy-counter.js';
import { PlantError } from './plant-error.js';
import type { SiteConfig } from './site-config.js';

/** One device as it is now. */
export interface DeviceNow {
  readonly state: DeviceState;
  readonly counter: EnergyCounter;
  /** What it was doing up to this instant. */
  readonly segment: Segment;
}

/** A site at an instant. Steps return a new one and leave this one as it is. */
export interface Site {
  readonly config: SiteConfig;
  readonly seed: number;
  readonly atMs: EpochMs;
  /** The behaviour of its devices, without state. */
  readonly world: World;
  /** Every device but the grid meter, by id, in the order of the configuration. */
  readonly devices: Readonly<Record<string, DeviceNow>>;
  /** The grid meter's register pair: the sum of all AC ports, positive for import. */
  readonly grid: EnergyCounter;
}

/**
 * A site that begins at an instant, with counters at 0 and no set point.
 * @param seed of the world: sites of one seed share sky and grid frequency; houses and cars differ by site and device id.
 * @throws PlantError `bad-config` naming path, value and expectation; `bad-instant`.
 */
export function createSite(config: SiteConfig, seed: number, startMs: EpochMs): Site {
  checkConfig(config);
  checkInstant(startMs, 'startMs', Number.MIN_SAFE_INTEGER);
  const world = compileModels(config, seed);
  const moment = world.moment(startMs);
  const devices: Record<string, DeviceNow> = {};
  for (const model of world.models) {
    const state: DeviceState = {
      setPoints: {},
      followingWatts: 0,
      storedMilliwattHours: model.initialMilliwattHours ?? 0,
      visitDay: Number.MIN_SAFE_INTEGER,
      visitMilliwattHours: 0,
    };
    const segment = model.segment(state, moment);
    devices[model.id] = { state, counter: ZERO_COUNTER, segment };
  }
  return { config, seed, atMs: startMs, world, devices, grid: ZERO_COUNTER };
}

/** @throws PlantError `bad-instant`. */
export function checkInstant(atMs: EpochMs, name: string, notBefore: EpochMs): void {
  if (Number.isSafeInteger(atMs) && atMs >= notBefore) return;
  throw new PlantError(
    'bad-instant',
    `${name}: got ${atMs}, expected whole milliseconds not before ${notBefore}; time in a site only goes forward`,
  );
}
