import type { ReadRegisters } from '@microgrid/driver-modbus';
import {
  ModbusError,
  type CustomRequest,
  type ModbusBus,
  type ReadRequest,
  type RequestOptions,
  type Table,
} from '@microgrid/modbus';

/** Function codes of custom requests that only read: 4, and the HAN port's load profile. */
const READING_FUNCTIONS = new Set([1, 2, 3, 4, 43, 0x44, 0x45]);
const WRITING = new Set<PropertyKey>(['write', 'maskWrite', 'readWrite']);

/** A bus that remembers what it read, and perhaps refuses to write. */
export interface WatchedBus {
  readonly bus: ModbusBus;
  /** Registers as last read from a unit; undefined where one of them never was. */
  readonly registers: (unit: number) => ReadRegisters;
}

/**
 * Wraps a bus so that raw registers can be shown beside the values made of them.
 * @param readOnly refuses every request that writes, before it is sent.
 */
export function watchedBus(bus: ModbusBus, readOnly: boolean): WatchedBus {
  const seen = new Map<string, number>();
  const key = (unit: number, table: Table, address: number): string =>
    `${unit} ${table} ${address}`;
  const read = async (unit: number, request: ReadRequest, options?: RequestOptions) => {
    const values = await bus.read(unit, request, options);
    const { table, address } = request;
    values.forEach((value: number | boolean, index: number) => {
      seen.set(key(unit, table, address + index), Number(value));
    });
    return values;
  };
  const refuse = (what: string) => async (): Promise<never> => {
    await Promise.resolve();
    throw new ModbusError('bad-request', `${what}: this command only reads`);
  };
  const request = async (unit: number, custom: CustomRequest, options?: RequestOptions) => {
    if (readOnly && !READING_FUNCTIONS.has(custom.functionCode)) {
      return refuse(`function code ${custom.functionCode}`)();
    }
    return bus.request(unit, custom, options);
  };
  const watched = new Proxy(bus, {
    get(target, name): unknown {
      if (name === 'read') return read;
      if (name === 'request') return request;
      if (readOnly && WRITING.has(name)) return refuse(String(name));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return {
    bus: watched,
    registers: (unit) => (table, address, count) => {
      const values: number[] = [];
      for (let index = 0; index < count; index += 1) {
        const value = seen.get(key(unit, table, address + index));
        if (value === undefined) return undefined;
        values.push(value);
      }
      return values;
    },
  };
}
