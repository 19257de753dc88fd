import { constant, phaseShares, type DeviceModel } from './device-model.js';
import type { Household } from './household.js';
import type { HouseConfig, SwitchedLoadConfig } from './site-config.js';

/** The uncontrolled part of a house; with three phases its appliances lie on different ones. */
export function houseModel(config: HouseConfig, sitePhases: 1 | 3, load: Household): DeviceModel {
  const oneBranch = phaseShares(sitePhases, config);
  return {
    id: config.id,
    controls: [],
    segment: (_state, { cellMiddleMs }) => {
      const perPhase = load(cellMiddleMs);
      const watts = perPhase[0] + perPhase[1] + perPhase[2];
      const spread = config.phases === 3 && watts > 0;
      const shares = spread ? perPhase.map((each) => each / watts) : oneBranch;
      return { ac: constant(watts), shares, durationMs: Infinity };
    },
  };
}

/** A load behind a switch. What it misses while off it does not make up for. */
export function switchedLoadModel(
  config: SwitchedLoadConfig,
  sitePhases: 1 | 3,
  localOffsetMinutes: number,
): DeviceModel {
  const shares = phaseShares(sitePhases, config);
  return {
    id: config.id,
    controls: ['switch'],
    segment: ({ setPoints }, { cellMiddleMs }) => {
      const minute = Math.floor(cellMiddleMs / 60_000 + localOffsetMinutes) % 1440;
      const wanted = config.windows.some(([from, to]) => minute >= from && minute < to);
      const on = wanted && setPoints.switch !== false;
      return { ac: constant(on ? config.watts : 0), shares, durationMs: Infinity };
    },
    points: ({ setPoints }) => ({ switchState: setPoints.switch === false ? 0 : 1 }),
  };
}
