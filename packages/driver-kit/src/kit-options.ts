import type { Profile, ProfileVector } from '@microgrid/devices';
import type { ModbusBus } from '@microgrid/modbus';
import type { KitRule } from './kit-rule.js';

/** Wires that a Modbus twin is served on. */
export type ModbusWire = 'tcp' | 'rtu' | 'rtu-over-tcp';

/** Where the kit serves a twin. */
export type ModbusEndpoint =
  | { readonly wire: 'tcp' | 'rtu-over-tcp'; readonly host: string; readonly port: number }
  | { readonly wire: 'rtu'; readonly path: string };

/** How a driver is to be checked. Nothing is required where its configuration has defaults. */
export interface KitOptions {
  /** The configuration to open it with; default `{}`. */
  readonly config?: unknown;
  /** The declarative profile it runs, if it runs one: its lint and vectors are checked. */
  readonly profile?: Profile;
  /** Recorded bytes and their values, for drivers on Modbus; default: the profile's. */
  readonly vectors?: readonly ProfileVector[];
  /**
   * What the twin shows in most checks, by point in its published unit; default: a plausible value of
   * each point of the manifest that the twin can show.
   */
  readonly values?: Readonly<Record<string, number>>;
  /** Least and greatest value by point for the round trip; default: what is plausible for its unit. */
  readonly ranges?: Readonly<Record<string, readonly [minimum: number, maximum: number]>>;
  /** The step in which the device shows a point, where it is coarser than the kit expects. */
  readonly resolutions?: Readonly<Record<string, number>>;
  /** Wires to run on; default: all that the twin can be reached on. */
  readonly wires?: readonly ModbusWire[];
  /** Virtual time after which every point has been read again, ms; default 10 minutes. */
  readonly slowestPointMs?: number;
  /** Opens a bus of one's own instead of `@microgrid/modbus`'s. */
  readonly openBus?: (endpoint: ModbusEndpoint) => ModbusBus | Promise<ModbusBus>;
  /** Rules that cannot apply, each with the reason; they are listed as skipped. */
  readonly except?: Readonly<Partial<Record<KitRule, string>>>;
  /** Seed of generated values; default fixed, so that every run is the same. */
  readonly seed?: number;
}
