import type { Profile } from '@microgrid/devices';
import { RegisterImage } from '@microgrid/driver-modbus';
import { ModbusException, type Table } from '@microgrid/modbus';
import type { EpochMs } from '@microgrid/units';
import type { Shown, SiteTwin, TwinInputs } from './site-twin.js';

interface WritableRange {
  readonly table: 'holding' | 'coil';
  readonly address: number;
  readonly count: number;
}

/** Modbus exception codes of the specification. */
const ILLEGAL_ADDRESS = 2;
export const ILLEGAL_VALUE = 3;

/**
 * The electronics of one simulated device: registers laid out by its profile, and what clients have
 * written into them. Time is the simulator's.
 */
export abstract class Twin implements SiteTwin {
  readonly image: RegisterImage;

  constructor(
    readonly profile: Profile,
    private readonly writable: readonly WritableRange[],
  ) {
    this.image = new RegisterImage(profile);
  }

  get unit(): number {
    return this.profile.transport.unit;
  }

  get speaks(): string {
    return this.profile.id;
  }

  /** Puts what the plant shows into the registers. */
  abstract show(shown: Shown): void;

  /** Set points in force now. */
  abstract inputs(): TwinInputs;

  /** When the device will fall back by itself if nothing is written; Infinity = never. */
  get deadlineMs(): EpochMs {
    return Infinity;
  }

  /** Lets the device fall back where that is due; absent where it never does. */
  lapse?(nowMs: EpochMs): void;

  /** Answers a read. @throws ModbusException */
  read(table: Table, address: number, count: number): ArrayLike<number> | ArrayLike<boolean> {
    const registers = this.image.read(table, address, count);
    return table === 'coil' || table === 'discrete' ? Array.from(registers, Boolean) : registers;
  }

  /** Applies a write of a client. @throws ModbusException for registers that cannot be written. */
  write(
    table: 'holding' | 'coil',
    address: number,
    values: Uint16Array | boolean[],
    nowMs: EpochMs,
  ): void {
    const end = address + values.length;
    const allowed = this.writable.some(
      (range) =>
        range.table === table && range.address <= address && end <= range.address + range.count,
    );
    if (!allowed) throw new ModbusException(ILLEGAL_ADDRESS);
    this.check?.(address, values);
    this.image.write(table, address, values);
    this.written(address, nowMs);
  }

  /** Refuses values the device would refuse; absent where it takes any. @throws ModbusException */
  protected check?(address: number, values: ArrayLike<number> | ArrayLike<boolean>): void;

  /** Notes that a register was written. */
  protected abstract written(address: number, nowMs: EpochMs): void;

  /** One register as an unsigned number. */
  protected register(address: number): number {
    return this.image.read('holding', address, 1)[0] ?? 0;
  }

  /** One register as a signed number. */
  protected signed(address: number): number {
    return (this.register(address) << 16) >> 16;
  }
}
