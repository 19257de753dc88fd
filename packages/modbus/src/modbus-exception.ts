/**
 * Names of the exception codes, MODBUS Application Protocol Specification V1.1b3, section 7
 * (code 7 from the earlier PI-MBUS-300 guide).
 */
export const exceptionNames = {
  1: 'illegal-function',
  2: 'illegal-data-address',
  3: 'illegal-data-value',
  4: 'server-device-failure',
  5: 'acknowledge',
  6: 'server-device-busy',
  7: 'negative-acknowledge',
  8: 'memory-parity-error',
  10: 'gateway-path-unavailable',
  11: 'gateway-target-failed-to-respond',
} as const;

/** One of the exception codes the specification names. */
export type ExceptionCode = keyof typeof exceptionNames;

/** The specification's name of an exception code, or undefined for a code it does not list. */
export function exceptionName(code: number): (typeof exceptionNames)[ExceptionCode] | undefined {
  return Object.hasOwn(exceptionNames, code) ? exceptionNames[code as ExceptionCode] : undefined;
}

/**
 * Thrown by a server's unit handler to answer with an exception, for example
 * `throw new ModbusException(2)` for a register that does not exist.
 */
export class ModbusException extends Error {
  override readonly name = 'ModbusException';
  /** The code sent to the client, 1..255. */
  readonly code: number;

  /** @throws RangeError when the code is not an integer in 1..255. */
  constructor(
    code: number,
    message = `Modbus exception ${code} (${exceptionName(code) ?? 'unlisted'})`,
  ) {
    if (!Number.isInteger(code) || code < 1 || code > 255) {
      throw new RangeError(`Modbus exception code ${code}: expected an integer in 1..255`);
    }
    super(message);
    this.code = code;
  }
}
