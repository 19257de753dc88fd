import { BusEngine } from './bus-engine.js';
import type { ModbusBus } from './bus.js';
import type { BusOptions } from './bus-options.js';
import { ModbusError } from './modbus-error.js';
import { RtuFraming } from './rtu-framing.js';
import { SerialDialer } from './serial-dialer.js';
import { zeroCounters } from './statistics.js';

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

/**
 * Opens a Modbus RTU bus on a serial line; this side must be its only master. It opens the port at
 * once and again after the adapter was unplugged, until it is closed.
 *
 * @throws ModbusError `bad-options`
 */
export function openSerialBus(options: SerialBusOptions): ModbusBus {
  const { path, baudRate = 9600, parity = 'none', stopBits = 1 } = options;
  if (path === '') throw new ModbusError('bad-options', 'path: empty, expected a device path');
  if (!Number.isInteger(baudRate) || baudRate < 50) {
    throw new ModbusError('bad-options', `baudRate: ${baudRate}, expected an integer from 50`);
  }
  const counters = zeroCounters();
  return new BusEngine(
    new SerialDialer({ path, baudRate, parity, stopBits }),
    new RtuFraming(counters),
    counters,
    { requestDelayMs: interFrameMs(baudRate), resetAfterTimeouts: 0, ...options },
  );
}

/**
 * Silence between frames: 3.5 characters of 11 bits, fixed at 1.75 ms above 19,200 bit/s; MODBUS
 * over Serial Line Specification V1.02, section 2.5.1.1.
 */
export function interFrameMs(baudRate: number): number {
  return baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1000) / baudRate;
}
