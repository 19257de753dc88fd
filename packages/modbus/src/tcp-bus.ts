import { BusEngine } from './bus-engine.js';
import type { ModbusBus } from './bus.js';
import type { BusOptions } from './bus-options.js';
import { MbapFraming } from './mbap-framing.js';
import { ModbusError } from './modbus-error.js';
import { RtuFraming } from './rtu-framing.js';
import { zeroCounters } from './statistics.js';
import { TcpDialer } from './tcp-dialer.js';

/** Where to connect, how to frame, and the limits of every bus. */
export interface TcpBusOptions extends BusOptions {
  /** Host name or address. */
  readonly host: string;
  /** TCP port, 1..65535. Default 502. */
  readonly port?: number;
  /**
   * `tcp` = Modbus TCP (MBAP header); `rtu` = RTU frames in a socket, as simple serial servers send
   * them. Default `tcp`.
   */
  readonly framing?: 'tcp' | 'rtu';
}

/**
 * Opens a bus over TCP. It starts connecting at once, reconnects by itself until it is closed, and
 * keeps the process alive as an open socket does. Requests made while it connects for the first
 * time, or again, wait for the outcome; while it waits between attempts they reject at once.
 *
 * @throws ModbusError `bad-options`
 */
export function openTcpBus(options: TcpBusOptions): ModbusBus {
  const { host, port = 502, framing = 'tcp' } = options;
  if (host === '') throw new ModbusError('bad-options', 'host: empty, expected a name or address');
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) {
    throw new ModbusError('bad-options', `port: ${port}, expected an integer in 1..65535`);
  }
  const counters = zeroCounters();
  const frames = framing === 'rtu' ? new RtuFraming(counters) : new MbapFraming();
  return new BusEngine(new TcpDialer(host, port), frames, counters, options);
}
