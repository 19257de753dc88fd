import type { Access } from './access.js';
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
  /**
   * Answers a function code the server does not know, or knows but this unit frames its own way
   * (asked first). `data` is the request after its function code.
   *
   * @returns the reply after its function code, or undefined to leave it to the server
   * @throws ModbusException to answer with an exception
   */
  custom?(functionCode: number, data: Uint8Array): Uint8Array | undefined;
  /**
   * What the unit says about itself by function code 43, by object id: 0 vendor name, 1 product
   * code, 2 revision, 3-6 regular, 128-255 of its own. Absent: exception 1.
   */
  readonly identification?: ReadonlyMap<number, string | Uint8Array>;
  /** Called after each request to this unit was answered; must not throw. */
  onAccess?(access: Access): void;
}
