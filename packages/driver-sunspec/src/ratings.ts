import type { DeviceParts } from './device-parts.js';
import type { ModelImage } from './model-image.js';

/** What a device says it can do; absent = it does not say. */
export interface Ratings {
  /** The power that 100 % of model 123 means: WMax of 121, else WRtg of 120, W. */
  readonly limitReference: number | undefined;
  /** The same for model 704: WMax of 702, else WMaxRtg, W. */
  readonly derReference: number | undefined;
  readonly maxExportWatts: number | undefined;
  readonly maxChargeWatts: number | undefined;
  readonly maxDischargeWatts: number | undefined;
  readonly capacityMilliwattHours: number | undefined;
}

/** Models that hold ratings. */
export const RATING_MODEL_IDS: readonly number[] = [120, 121, 124, 702, 713, 802];

const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 ? value : undefined;

function firstOf(...values: readonly (number | undefined)[]): number | undefined {
  return values.map(positive).find((value) => value !== undefined);
}

/** The ratings by the registers read last. A rating of 0 is none. */
export function ratingsOf({ other, role }: DeviceParts): Ratings {
  const of = (id: number, point: string): number | undefined => other(id)?.number(point);
  const limitReference = firstOf(
    of(121, 'WMax'),
    of(120, 'WRtg'),
    of(702, 'WMax'),
    of(702, 'WMaxRtg'),
  );
  const derReference = firstOf(
    of(702, 'WMax'),
    of(702, 'WMaxRtg'),
    of(121, 'WMax'),
    of(120, 'WRtg'),
  );
  const stored = role === 'batteryInverter' || role === 'hybridInverter';
  const charge = firstOf(
    of(124, 'WChaMax'),
    of(702, 'WChaRteMax'),
    of(702, 'WChaRteMaxRtg'),
    of(802, 'WChaRteMax'),
    of(120, 'MaxChaRte'),
  );
  const discharge = firstOf(
    of(702, 'WDisChaRteMax'),
    of(702, 'WDisChaRteMaxRtg'),
    of(802, 'WDisChaRteMax'),
    of(120, 'MaxDisChaRte'),
    of(124, 'WChaMax'),
  );
  const wattHours = firstOf(of(713, 'WHRtg'), of(802, 'WHRtg'), of(120, 'WHRtg'));
  return {
    limitReference,
    derReference,
    maxExportWatts: role === 'gridMeter' || role === 'meter' ? undefined : limitReference,
    maxChargeWatts: stored ? charge : undefined,
    maxDischargeWatts: stored ? discharge : undefined,
    capacityMilliwattHours:
      stored && wattHours !== undefined ? Math.round(wattHours * 1000) : undefined,
  };
}

/** The models of a device that hold ratings. */
export function ratingImages({ other }: DeviceParts): ModelImage[] {
  return RATING_MODEL_IDS.map(other).filter((image) => image !== undefined);
}
