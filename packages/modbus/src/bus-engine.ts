import type { Observable } from 'rxjs';
import { AbortWatch } from './abort-watch.js';
import { AcceptedWrites, longestBusyMs } from './accepted-writes.js';
import { Alarm, monotonicMs } from './alarm.js';
import type {
  BusState,
  BusStatistics,
  CustomRequest,
  DeviceIdentification,
  IdentifyOptions,
  MaskWrite,
  ModbusBus,
  ReadRequest,
  ReadWriteRequest,
  RequestOptions,
  UnitStatus,
  WriteRequest,
} from './bus.js';
import { BusErrors } from './bus-errors.js';
import { resolveBusOptions, type BusOptions, type ResolvedBusOptions } from './bus-options.js';
import type { Framing } from './framing.js';
import { identify } from './identification.js';
import { Line, type LineSink } from './line.js';
import type { Dialer } from './link.js';
import { ModbusError } from './modbus-error.js';
import { exceptionName } from './modbus-exception.js';
import { takeOneClient } from './one-client.js';
import { RequestScheduler } from './request-scheduler.js';
import type { MutableCounters } from './statistics.js';
import {
  checkDuration,
  customTransaction,
  maskTransaction,
  readTransaction,
  readWriteTransaction,
  writeTransaction,
  type Outcome,
  type Transaction,
} from './transaction.js';
import { UnitState } from './unit-state.js';

/** A unit that answered within this time uses the line. */
const recentMs = 60_000;

/**
 * The engine behind every bus: one scheduler, one line, whatever the framing and link. What a
 * device's answers mean for later requests (retries, reading back, disabled blocks, circuit
 * breakers) is decided here; what answers what, in {@link Line}.
 */
