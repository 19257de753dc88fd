import type { RuleName } from './explanation.js';
import type { Placement } from './placement.js';
import type { BatteryView, ChargerView, LoadView, PvView } from './site-view.js';

/** One rule's effect on a set point. */
export interface Narrowing {
  readonly rule: RuleName;
  readonly text: string;
  /** Against which excess of exchange; absent for other reasons. */
  readonly side?: 'import' | 'export';
}

/** A set point in the making. */
interface Item<V, T> {
  readonly view: V;
  /** What the weaker rules asked for. */
  wanted: T;
  /** What is left of it. */
  value: T;
  /** Why it was wanted, with its numbers. */
  why: string;
  /** What narrowed it, in the order it happened. */
  readonly narrowed: Narrowing[];
}

export interface BatteryItem extends Item<BatteryView, number> {
  /** Bounds by nameplate and state of charge, W; 0 lies between them. */
  readonly least: number;
  readonly most: number;
  /** Where the state of charge narrows them. */
  readonly note?: string;
}
export type ChargerItem = Item<ChargerView, number>;
export type LoadItem = Item<LoadView, boolean>;
export interface PvItem extends Item<PvView, number | undefined> {
  /** Output given up against now, W. */
  curtailedWatts: number;
}

/** A charger that cannot be read: its current stays reserved. */
export interface LostCharger {
  readonly id: string;
  readonly placement: Placement;
  readonly reservedAmperes: number;
  /** Reserved power less the power last read, W. */
  readonly change: number;
}

/** All set points of one decision while rules work on them. */
export class Plan {
  readonly batteries: BatteryItem[] = [];
  readonly chargers: ChargerItem[] = [];
  readonly loads: LoadItem[] = [];
  readonly pv: PvItem[] = [];
  readonly lostChargers: LostCharger[] = [];

  constructor(private readonly voltage: number) {}

  /** Power of a charger at a current, W. */
  chargerWatts(view: ChargerView, amperes: number): number {
    return amperes * this.voltage * view.phases;
  }

  /** How the plan changes each device's power against now, W. */
  *changes(): Generator<{ readonly placement: Placement; readonly change: number }> {
    for (const { view, value } of this.batteries) {
      yield { placement: view.placement, change: value - view.watts };
    }
    for (const { view, value } of this.chargers) {
      yield { placement: view.placement, change: this.chargerWatts(view, value) - view.watts };
    }
    for (const { view, value } of this.loads) {
      if (value === view.on) continue;
      yield { placement: view.placement, change: value ? view.ratedWatts : -view.watts };
    }
    for (const { view, curtailedWatts } of this.pv) {
      yield { placement: view.placement, change: curtailedWatts };
    }
    yield* this.lostChargers;
  }
}
