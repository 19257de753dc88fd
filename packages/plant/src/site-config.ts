import type { Amperes, MilliwattHours, Watts } from '@microgrid/units';

/** Where a device hangs on the busbar. */
interface Port {
  /** Names the device; unique in its site. */
  readonly id: string;
  /** 3 needs a three-phase site. Default 1. */
  readonly phases?: 1 | 3;
  /** The phase of a single-phase device on a three-phase site. Default 1. */
  readonly phase?: 1 | 2 | 3;
}

/** The meter at the grid connection: the sum of every other device's AC port. */
export interface GridMeterConfig {
  readonly kind: 'gridMeter';
  readonly id: string;
}

/** An array of modules. */
export interface PvArray {
  /** Direct-current power at 1000 W/m², W. */
  readonly peakWatts: Watts;
  /** Degrees from the horizontal, 0 to 90. Default 30. */
  readonly tiltDegrees?: number;
  /** Degrees clockwise from north, 0 to 360. Default 180. */
  readonly azimuthDegrees?: number;
  /** What dirt, wiring and mismatch leave, 0 to 1. Temperature is not modelled. Default 0.9. */
  readonly performance?: number;
}

/** Modules behind an inverter of their own. Set point `exportLimit` (W at the AC terminal). */
export interface PvConfig extends Port {
  readonly kind: 'pv';
  readonly array: PvArray;
  /** Largest AC output, W. Default: the array's peak. */
  readonly ratedWatts?: Watts;
  /** DC to AC. Default 0.97. */
  readonly efficiency?: number;
}

/** A store and how it loses energy. */
export interface BatteryStore {
  /** Usable content between 0 and 100 % state of charge, mWh. */
  readonly capacityMilliwattHours: MilliwattHours;
  /** Limits of charging and discharging at the set point's terminal, W. */
  readonly maxChargeWatts: Watts;
  readonly maxDischargeWatts: Watts;
  /** From the set point's terminal to the store, and back. Default 0.95 each. */
  readonly chargeEfficiency?: number;
  readonly dischargeEfficiency?: number;
  /** State of charge at the start, %. Default 50. */
  readonly initialPercent?: number;
  /** How fast power follows a new set point, W/s. Default 2000. */
  readonly rampWattsPerSecond?: number;
}

/** A battery with an inverter of its own. Set point `batteryPower` (W at the AC terminal, + charges). */
export interface BatteryConfig extends Port {
  readonly kind: 'battery';
  readonly store: BatteryStore;
  /** What its electronics draw, W: from AC while idle, from the store while it works. Default 10. */
  readonly standbyWatts?: Watts;
}

/**
 * Modules and battery on one DC bus behind one inverter. Set points `batteryPower` (W at the battery's
 * DC terminal, + charges) and `exportLimit` (W at the AC terminal).
 */
export interface HybridConfig extends Port {
  readonly kind: 'hybrid';
  readonly array: PvArray;
  readonly store: BatteryStore;
  /** Largest AC power either way, W. */
  readonly ratedWatts: Watts;
  /** Between the DC bus and AC, either way. Default 0.97. */
  readonly efficiency?: number;
  /** Drawn from AC at all times, W. Default 15. */
  readonly standbyWatts?: Watts;
}

/** When cars come and what they need; times are the site's local wall clock. */
export interface EvHabits {
  /** Share of days with a visit. Default 0.8. */
  readonly presence?: number;
  /** Mean arrival and departure, minutes after midnight. A departure not after the arrival is next day's. Default 1080 and 450. */
  readonly arrivalMinute?: number;
  readonly departureMinute?: number;
  /** Half width of the spread of both, minutes, at most 180. Default 60. */
  readonly spreadMinutes?: number;
  /** Least and most energy a visit needs, mWh. Default 5 to 25 kWh. */
  readonly leastMilliwattHours?: MilliwattHours;
  readonly mostMilliwattHours?: MilliwattHours;
}

/** A charge point. Set point `chargeCurrent` (A per phase; below the minimum is a pause). Without one it charges at its maximum. */
export interface ChargerConfig extends Port {
  readonly kind: 'charger';
  /** Per phase, A. Default 6 (IEC 61851-1) and 16. */
  readonly minAmperes?: Amperes;
  readonly maxAmperes?: Amperes;
  /** Currents between are rounded down to this step, A. Default 1. */
  readonly stepAmperes?: Amperes;
  readonly habits?: EvHabits;
}

/** Everything in the house that nobody controls. */
export interface HouseConfig extends Port {
  readonly kind: 'house';
  /** Times the typical home of about 7 kWh a day. Default 1. */
  readonly scale?: number;
}

/** A load behind a switch, wanting power at fixed local times. Set point `switch`; without one it is on. */
export interface SwitchedLoadConfig extends Port {
  readonly kind: 'switchedLoad';
  readonly watts: Watts;
  /** Windows `[fromMinute, toMinute)` after local midnight in which it draws power. */
  readonly windows: readonly (readonly [number, number])[];
}

export type DeviceConfig =
  | GridMeterConfig
  | PvConfig
  | BatteryConfig
  | HybridConfig
  | ChargerConfig
  | HouseConfig
  | SwitchedLoadConfig;

/** One site: a place and what is connected there. */
export interface SiteConfig {
  readonly id: string;
  /** North positive. */
  readonly latitudeDegrees: number;
  /** East positive. */
  readonly longitudeDegrees: number;
  /** What people's clocks there are ahead of UTC, minutes; no daylight saving. Default 0. */
  readonly localOffsetMinutes?: number;
  /** Of the grid connection. Default 1. */
  readonly phases?: 1 | 3;
  /** Phase to neutral, V. Default 230. */
  readonly nominalVolts?: number;
  /** `clear` removes the clouds. Default `seeded`. */
  readonly clouds?: 'seeded' | 'clear';
  /** Exactly one of them is the grid meter. */
  readonly devices: readonly DeviceConfig[];
}