export class BusEngine implements ModbusBus, LineSink {
  readonly state$: Observable<BusState>;
  readonly #options: ResolvedBusOptions;
  readonly #line: Line;
  readonly #units: (UnitState | undefined)[] = [];
  readonly #scheduler = new RequestScheduler((unit) => this.#unit(unit));
  readonly #alarm = new Alarm((nowMs) => {
    this.#onAlarm(nowMs);
  });
  readonly #aborts = new AbortWatch((transaction, reason) => {
    this.#abandon(transaction, reason);
  });
  /** Requests with a total deadline that are not settled. */
  readonly #timed = new Set<Transaction>();
  readonly #accepted: AcceptedWrites;
  readonly #errors: BusErrors;
  /** Lets another bus to a device of one client be opened. */
  readonly #giveBack: (() => void) | undefined;
  #closed = false;

  constructor(
    dialer: Dialer,
    framing: Framing,
    private readonly counters: MutableCounters,
    options: BusOptions,
  ) {
    this.#options = resolveBusOptions(options);
    refusePipelining(this.#options, framing);
    this.#giveBack = this.#options.oneClient ? takeOneClient(dialer.name) : undefined;
    this.#errors = new BusErrors(dialer.name);
    this.#accepted = new AcceptedWrites(this.#options, this.#errors, (look) => {
      this.#scheduler.push(look);
      this.#alarm.wakeAt(look.notBeforeMs);
    });
    this.#line = new Line(dialer, framing, counters, this.#options, this);
    this.state$ = this.#line.connection.state.asObservable();
  }

  read(
    unit: number,
    request: ReadRequest<'holding' | 'input'>,
    options?: RequestOptions,
  ): Promise<Uint16Array>;
  read(
    unit: number,
    request: ReadRequest<'coil' | 'discrete'>,
    options?: RequestOptions,
  ): Promise<boolean[]>;
  read(
    unit: number,
    request: ReadRequest,
    options?: RequestOptions,
  ): Promise<Uint16Array | boolean[]>;
  read(unit: number, request: ReadRequest, options?: RequestOptions): Promise<unknown> {
    return new Promise<Outcome>((resolve, reject) => {
      // A throw in here rejects: a bad request settles like every other one.
      const state = this.#unit(unit);
      const read = readTransaction(unit, request, state.options.requestTimeoutMs, options);
      read.resolve = resolve;
      read.reject = reject;
      read.block = options?.block;
      if (options?.priority !== undefined) read.priority = options.priority;
      this.#admit(read, options);
      const nowMs = monotonicMs();
      this.#refuseDisabled(state, read, request, nowMs);
      if (state.options.cacheMs > 0 && this.#serveKept(state, read, request, options, nowMs))
        return;
      const open = state.share.open(read);
      if (!open) this.#refuseUnavailable(state, read, nowMs);
      this.#watch(read, options, nowMs);
      if (open) this.#follow(open, read);
      else {
        state.share.offer(read);
        this.#submit(read, state, nowMs);
      }
    });
  }

  write(unit: number, request: WriteRequest, options?: RequestOptions): Promise<void> {
    const write = this.#change(unit, options, 'control', (timeoutMs) =>
      writeTransaction(unit, request, timeoutMs, options),
    );
    return write as Promise<void>;
  }

  maskWrite(unit: number, request: MaskWrite, options?: RequestOptions): Promise<void> {
    const write = this.#change(unit, options, 'control', (timeoutMs) =>
      maskTransaction(unit, request, timeoutMs, options),
    );
    return write as Promise<void>;
  }

  readWrite(
    unit: number,
    request: ReadWriteRequest,
    options?: RequestOptions,
  ): Promise<Uint16Array> {
    const write = this.#change(unit, options, 'control', (timeoutMs) =>
      readWriteTransaction(unit, request, timeoutMs, options),
    );
    return write as Promise<Uint16Array>;
  }

  identify(unit: number, options: IdentifyOptions = {}): Promise<DeviceIdentification> {
    return identify((request) => this.request(unit, request, options), options.level ?? 'basic');
  }

  request(unit: number, request: CustomRequest, options?: RequestOptions): Promise<Uint8Array> {
    const custom = this.#change(unit, options, 'high', (timeoutMs) =>
      customTransaction(unit, request, timeoutMs, options),
    );
    return custom as Promise<Uint8Array>;
  }

  unitStatus(unit: number): UnitStatus {
    return this.#unit(unit).status(monotonicMs());
  }

  identityChanged(unit: number): void {
    const state = this.#unit(unit);
    state.forget();
    state.breaker.retryNow();
  }

  statistics(): BusStatistics {
    this.#scheduler.prune();
    const queued = this.#scheduler.length;
    return { ...this.counters, queued, inFlight: this.#line.inFlight.length };
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#rejectAll(this.#errors.closed(), this.#line.clear());
      this.#aborts.close();
    }
    await this.#line.connection.close();
    this.#giveBack?.();
  }

  /** Puts a request that may change the device on the bus. */
  #change(
    unit: number,
    options: RequestOptions | undefined,
    priority: 'control' | 'high',
    make: (timeoutMs: number) => Transaction,
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const state = this.#unit(unit);
      const transaction = make(state.options.requestTimeoutMs);
      transaction.resolve = resolve;
      transaction.reject = reject;
      transaction.priority = options?.priority ?? priority;
      this.#admit(transaction, options);
      const nowMs = monotonicMs();
      this.#refuseUnavailable(state, transaction, nowMs);
      this.#watch(transaction, options, nowMs);
      state.share.forget();
      this.#submit(transaction, state, nowMs);
    });
  }

  /** Refuses what cannot be sent. */
  #admit(transaction: Transaction, options: RequestOptions | undefined): void {
    checkDuration('totalTimeoutMs', options?.totalTimeoutMs);
    if (this.#closed) throw this.#errors.closed();
    if (options?.signal?.aborted) {
      const { reason } = options.signal as { readonly reason: unknown };
      throw this.#errors.of('aborted', transaction, 'given up before it was sent', {
        cause: reason,
      });
    }
    const { failure } = this.#line.connection;
    if (failure) throw new ModbusError(failure.code, failure.message, { cause: failure });
    const { queueLimit } = this.#options;
    if (this.#scheduler.length >= queueLimit) this.#scheduler.prune();
    if (this.#scheduler.length >= queueLimit) {
      const what = `${queueLimit} requests wait already; poll less`;
      throw this.#errors.of('queue-full', transaction, what);
    }
  }

  #refuseDisabled(state: UnitState, read: Transaction, request: ReadRequest, nowMs: number): void {
    const disabled = state.disabledBlock(request, nowMs);
    if (disabled === undefined) return;
    this.counters.rejected += 1;
    throw this.#errors.disabled(read, disabled);
  }

  #refuseUnavailable(state: UnitState, transaction: Transaction, nowMs: number): void {
    if (state.breaker.waitMs(nowMs) === 0) return;
    this.counters.rejected += 1;
    throw this.#errors.unavailable(transaction, state, nowMs);
  }

  /** Answers a read with values kept from before. */
  #serveKept(
    state: UnitState,
    read: Transaction,
    request: ReadRequest,
    options: RequestOptions | undefined,
    nowMs: number,
  ): boolean {
    const kept = state.share.kept(request, options?.maximumAgeMs ?? Infinity, nowMs);
    if (kept === undefined) return false;
    this.counters.cachedReads += 1;
    read.succeed(kept);
    return true;
  }

  /** Answers a read with the reply to another. */
  #follow(open: Transaction, read: Transaction): void {
    this.counters.sharedReads += 1;
    open.followers ??= [];
    open.followers.push(read);
    if (read.priority === 'control' || open.priority === 'low') open.priority = read.priority;
  }

  /** Puts the caller's signal and total time on a request. */
  #watch(transaction: Transaction, options: RequestOptions | undefined, nowMs: number): void {
    if (options === undefined) return;
    const { signal, totalTimeoutMs } = options;
    if (totalTimeoutMs !== undefined) {
      transaction.totalDeadlineMs = nowMs + totalTimeoutMs;
      transaction.deadlines = this.#timed;
      this.#timed.add(transaction);
      this.#alarm.wakeAt(transaction.totalDeadlineMs);
    }
    if (!signal) return;
    this.#aborts.add(transaction, signal);
    transaction.signal = signal;
    transaction.aborts = this.#aborts;
  }

  #submit(transaction: Transaction, state: UnitState, nowMs: number): void {
    transaction.requestDelayMs = state.options.requestDelayMs;
    const line = this.#line;
    // The usual case: nobody waits and the line is free.
    if (this.#scheduler.length === 0 && line.inFlight.length === 0 && line.isFree(nowMs)) {
      if (!transaction.isWrite || state.writing === undefined || state.writing.settled) {
        this.#scheduler.serve(state);
        this.#send(transaction, state, nowMs);
        return;
      }
    }
    this.#scheduler.push(transaction);
    this.onFree();
  }

  #send(transaction: Transaction, state: UnitState, nowMs: number): void {
    state.inFlight += 1;
    if (transaction.isWrite) state.writing = transaction;
    else state.share.stamp(transaction);
    this.#line.send(transaction, nowMs);
  }

  /** Sends what waits, as far as the line is free for it. */
  onFree(): void {
    if (this.#scheduler.length === 0) return;
    for (;;) {
      const nowMs = monotonicMs();
      if (!this.#line.isFree(nowMs)) return;
      const next = this.#scheduler.next(nowMs, (unit) => this.#mayJoin(unit));
      if (next === undefined) {
        this.#alarm.wakeAt(this.#scheduler.nextReadyMs(nowMs));
        return;
      }
      this.#send(next, this.#unit(next.unit), nowMs);
    }
  }

  /** Whether a request of a unit may be sent beside those in flight: their limits hold, too. */
  #mayJoin(unit: UnitState): boolean {
    const { inFlight, hasIds } = this.#line;
    if (inFlight.length === 0) return true;
    if (!hasIds || inFlight.length >= unit.pipelining) return false;
    return inFlight.every((sent) => inFlight.length < this.#unit(sent.unit).pipelining);
  }

  onConnected(): void {
    // The other end may be another device now, or the same one after a restart.
    for (const state of this.#units) {
      state?.forget();
      state?.breaker.retryNow();
    }
    this.onFree();
  }

  onDown(error: ModbusError, inFlight: readonly Transaction[]): void {
    this.#rejectAll(error, inFlight);
  }

  onReply(transaction: Transaction, outcome: Outcome, nowMs: number): void {
    const state = this.#landed(transaction, nowMs);
    state.answered(nowMs);
    if (transaction.isWrite) state.share.forget();
    else {
      state.share.withdraw(transaction);
      if (state.options.cacheMs > 0 && transaction.read) {
        state.share.keep(transaction, transaction.read, outcome);
      }
    }
    transaction.succeedAll(outcome);
  }

  onException(transaction: Transaction, code: number, nowMs: number): void {
    const state = this.#landed(transaction, nowMs);
    if (transaction.isWrite) state.share.forget();
    if (code === 4 || code === 10 || code === 11) {
      const cause = `exception ${code} (${exceptionName(code) ?? ''})`;
      this.#unitFailed(state, { cause, exceptionCode: code }, nowMs, nowMs - transaction.sentMs);
    } else state.answered(nowMs);
    const isWanted = !transaction.isUnwanted;
    if (code === 6 && isWanted && transaction.retries < this.#options.busyRetries) {
      this.#again(transaction, nowMs);
      return;
    }
    if (code === 5 && isWanted && this.#awaits(transaction, state, nowMs)) return;
    const { read } = transaction;
    if (code === 2 && read && this.#options.disableMissingBlocks) {
      state.disable(read, transaction.block ?? blockName(read), nowMs);
    }
    state.share.withdraw(transaction);
    transaction.failAll(this.#errors.exception(transaction, code));
  }

  onTimeout(transaction: Transaction, why: string, drainMs: number): void {
    const nowMs = monotonicMs();
    const state = this.#landed(transaction, nowMs);
    if (transaction.isWrite) state.share.forget();
    const costMs = nowMs - transaction.sentMs + drainMs;
    this.#unitFailed(state, { cause: `timeout, ${transaction.timeoutMs} ms` }, nowMs, costMs);
    const mayRetry = !transaction.isWrite && state.breaker.waitMs(nowMs) === 0;
    if (mayRetry && transaction.retries < this.#options.readRetries && !transaction.isUnwanted) {
      this.#requeue(transaction, nowMs);
      return;
    }
    state.share.withdraw(transaction);
    transaction.failAll(this.#errors.of('timeout', transaction, why));
  }

  /** A request left the wire. */
  #landed(transaction: Transaction, nowMs: number): UnitState {
    const state = this.#unit(transaction.unit);
    state.inFlight -= 1;
    this.#scheduler.learn(nowMs - transaction.sentMs + transaction.requestDelayMs);
    return state;
  }

  #unitFailed(
    state: UnitState,
    failure: { readonly cause: string; readonly exceptionCode?: number },
    nowMs: number,
    costMs: number,
  ): void {
    const isShared = this.#units.some(
      (other) => other && other !== state && nowMs - other.answeredMs < recentMs,
    );
    const random = this.#options.random();
    if (!state.breaker.fail(failure, nowMs, costMs, isShared, random)) return;
    for (const waiting of this.#scheduler.remove(state.unit)) {
      this.counters.rejected += 1;
      state.share.withdraw(waiting);
      waiting.failAll(this.#errors.unavailable(waiting, state, nowMs));
    }
  }

  /** The device is too busy: once more, after a wait that doubles. */
  #again(transaction: Transaction, nowMs: number): void {
    const { busyDelayMs } = this.#options;
    const waitMs = Math.min(longestBusyMs, busyDelayMs * 2 ** transaction.retries);
    this.#requeue(transaction, nowMs + waitMs);
  }

  #requeue(transaction: Transaction, notBeforeMs: number): void {
    transaction.notBeforeMs = notBeforeMs;
    transaction.retries += 1;
    this.counters.retries += 1;
    this.#scheduler.push(transaction);
    this.#alarm.wakeAt(notBeforeMs);
  }

  /**
   * Exception 5: the device has accepted the request and not finished it. A read is asked again; a
   * write is read back, never resent.
   *
   * @returns false when there is nothing to wait for
   */
  #awaits(transaction: Transaction, state: UnitState, nowMs: number): boolean {
    transaction.acknowledgedMs = Math.min(transaction.acknowledgedMs, nowMs);
    if (!transaction.isWrite) {
      const waitedMs = nowMs - transaction.acknowledgedMs;
      if (waitedMs >= this.#options.acknowledgeTimeoutMs) return false;
      this.#again(transaction, nowMs);
      return true;
    }
    return this.#accepted.add(transaction, state);
  }

  #abandon(transaction: Transaction, reason: unknown): void {
    this.counters.abandoned += 1;
    const sent = transaction.sentMs !== -Infinity;
    const when = sent ? 'given up after it was sent' : 'given up before it was sent';
    transaction.fail(this.#errors.of('aborted', transaction, when, { cause: reason }));
    this.#dropIfUnwanted(transaction);
  }

  /** A read nobody waits for is not offered to others any more. */
  #dropIfUnwanted(transaction: Transaction): void {
    if (transaction.isUnwanted) this.#unit(transaction.unit).share.withdraw(transaction);
  }

  #onAlarm(nowMs: number): void {
    let nextMs = Infinity;
    for (const transaction of this.#timed) {
      const { totalDeadlineMs } = transaction;
      if (totalDeadlineMs > nowMs) nextMs = Math.min(nextMs, totalDeadlineMs);
      else this.#failTotal(transaction);
    }
    this.#alarm.wakeAt(nextMs);
    this.#alarm.wakeAt(this.#scheduler.nextReadyMs(nowMs));
    this.onFree();
  }

  #failTotal(transaction: Transaction): void {
    this.counters.abandoned += 1;
    transaction.fail(this.#errors.of('timeout', transaction, 'not done within its total time'));
    this.#dropIfUnwanted(transaction);
  }

  #rejectAll(error: ModbusError, inFlight: readonly Transaction[]): void {
    this.#alarm.stop();
    const lost = [...inFlight, ...this.#scheduler.drain(), ...this.#accepted.drain()];
    for (const state of this.#units) {
      if (state === undefined) continue;
      state.inFlight = 0;
      state.writing = undefined;
      state.share.forget();
    }
    for (const transaction of lost) {
      transaction.failAll(new ModbusError(error.code, error.message, { cause: error }));
    }
  }

  /** What is known of a unit; an id out of range is refused. */
  #unit(unit: number): UnitState {
    const known = this.#units[unit];
    if (known !== undefined) return known;
    const { least, most } = this.#line.units;
    if (!Number.isInteger(unit) || unit < least || unit > most) {
      const expected = `an integer in ${least}..${most} on this bus`;
      throw new ModbusError('bad-request', `unit: ${unit}, expected ${expected}`);
    }
    const state = new UnitState(unit, this.#options.units.get(unit) ?? this.#options);
    this.#units[unit] = state;
    return state;
  }
}

/** Without ids in the frames a reply could be taken for another request's. */
function refusePipelining(options: ResolvedBusOptions, { hasIds }: Framing): void {
  const most = Math.max(
    options.pipelining,
    ...[...options.units.values()].map((u) => u.pipelining),
  );
  if (hasIds || most === 1) return;
  const what = `pipelining: ${most}, expected 1: RTU frames do not say which request they answer`;
  throw new ModbusError('bad-options', what);
}

function blockName({ table, address, count }: ReadRequest): string {
  return count === 1 ? `${table} ${address}` : `${table} ${address}..${address + count - 1}`;
}
