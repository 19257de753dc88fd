import { ModbusError } from './modbus-error.js';
import type { ModbusBus } from './bus.js';
import type { BusOptions } from './bus-options.js';

/** The serial line and the limits of every bus. */
export interface SerialBusOptions extends BusOptions {
  /** Device path, for example `/dev/ttyUSB0`. */
  readonly path: string;
  /** Bits per second. Default 9600. */
  readonly baudRate?: number;
  /** Parity. Default `none`. */
  readonly parity?: 'none' | 'even' | 'odd';
  /** Stop bits. Default 1. */
  readonly stopBits?: 1 | 2;
}

/** Opens a Modbus RTU bus on a serial line; this side is the only master. */
export function openSerialBus(options: SerialBusOptions): ModbusBus {
  throw new ModbusError('bad-options', `not built yet: ${options.path}`);
}
