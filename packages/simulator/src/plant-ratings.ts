import type { TwinRatings } from '@microgrid/driver-sunspec';
import type { DeviceConfig } from '@microgrid/plant';

/** What the electronics of a plant's device are rated for; undefined for devices that have none. */
export function plantRatings(config: DeviceConfig): TwinRatings | undefined {
  if (config.kind === 'pv') return { watts: config.ratedWatts ?? config.array.peakWatts };
  if (config.kind !== 'battery' && config.kind !== 'hybrid') return undefined;
  const { maxChargeWatts, maxDischargeWatts, capacityMilliwattHours } = config.store;
  // SunSpec's models have one rating for both directions; the plant keeps each within its own.
  const chargeWatts = Math.max(maxChargeWatts, maxDischargeWatts);
  const watts = config.kind === 'hybrid' ? config.ratedWatts : chargeWatts;
  return { watts, chargeWatts, wattHours: capacityMilliwattHours / 1000 };
}
