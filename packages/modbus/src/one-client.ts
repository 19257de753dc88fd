import { ModbusError } from './modbus-error.js';

/** Devices of one client that have a bus in this process, by the name of their place. */
const taken = new Set<string>();

/**
 * Takes a device that accepts one client: a second connection would throw out the first, for ever in
 * turns.
 *
 * @returns gives it back
 * @throws ModbusError `bad-options` when it is taken
 */
export function takeOneClient(name: string): () => void {
  if (taken.has(name)) {
    throw new ModbusError(
      'bad-options',
      `${name}: accepts one client and has a bus in this process already; share that one`,
    );
  }
  taken.add(name);
  return () => {
    taken.delete(name);
  };
}
