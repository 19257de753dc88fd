/** The last command given to one control. */
export interface CommandMemory {
  readonly value: number | boolean;
  readonly sequence: number;
  readonly issuedMonotonicMs: number;
}

/** What is kept about one charger. */
export interface ChargerMemory {
  /** Current the charger may draw as far as is known, A; stays reserved when it is lost. */
  readonly reservedAmperes: number;
  /** Its power when last read, W. */
  readonly lastWatts: number;
  /** Whether control lets it charge. */
  readonly charging: boolean;
  /** Since when enough surplus lasts, or since when it is missing. */
  readonly startSinceMs?: number;
  readonly stopSinceMs?: number;
  /** When it was last paused by control. */
  readonly pausedAtMs?: number;
  /** Phases it charges on, in the site's order; needed while it is lost. */
  readonly phases: 1 | 3;
}

/** What is kept about one switched load. */
export interface LoadMemory {
  readonly shed: boolean;
  /** When it was last switched by control. */
  readonly changedAtMs: number;
  /** Its power when it was shed, W. */
  readonly shedWatts: number;
  /** Since when there is room to restore it. */
  readonly roomSinceMs?: number;
}

/** The site as it was when its grid meter was last read. */
export interface GridMemory {
  /** Per phase: exchange less the power of every controlled device, W; one entry holds the total where phases are not measured. */
  readonly uncontrolledWatts: readonly number[];
  readonly atMonotonicMs: number;
}

/**
 * What one decision hands to the next: plain JSON, so that it can be stored. Instants are on the
 * monotonic clock; after a restart, when that clock begins anew, timers start over while sequence,
 * reserved currents and shed loads hold.
 */
export interface Memory {
  readonly version: 1;
  readonly monotonicMs: number;
  readonly nextSequence: number;
  /** Since when the grid meter cannot be read. */
  readonly blindSinceMs?: number;
  readonly grid?: GridMemory;
  /** By `device/control`. */
  readonly commands: Readonly<Record<string, CommandMemory>>;
  readonly chargers: Readonly<Record<string, ChargerMemory>>;
  readonly loads: Readonly<Record<string, LoadMemory>>;
  /** Batteries that reached the reserve and wait for the hysteresis. */
  readonly atReserve: readonly string[];
  /** PV devices held below their rating, W. */
  readonly curtailed: Readonly<Record<string, number>>;
}

/**
 * Memory of a control that has decided nothing yet.
 * @param options.nextSequence above every sequence this gateway ever issued; receivers refuse the others. Default 1.
 */
export function initialMemory(options: { readonly nextSequence?: number } = {}): Memory {
  return {
    version: 1,
    monotonicMs: 0,
    nextSequence: options.nextSequence ?? 1,
    commands: {},
    chargers: {},
    loads: {},
    atReserve: [],
    curtailed: {},
  };
}
