import { constant, phaseShares, type DeviceModel } from './device-model.js';
import type { ArrayPower } from './irradiance.js';
import type { PvConfig } from './site-config.js';

/** Modules behind an inverter that clips at its rating and obeys an export limit at its AC terminal. */
export function pvModel(config: PvConfig, sitePhases: 1 | 3, array: ArrayPower): DeviceModel {
  const efficiency = config.efficiency ?? 0.97;
  const rated = config.ratedWatts ?? config.array.peakWatts;
  const shares = phaseShares(sitePhases, config);
  return {
    id: config.id,
    controls: ['exportLimit'],
    segment: ({ setPoints }, { cellMiddleMs }) => {
      const limit = Math.min(rated, Math.max(0, setPoints.exportLimit ?? rated));
      const output = Math.min(array(cellMiddleMs) * efficiency, limit);
      return {
        ac: constant(0 - output),
        shares,
        durationMs: Infinity,
        pvDc: constant(0 - output / efficiency),
      };
    },
  };
}
