import { ModbusException } from '../modbus-exception.js';
import type { UnitHandler } from '../unit-handler.js';

/** A unit of plain memory: 2000 registers and 2000 bits, the same for both tables of a kind. */
export interface Bank extends UnitHandler {
  readonly registers: Uint16Array;
  readonly bits: boolean[];
}

/** Register n holds n * 7 modulo 65536, bit n is set when n is divisible by 3. */
export function bank(): Bank {
  const registers = Uint16Array.from({ length: 2000 }, (_, index) => index * 7);
  const bits = Array.from({ length: 2000 }, (_, index) => index % 3 === 0);
  return {
    registers,
    bits,
    read(table, address, count) {
      if (address + count > 2000) throw new ModbusException(2);
      return table === 'holding' || table === 'input'
        ? registers.subarray(address, address + count)
        : bits.slice(address, address + count);
    },
    write(_table, address, values) {
      if (address + values.length > 2000) throw new ModbusException(2);
      if (values instanceof Uint16Array) registers.set(values, address);
      else bits.splice(address, values.length, ...values);
    },
  };
}
