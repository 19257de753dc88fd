import type { EpochMs, MilliwattHours } from '@microgrid/units';

/** How the device or gateway that took a reading knew the time. */
export interface ReadingClock {
  /** Names one run of the monotonic clock: another start of the device, another name. */
  readonly boot: string;
  /** Monotonic milliseconds of that run when the reading was taken. */
  readonly monotonicMs: number;
  /** Whether the wall clock was known to be right then (NTP, GNSS or a meter's own clock). */
  readonly synchronised: boolean;
}

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
  /** Serial number of the meter; two that differ are two meters. Absent: not known. */
  readonly meter?: string;
  /** Absent: `atMs` is taken as it is. */
  readonly clock?: ReadingClock;
  /** Set by {@link placeInTime} where `atMs` was told anew from the monotonic clock. */
  readonly retimed?: true;
}
