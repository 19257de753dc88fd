import type { EpochMs, MilliwattHours } from '@microgrid/units';

/**
 * What both gross registers of a metering point showed at one instant. A point that can only import
 * has an export register that always shows 0, and the other way round: whoever maps a device says so.
 */
export interface CounterReading {
  readonly meteringPoint: string;
  readonly atMs: EpochMs;
  /** Lifetime register of energy into the site, whole mWh, 0 or more. */
  readonly importMilliwattHours: MilliwattHours;
  /** Lifetime register of energy out of the site, whole mWh, 0 or more. */
  readonly exportMilliwattHours: MilliwattHours;
  /** `bad` and `stale` readings never reach metering. */
  readonly quality: 'good' | 'suspect';
}
