import type { EpochMs, Volts } from '@microgrid/units';
import { batteryModel } from './battery.js';
import { chargerModel } from './charger.js';
import { sky } from './clouds.js';
import type { DeviceModel, Moment } from './device-model.js';
import { household } from './household.js';
import { hybridModel } from './hybrid.js';
import { arrayPower } from './irradiance.js';
import { houseModel, switchedLoadModel } from './loads.js';
import { deriveSeed, noise1 } from './noise.js';
import { pvModel } from './pv.js';
import type { DeviceConfig, SiteConfig } from './site-config.js';

/** Weather, houses and voltage are constant over cells of this length, aligned to the epoch, ms. */
export const CELL_MS = 10_000;

const VOLTAGE_SWING = 0.015;
const VOLTAGE_PERIOD_MS = 300_000;
const FREQUENCY_SWING_HERTZ = 0.03;
const FREQUENCY_PERIOD_MS = 40_000;

/** What a site is made of, as functions of state and time. */
export interface World {
  readonly models: readonly DeviceModel[];
  /** The outside at an instant: the cell that begins at or before it. */
  moment(atMs: EpochMs): Moment;
  /** Grid frequency, Hz; the same at every site of a seed. */
  frequencyHertz(atMs: EpochMs): number;
}

/** Builds the devices of a checked configuration. */
export function compileModels(config: SiteConfig, seed: number): World {
  const sitePhases = config.phases ?? 1;
  const offset = config.localOffsetMinutes ?? 0;
  const siteSeed = deriveSeed(seed, config.id);
  const clouds = config.clouds === 'clear' ? undefined : sky(seed);
  const build = (device: DeviceConfig): DeviceModel | undefined => {
    const own = deriveSeed(siteSeed, device.id);
    switch (device.kind) {
      case 'gridMeter':
        return undefined;
      case 'pv':
        return pvModel(device, sitePhases, arrayPower(config, device.array, clouds));
      case 'battery':
        return batteryModel(device, sitePhases);
      case 'hybrid':
        return hybridModel(device, sitePhases, arrayPower(config, device.array, clouds));
      case 'charger':
        return chargerModel(device, sitePhases, own, offset);
      case 'house':
        return houseModel(device, sitePhases, household(own, device.scale ?? 1, offset));
      case 'switchedLoad':
        return switchedLoadModel(device, sitePhases, offset);
    }
  };
  const nominal = config.nominalVolts ?? 230;
  const voltageSeeds = Array.from({ length: sitePhases }, (_, phase) =>
    deriveSeed(siteSeed, `voltage-${phase}`),
  );
  const volts = (atMs: EpochMs): Volts[] =>
    voltageSeeds.map(
      (each) => nominal * (1 + VOLTAGE_SWING * (2 * noise1(each, atMs / VOLTAGE_PERIOD_MS) - 1)),
    );
  const frequencySeed = deriveSeed(seed, 'frequency');
  return {
    models: config.devices.map(build).filter((model) => model !== undefined),
    moment: (atMs) => {
      const cellMiddleMs = Math.floor(atMs / CELL_MS) * CELL_MS + CELL_MS / 2;
      return { atMs, cellMiddleMs, volts: volts(cellMiddleMs) };
    },
    frequencyHertz: (atMs) =>
      50 + FREQUENCY_SWING_HERTZ * (2 * noise1(frequencySeed, atMs / FREQUENCY_PERIOD_MS) - 1),
  };
}
