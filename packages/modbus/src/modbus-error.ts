import { exceptionName } from './modbus-exception.js';

/**
 * Why a Modbus operation failed. The set is closed: a caller may switch over it.
 *
 * - `bad-request`: the request itself is not allowed by the protocol (nothing was sent).
 * - `bad-value`: a value does not fit the register encoding asked for.
 * - `bad-options`: a bus or server was opened with options that cannot work.
 * - `queue-full`: too many requests are waiting on this bus (nothing was sent).
 * - `timeout`: no acceptable reply came before the deadline.
 * - `aborted`: the caller's AbortSignal fired. A write that was already sent may have been applied.
 * - `closed`: the bus was closed by this side.
 * - `connect-failed`: there is no connection, and the last attempt to make one failed.
 * - `connection-lost`: the connection went away while the request was waiting or in flight.
 * - `exception`: the device answered with a Modbus exception, now or, for a disabled block, before;
 *   see `exceptionCode`.
 * - `unit-unavailable`: the unit failed too often and is left alone for a while (nothing was sent).
 * - `unconfirmed`: the device accepted a write and has not shown it in time; it may yet be applied.
 * - `listen-failed`: a server could not listen on its address.
 */
export type ModbusErrorCode =
  | 'bad-request'
  | 'bad-value'
  | 'bad-options'
  | 'queue-full'
  | 'timeout'
  | 'aborted'
  | 'closed'
  | 'connect-failed'
  | 'connection-lost'
  | 'exception'
  | 'unit-unavailable'
  | 'unconfirmed'
  | 'listen-failed';

/** What a {@link ModbusError} carries besides its code and message. */
export interface ModbusErrorDetails {
  /** The error underneath, for example the socket's. */
  readonly cause?: unknown;
  /** Exception code of the device's reply, 1..255; only with code `exception`. */
  readonly exceptionCode?: number;
}

/** The one error class of this package. Every rejected promise and every throw carries one. */
export class ModbusError extends Error {
  override readonly name = 'ModbusError';
  /** Which of the closed set of reasons it is. */
  readonly code: ModbusErrorCode;
  /** Exception code of the device's reply, 1..255; present only when `code` is `exception`. */
  readonly exceptionCode?: number;

  constructor(code: ModbusErrorCode, message: string, details: ModbusErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.exceptionCode !== undefined) this.exceptionCode = details.exceptionCode;
  }

  /** The exception's name in the Modbus specification's terms; absent for codes it does not list. */
  get exceptionName(): string | undefined {
    return this.exceptionCode === undefined ? undefined : exceptionName(this.exceptionCode);
  }
}

/** True for an error made by this package, also when two copies of it are loaded. */
export function isModbusError(error: unknown): error is ModbusError {
  return error instanceof Error && error.name === 'ModbusError' && 'code' in error;
}
