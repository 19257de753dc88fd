import type { Access } from './access.js';
import type { FaultPlan } from './fault.js';
import { ModbusError } from './modbus-error.js';
import type { UnitHandler } from './unit-handler.js';

/** Options every server has, whatever it runs over. */
export interface ServerOptions {
  /** Units by id, 0..255. The map may be changed while the server runs. */
  readonly units: ReadonlyMap<number, UnitHandler>;
  /**
   * What a request for a unit that is not in the map gets. Default `exception` (code 11) over TCP
   * and UDP, `silence` on a serial line, where another device may answer.
   */
  readonly unknownUnit?: 'exception' | 'silence';
  /** Called after each request; must not throw. */
  readonly onAccess?: (access: Access) => void;
  /** Called with what a handler threw, unless it was a `ModbusException`; must not throw. */
  readonly onError?: (error: unknown) => void;
  /** Makes replies go wrong, for tests of clients. Default: nothing goes wrong. */
  readonly faults?: FaultPlan;
}

/** Where a server listens. */
export interface ListenOptions {
  /** Address to listen on. Default `127.0.0.1`: Modbus has no authentication. */
  readonly host?: string;
  /** Port to listen on, 0..65535; 0 takes a free one. */
  readonly port: number;
}

/** Refuses units no request can name. @throws ModbusError `bad-options` */
export function checkUnits(units: ReadonlyMap<number, UnitHandler>): void {
  for (const unit of units.keys()) {
    if (!Number.isInteger(unit) || unit < 0 || unit > 255) {
      throw new ModbusError('bad-options', `unit: ${unit}, expected an integer in 0..255`);
    }
  }
}

/** Refuses a port that cannot be listened on. @throws ModbusError `bad-options` */
export function checkListenPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return;
  throw new ModbusError('bad-options', `port: ${port}, expected an integer in 0..65535`);
}

/** Why a server does not listen. */
export function listenFailed(place: string, cause: Error): ModbusError {
  const message = `${place}: cannot listen (${cause.message}); free the port or take 0`;
  return new ModbusError('listen-failed', message, { cause });
}
