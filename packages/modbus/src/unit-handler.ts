import type { Table } from './table.js';

/**
 * One simulated or proxied unit behind a server. Both methods are synchronous and may throw a
 * `ModbusException` to answer with that code; anything else thrown answers exception 4
 * (server-device-failure) and is passed to the server's `onError`.
 */
export interface UnitHandler {
  /**
   * Returns exactly `count` values from `address`: registers (each 0..65535) for `holding` and
   * `input`, bits for `coil` and `discrete`. The values are copied into the reply before anything
   * else runs, so a handler may reuse its array.
   */
  read(table: Table, address: number, count: number): ArrayLike<number> | ArrayLike<boolean>;
  /** Applies a write: a `Uint16Array` for `holding`, booleans for `coil`. */
  write(table: 'holding' | 'coil', address: number, values: Uint16Array | boolean[]): void;
}
