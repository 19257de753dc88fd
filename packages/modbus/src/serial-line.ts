import { ModbusError } from './modbus-error.js';

/** How a serial line is set: always eight data bits, as RTU requires. */
export interface SerialLine {
  /** Device path, for example `/dev/ttyUSB0`. */
  readonly path: string;
  /** Bits per second. Default 9600. */
  readonly baudRate?: number;
  /** Parity. Default `none`. */
  readonly parity?: 'none' | 'even' | 'odd';
  /** Stop bits. Default 1. */
  readonly stopBits?: 1 | 2;
}

/** Fills in the defaults. @throws ModbusError `bad-options` */
export function resolveSerialLine(line: SerialLine): Required<SerialLine> {
  const { path, baudRate = 9600, parity = 'none', stopBits = 1 } = line;
  if (path === '') throw new ModbusError('bad-options', 'path: empty, expected a device path');
  if (!Number.isInteger(baudRate) || baudRate < 50) {
    throw new ModbusError('bad-options', `baudRate: ${baudRate}, expected an integer from 50`);
  }
  return { path, baudRate, parity, stopBits };
}

/**
 * Silence between frames: 3.5 characters of 11 bits, fixed at 1.75 ms above 19,200 bit/s; MODBUS
 * over Serial Line Specification V1.02, section 2.5.1.1.
 */
export function interFrameMs(baudRate: number): number {
  return baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1000) / baudRate;
}
