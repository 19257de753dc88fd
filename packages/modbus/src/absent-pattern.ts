import { ModbusError } from './modbus-error.js';

/** Raw registers that mean "there is no value", in the order they have on the wire. */
export type AbsentPattern = readonly number[];

/**
 * A pattern written as hexadecimal, four digits a register, for example `80000000`.
 *
 * @throws ModbusError `bad-value` for anything else
 */
export function absentPattern(hex: string): AbsentPattern {
  if (!/^(?:[0-9a-fA-F]{4})+$/.test(hex)) {
    throw new ModbusError(
      'bad-value',
      `absent pattern ${JSON.stringify(hex)}: expected four hexadecimal digits a register`,
    );
  }
  return Array.from({ length: hex.length / 4 }, (_, at) =>
    Number.parseInt(hex.slice(at * 4, at * 4 + 4), 16),
  );
}

/**
 * Whether the registers from `offset` are one of the patterns. All registers of a pattern are
 * compared, so half a pattern is a value; what is not declared is a value, too: -1, 32768 and
 * 2147483647 mean themselves unless a device's profile says otherwise.
 */
export function isAbsent(
  registers: ArrayLike<number>,
  patterns: readonly AbsentPattern[],
  offset = 0,
): boolean {
  return patterns.some(
    (pattern) =>
      pattern.length > 0 && pattern.every((word, index) => registers[offset + index] === word),
  );
}
