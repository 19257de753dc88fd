import type { EpochMs, MilliwattHours, Volts, Watts } from '@microgrid/units';
import type { Linear } from './energy-counter.js';

/** Controls a device of the plant can have. */
export type ControlName = 'batteryPower' | 'chargeCurrent' | 'exportLimit' | 'switch';

/** Set points in force at a device; an absent one leaves the device to its own logic. */
export interface SetPoints {
  readonly batteryPower?: number;
  readonly chargeCurrent?: number;
  readonly exportLimit?: number;
  readonly switch?: boolean;
}

/** What changes about a device besides its counter. Fields a kind does not need stay 0. */
export interface DeviceState {
  readonly setPoints: SetPoints;
  /** Battery power on its way to the set point, W. */
  readonly followingWatts: Watts;
  /** Content of the battery, mWh, not rounded. */
  readonly storedMilliwattHours: MilliwattHours;
  /** The day of the visit being charged and what it took so far, mWh, not rounded. */
  readonly visitDay: number;
  readonly visitMilliwattHours: MilliwattHours;
}

/** The world as a device meets it: what is outside is constant from here to the end of the stretch. */
export interface Moment {
  /** Where the stretch begins, whole ms. */
  readonly atMs: EpochMs;
  /** Middle of the cell: where functions of time are evaluated. */
  readonly cellMiddleMs: EpochMs;
  /** Phase to neutral, per phase of the site. */
  readonly volts: readonly Volts[];
}

/** A device's behaviour until something changes. */
export interface Segment {
  /** AC port, all phases, positive into the device. */
  readonly ac: Linear;
  /** Share of the AC power on each phase of the site; they add up to 1. */
  readonly shares: readonly number[];
  /** How long this holds, ms; Infinity while nothing is going to happen. */
  readonly durationMs: number;
  /** DC power into the modules (production is negative) and into the battery. */
  readonly pvDc?: Linear;
  readonly batteryDc?: Linear;
  /** The battery's power on its way to the set point, and where that way ends; absent: at rest. */
  readonly following?: {
    readonly line: Linear;
    readonly afterMs: number;
    readonly arrivesAt: Watts;
  };
  /** What the store gains, W. */
  readonly store?: Linear;
  /** The visit charged. */
  readonly visitDay?: number;
}

/** A device of the plant: pure functions over its state. */
export interface DeviceModel {
  readonly id: string;
  readonly controls: readonly ControlName[];
  /** Content of the full battery, mWh. */
  readonly capacityMilliwattHours?: MilliwattHours;
  readonly initialMilliwattHours?: MilliwattHours;
  segment(state: DeviceState, moment: Moment): Segment;
  /** The next instant at which its surroundings change by themselves, as a car's arrival does. */
  nextEventMs?(atMs: EpochMs): EpochMs;
  /** Further points of the device, beside power and counters. */
  points?(state: DeviceState, moment: Moment): Readonly<Record<string, number>>;
}

/** A power that does not change. */
export function constant(watts: Watts): Linear {
  return { watts, perMs: 0 };
}

/** Phase shares of a port: even over three phases, or all on one. */
export function phaseShares(
  sitePhases: 1 | 3,
  port: { readonly phases?: 1 | 3; readonly phase?: 1 | 2 | 3 },
): readonly number[] {
  if (sitePhases === 1) return [1];
  if (port.phases === 3) return [1 / 3, 1 / 3, 1 / 3];
  const phase = port.phase ?? 1;
  return [1, 2, 3].map((each) => (each === phase ? 1 : 0));
}
