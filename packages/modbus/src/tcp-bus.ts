import { ModbusError } from './modbus-error.js';
import type { ModbusBus } from './bus.js';
import type { BusOptions } from './bus-options.js';

/** Where to connect, how to frame, and the limits of every bus. */
export interface TcpBusOptions extends BusOptions {
  /** Host name or address. */
  readonly host: string;
  /** TCP port, 1..65535. Default 502. */
  readonly port?: number;
  /** `tcp` = Modbus TCP (MBAP header); `rtu` = RTU frames in a socket, as serial servers send. Default `tcp`. */
  readonly framing?: 'tcp' | 'rtu';
}

/** Opens a bus over TCP. It starts connecting at once and reconnects until it is closed. */
export function openTcpBus(options: TcpBusOptions): ModbusBus {
  throw new ModbusError('bad-options', `not built yet: ${options.host}`);
}
