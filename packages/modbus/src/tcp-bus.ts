import { BusEngine } from './bus-engine.js';
import type { ModbusBus } from './bus.js';
import type { BusOptions } from './bus-options.js';
import { MbapFraming } from './mbap-framing.js';
import { ModbusError } from './modbus-error.js';
import { RtuFraming } from './rtu-framing.js';
import { zeroCounters } from './statistics.js';
import { TcpDialer } from './tcp-dialer.js';
import { UdpDialer } from './udp-dialer.js';

/** Where to connect, and the limits of every bus. */
export interface TcpBusOptions extends BusOptions {
  /** Host name or address. */
  readonly host: string;
  /** Port, 1..65535. Default 502. */
  readonly port?: number;
}

/**
 * Opens a Modbus TCP bus. It starts connecting at once, reconnects by itself until it is closed, and
 * keeps the process alive as an open socket does. Requests made while it connects for the first
 * time, or again, wait for the outcome; while it waits between attempts they reject at once.
 *
 * @throws ModbusError `bad-options`
 */
export function openTcpBus(options: TcpBusOptions): ModbusBus {
  const { host, port } = placeOf(options);
  return new BusEngine(new TcpDialer(host, port), new MbapFraming(), zeroCounters(), options);
}

/**
 * Opens a bus of RTU frames in a TCP connection, as simple serial servers and some batteries send
 * them. Otherwise as {@link openTcpBus}.
 *
 * @throws ModbusError `bad-options`
 */
export function openRtuOverTcpBus(options: TcpBusOptions): ModbusBus {
  const { host, port } = placeOf(options);
  const counters = zeroCounters();
  return new BusEngine(new TcpDialer(host, port), new RtuFraming(counters), counters, options);
}

/**
 * Opens a bus of RTU frames in UDP datagrams, as WiFi adapters of inverters have it. Every request
 * leaves from a port of its own, so that a late or repeated reply never reaches the next one.
 *
 * @param options - `port` has no default here
 * @throws ModbusError `bad-options`
 */
export function openRtuOverUdpBus(options: TcpBusOptions & { readonly port: number }): ModbusBus {
  const { host, port } = placeOf(options);
  const counters = zeroCounters();
  return new BusEngine(new UdpDialer(host, port), new RtuFraming(counters), counters, {
    resetAfterTimeouts: 0,
    readRetries: 1,
    ...options,
  });
}

function placeOf({ host, port = 502 }: TcpBusOptions): { host: string; port: number } {
  if (host === '') throw new ModbusError('bad-options', 'host: empty, expected a name or address');
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) {
    throw new ModbusError('bad-options', `port: ${port}, expected an integer in 1..65535`);
  }
  return { host, port };
}
