import type { DisabledBlock } from './bus.js';
import { ModbusError, type ModbusErrorCode, type ModbusErrorDetails } from './modbus-error.js';
import { exceptionName } from './modbus-exception.js';
import type { Transaction } from './transaction.js';
import type { UnitState } from './unit-state.js';

/** The errors of one bus; every message names the place and the request. */
export class BusErrors {
  /** @param place - how messages name the bus, for example `192.168.1.20:502` */
  constructor(private readonly place: string) {}

  of(
    code: ModbusErrorCode,
    transaction: Transaction,
    what: string,
    details: ModbusErrorDetails = {},
  ): ModbusError {
    return new ModbusError(code, `${this.place} ${transaction.name}: ${what}`, details);
  }

  closed(): ModbusError {
    return new ModbusError('closed', `${this.place}: the bus was closed; open a new one`);
  }

  exception(transaction: Transaction, code: number): ModbusError {
    const what = `the device answered exception ${code} (${exceptionName(code) ?? 'unlisted'})`;
    return this.of('exception', transaction, what, { exceptionCode: code });
  }

  disabled(read: Transaction, { name }: DisabledBlock): ModbusError {
    const what = `block ${name} is disabled: the device answered exception 2 (illegal-data-address); correct the profile, or reconnect`;
    return this.of('exception', read, what, { exceptionCode: 2 });
  }

  unavailable(transaction: Transaction, { breaker }: UnitState, nowMs: number): ModbusError {
    const waitMs = Math.ceil(breaker.waitMs(nowMs));
    const what = `the unit failed ${breaker.failures} times in a row (${breaker.last?.cause ?? 'unknown'}) and is asked again in ${waitMs} ms`;
    return this.of('unit-unavailable', transaction, what);
  }
}
