import type { Table } from '@microgrid/modbus';
import type { Inputs, Observation } from '@microgrid/plant';
import type { EpochMs } from '@microgrid/units';

/** Values of one device as the plant shows them, by point. */
export type Shown = Readonly<Record<string, number>>;

/** Set points of one device for the plant; null hands a control back. */
export type TwinInputs = NonNullable<Inputs[string]>;

/** The electronics of one simulated device: what a Modbus client sees of it. Time is the simulator's. */
export interface SiteTwin {
  /** Unit id on its line. */
  readonly unit: number;
  /** What it speaks: the id of a profile, or the name of a driver. */
  readonly speaks: string;
  /** Puts what the plant shows into the registers; `site` is what every device of the site shows. */
  show(shown: Shown, site: Observation): void;
  /** Set points in force now. */
  inputs(): TwinInputs;
  /** When the device may fall back by itself if nothing is written; Infinity = never. */
  readonly deadlineMs: EpochMs;
  /** Lets the device fall back where that is due; absent where it never does, or does so by itself. */
  lapse?(nowMs: EpochMs): void;
  /** Answers a read. @throws ModbusException */
  read(table: Table, address: number, count: number): ArrayLike<number> | ArrayLike<boolean>;
  /** Applies a write of a client. @throws ModbusException for registers that cannot be written. */
  write(
    table: 'holding' | 'coil',
    address: number,
    values: Uint16Array | boolean[],
    nowMs: EpochMs,
  ): void;
  /** Functions of its own, if it has any. */
  custom?(functionCode: number, data: Uint8Array): Uint8Array | undefined;
  /** What it says of itself by function code 43. */
  readonly identification?: ReadonlyMap<number, string | Uint8Array>;
}
