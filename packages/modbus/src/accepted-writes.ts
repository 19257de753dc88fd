import { monotonicMs } from './alarm.js';
import type { ReadRequest } from './bus.js';
import type { BusErrors } from './bus-errors.js';
import type { ResolvedBusOptions } from './bus-options.js';
import type { ModbusError } from './modbus-error.js';
import { readTransaction, type Outcome, type Transaction } from './transaction.js';
import type { UnitState } from './unit-state.js';
import { confirmation, type Confirmation } from './write-confirmation.js';

/** Longest wait between two looks at a device that is busy. */
export const longestBusyMs = 5000;

/**
 * Writes that a device accepted and has not finished (exception 5). They are read back with a wait
 * that doubles until their values show, and never sent again.
 */
export class AcceptedWrites {
  readonly #open = new Set<Transaction>();

  /** @param send - puts a read of the bus's own on the bus */
  constructor(
    private readonly options: ResolvedBusOptions,
    private readonly errors: BusErrors,
    private readonly send: (look: Transaction) => void,
  ) {}

  /** Waits for a write. @returns false when reading back could not tell that it is done */
  add(write: Transaction, state: UnitState): boolean {
    const check = confirmation(write);
    if (check === undefined) return false;
    this.#open.add(write);
    this.#readBack(write, check, state, 0);
    return true;
  }

  /** Forgets all and returns those that are not settled. */
  drain(): readonly Transaction[] {
    const open = [...this.#open];
    this.#open.clear();
    return open;
  }

  #readBack(write: Transaction, check: Confirmation, state: UnitState, looks: number): void {
    const { busyDelayMs, acknowledgeTimeoutMs } = this.options;
    const fail = (error: ModbusError): void => {
      this.#open.delete(write);
      const isOwn = error.code === 'closed' || error.code === 'connection-lost';
      const what = `accepted (exception 5), but ${error.message}`;
      write.fail(isOwn ? error : this.errors.of('unconfirmed', write, what, { cause: error }));
    };
    const waitMs = Math.min(longestBusyMs, busyDelayMs * 2 ** looks);
    this.#look(state, check.request, monotonicMs() + waitMs, fail, (outcome) => {
      if (check.isDone(outcome)) {
        state.share.forget();
        this.#finish(write, check, state, fail);
      } else if (monotonicMs() - write.acknowledgedMs >= acknowledgeTimeoutMs) {
        const what = `accepted (exception 5), but not seen within ${acknowledgeTimeoutMs} ms; read it back later`;
        this.#open.delete(write);
        write.fail(this.errors.of('unconfirmed', write, what));
      } else if (write.settled) this.#open.delete(write);
      else this.#readBack(write, check, state, looks + 1);
    });
  }

  /** The write is done; one that also reads does that now. */
  #finish(
    write: Transaction,
    { thenRead }: Confirmation,
    state: UnitState,
    fail: (error: ModbusError) => void,
  ): void {
    const succeed = (outcome: Outcome): void => {
      this.#open.delete(write);
      write.succeed(outcome);
    };
    if (thenRead === undefined) succeed(undefined);
    else this.#look(state, thenRead, 0, fail, succeed);
  }

  #look(
    state: UnitState,
    request: ReadRequest,
    notBeforeMs: number,
    reject: (error: ModbusError) => void,
    resolve: (outcome: Outcome) => void,
  ): void {
    const look = readTransaction(state.unit, request, state.options.requestTimeoutMs, undefined);
    look.priority = 'control';
    look.requestDelayMs = state.options.requestDelayMs;
    look.notBeforeMs = notBeforeMs;
    look.reject = reject;
    look.resolve = resolve;
    this.send(look);
  }
}
