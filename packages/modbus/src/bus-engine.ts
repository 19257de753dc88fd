import type { Observable } from 'rxjs';
import { AbortWatch } from './abort-watch.js';
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
import { resolveBusOptions, type BusOptions, type ResolvedBusOptions } from './bus-options.js';
import { Connection } from './connection.js';
import type { FrameSink, Framing } from './framing.js';
import type { Dialer } from './link.js';
import { identify } from './identification.js';
import { ModbusError } from './modbus-error.js';
import { exceptionName } from './modbus-exception.js';
import { fitsReply, readReply } from './pdu.js';
import { RequestQueue } from './request-queue.js';
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

/** So many ids may wait for late replies; past it the connection is given up. */
const mostAbandonedIds = 1024;
/** A line that never falls silent is given up after this many drain windows. */
const mostDrainWindows = 5;

/** The engine behind every bus: one queue, one request in flight, whatever the framing and link. */
export class BusEngine implements ModbusBus, FrameSink {
  readonly state$: Observable<BusState>;
  readonly #options: ResolvedBusOptions;
  readonly #connection: Connection;
  readonly #queue = new RequestQueue();
  readonly #alarm = new Alarm((nowMs) => {
    this.#onAlarm(nowMs);
  });
  readonly #aborts = new AbortWatch((transaction, reason) => {
    this.#abandon(transaction, reason);
  });
  #inFlight: Transaction | undefined;
  /** The unanswered RTU request whose late reply the line is being kept silent for. */
  #draining: Transaction | undefined;
  #drainLimitMs = Infinity;
  #drainMs = 0;
  /** Nothing is sent before this instant. */
  #quietUntilMs = 0;
  #lastId = 0;
  /** Ids whose reply may still come on this connection: never used again before it did. */
  readonly #abandonedIds = new Set<number>();
  #timeoutsInARow = 0;
  #grace: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(
    private readonly dialer: Dialer,
    private readonly framing: Framing,
    private readonly counters: MutableCounters,
    options: BusOptions,
  ) {
    this.#options = resolveBusOptions(options);
    this.#connection = new Connection(dialer, this.#options, counters, {
      onConnected: () => {
        this.#onConnected();
      },
      onBytes: (bytes, length) => {
        this.#onBytes(bytes, length);
      },
      onDown: (error) => {
        this.#rejectAll(error);
      },
    });
    this.state$ = this.#connection.state.asObservable();
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
    return this.#submit(options, (timeoutMs) => readTransaction(unit, request, timeoutMs, options));
  }

  write(unit: number, request: WriteRequest, options?: RequestOptions): Promise<void> {
    return this.#submit(options, (timeoutMs) =>
      writeTransaction(unit, request, timeoutMs, options),
    ) as Promise<void>;
  }

  maskWrite(unit: number, request: MaskWrite, options?: RequestOptions): Promise<void> {
    return this.#submit(options, (timeoutMs) =>
      maskTransaction(unit, request, timeoutMs, options),
    ) as Promise<void>;
  }

  readWrite(
    unit: number,
    request: ReadWriteRequest,
    options?: RequestOptions,
  ): Promise<Uint16Array> {
    return this.#submit(options, (timeoutMs) =>
      readWriteTransaction(unit, request, timeoutMs, options),
    ) as Promise<Uint16Array>;
  }

  identify(unit: number, options: IdentifyOptions = {}): Promise<DeviceIdentification> {
    return identify((request) => this.request(unit, request, options), options.level ?? 'basic');
  }

  request(unit: number, request: CustomRequest, options?: RequestOptions): Promise<Uint8Array> {
    return this.#submit(options, (timeoutMs) =>
      customTransaction(unit, request, timeoutMs, options),
    ) as Promise<Uint8Array>;
  }

  unitStatus(): UnitStatus {
    return { state: 'untried', failures: 0, disabledBlocks: [] };
  }

  identityChanged(): void {
    // Nothing is kept yet.
  }

  statistics(): BusStatistics {
    this.#queue.prune();
    return { ...this.counters, queued: this.#queue.length, inFlight: this.#inFlight ? 1 : 0 };
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#rejectAll(this.#closedError());
      this.#aborts.close();
    }
    await this.#connection.close();
  }

  #submit(
    options: RequestOptions | undefined,
    make: (timeoutMs: number) => Transaction,
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      // A throw in here rejects: a bad request settles like every other one.
      const transaction = make(this.#options.requestTimeoutMs);
      transaction.resolve = resolve;
      transaction.reject = reject;
      this.#admit(transaction, options);
      if (options !== undefined) this.#limit(transaction, options);
      this.#queue.push(transaction);
      if (this.#inFlight === undefined) this.#pump();
    });
  }

  /** Refuses what cannot be sent. */
  #admit(transaction: Transaction, options: RequestOptions | undefined): void {
    const { unit } = transaction;
    const { least, most } = this.framing.units;
    if (!Number.isInteger(unit) || unit < least || unit > most) {
      const expected = `an integer in ${least}..${most} on this bus`;
      throw new ModbusError('bad-request', `unit: ${unit}, expected ${expected}`);
    }
    checkDuration('totalTimeoutMs', options?.totalTimeoutMs);
    if (this.#closed) throw this.#closedError();
    if (options?.signal?.aborted) {
      throw this.#error(
        'aborted',
        transaction,
        'given up before it was sent',
        options.signal.reason,
      );
    }
    const { failure } = this.#connection;
    if (failure) throw new ModbusError(failure.code, failure.message, { cause: failure });
    const { queueLimit } = this.#options;
    if (this.#queue.length >= queueLimit) this.#queue.prune();
    if (this.#queue.length >= queueLimit) {
      throw this.#error(
        'queue-full',
        transaction,
        `${queueLimit} requests wait already; poll less`,
      );
    }
  }

  /** Puts the caller's signal and total time on a request. */
  #limit(transaction: Transaction, { signal, totalTimeoutMs }: RequestOptions): void {
    if (totalTimeoutMs !== undefined) {
      transaction.totalDeadlineMs = monotonicMs() + totalTimeoutMs;
      this.#alarm.wakeAt(transaction.totalDeadlineMs);
    }
    if (!signal) return;
    this.#aborts.add(transaction, signal);
    transaction.signal = signal;
    transaction.aborts = this.#aborts;
  }

  #abandon(transaction: Transaction, reason: unknown): void {
    this.counters.abandoned += 1;
    const sent = transaction === this.#inFlight;
    const when = sent ? 'given up after it was sent' : 'given up before it was sent';
    transaction.fail(this.#error('aborted', transaction, when, reason));
  }

  /** Sends the next request if the line is free. */
  #pump(): void {
    const { link } = this.#connection;
    if (this.#inFlight || !link || this.#queue.length === 0) return;
    const nowMs = monotonicMs();
    if (nowMs < this.#quietUntilMs) {
      this.#alarm.wakeAt(this.#quietUntilMs);
      return;
    }
    const transaction = this.#queue.shift();
    if (!transaction) return;
    this.#inFlight = transaction;
    this.#draining = undefined;
    if (this.framing.hasIds) transaction.id = this.#nextId();
    else this.framing.clear();
    transaction.replyDeadlineMs = nowMs + transaction.timeoutMs;
    this.#alarm.wakeAt(transaction.replyDeadlineMs);
    this.counters.requests += 1;
    link.write(this.framing.frame(transaction));
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) & 0xffff;
    while (this.#abandonedIds.size > 0 && this.#abandonedIds.has(this.#lastId));
    return this.#lastId;
  }

  #onConnected(): void {
    this.framing.clear();
    // A drain window outlives the connection: the line behind a converter is still the same.
    this.#quietUntilMs = Math.max(this.#quietUntilMs, monotonicMs() + this.#options.connectDelayMs);
    this.#timeoutsInARow = 0;
    this.#pump();
  }

  #onBytes(bytes: Buffer, length: number): void {
    if (!this.framing.receive(bytes, length, this.#inFlight ?? this.#draining, this)) {
      this.#connection.reset('the stream is not Modbus TCP (impossible header); check the port');
      return;
    }
    if (!this.#draining) return;
    const nowMs = monotonicMs();
    if (nowMs < this.#quietUntilMs) this.#keepSilent(nowMs);
    else this.#draining = undefined;
  }

  onFrame(id: number, unit: number, bytes: Buffer, start: number, end: number): void {
    const transaction = this.#inFlight;
    if (transaction === undefined || id !== transaction.id) {
      this.#onUnexpected(id, unit, bytes, start, end);
      return;
    }
    const exceptionCode = this.#match(transaction, unit, bytes, start, end);
    if (exceptionCode === undefined) {
      transaction.dropped += 1;
      return;
    }
    this.#timeoutsInARow = 0;
    this.#connection.proven();
    this.#free();
    if (exceptionCode === 0) {
      this.counters.replies += 1;
      transaction.succeed(readReply(transaction, bytes, start, end));
    } else {
      this.counters.exceptions += 1;
      if (!transaction.settled) transaction.fail(this.#exception(transaction, exceptionCode));
    }
    this.#pump();
  }

  /** 0 for the answer, the code of an exception, undefined for a frame that is not the answer. */
  #match(
    transaction: Transaction,
    unit: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): number | undefined {
    if (unit !== transaction.unit) {
      this.counters.foreignUnits += 1;
      return undefined;
    }
    const functionCode = bytes[start];
    if (functionCode === transaction.functionCode) {
      if (fitsReply(transaction, bytes, start, end)) return 0;
      this.counters.wrongLengths += 1;
      return undefined;
    }
    if (functionCode !== (transaction.functionCode | 0x80)) {
      this.counters.foreignFunctions += 1;
      return undefined;
    }
    const code = bytes[start + 1];
    if (end - start === 2 && code !== 0) return code;
    this.counters.wrongLengths += 1;
    return undefined;
  }

  /** A frame nobody waits for. */
  #onUnexpected(id: number, unit: number, bytes: Buffer, start: number, end: number): void {
    const late = this.#draining;
    if (this.#inFlight) this.#inFlight.dropped += 1;
    if (id >= 0) {
      if (this.#abandonedIds.delete(id)) this.counters.lateReplies += 1;
      else this.counters.unknownReplies += 1;
    } else if (late && this.#match(late, unit, bytes, start, end) !== undefined) {
      // The reply the silence was kept for: nothing else can follow it.
      this.counters.lateReplies += 1;
      this.#draining = undefined;
      this.#quietUntilMs = monotonicMs() + this.#options.requestDelayMs;
      this.#pump();
    } else if (!late) this.counters.unknownReplies += 1;
  }

  /** Ends the reservation of the line. */
  #free(): void {
    this.#inFlight = undefined;
    if (this.#options.requestDelayMs > 0) {
      this.#quietUntilMs = monotonicMs() + this.#options.requestDelayMs;
    }
  }

  #onAlarm(nowMs: number): void {
    const transaction = this.#inFlight;
    if (transaction && nowMs >= transaction.replyDeadlineMs) {
      // A process that was busy may find the reply already in the socket: read it first.
      this.#grace ??= setImmediate(() => {
        this.#grace = undefined;
        if (this.#inFlight === transaction) this.#expire(transaction);
      });
    } else if (transaction && !transaction.settled && nowMs >= transaction.totalDeadlineMs) {
      this.#failTotal(transaction);
    }
    const { expired, nextMs } = this.#queue.expired(nowMs);
    for (const waiting of expired) this.#failTotal(waiting);
    this.#alarm.wakeAt(nextMs);
    this.#pump();
    this.#wakeForInFlight(nowMs);
  }

  #wakeForInFlight(nowMs: number): void {
    const transaction = this.#inFlight;
    if (!transaction) return;
    if (transaction.replyDeadlineMs > nowMs) this.#alarm.wakeAt(transaction.replyDeadlineMs);
    if (!transaction.settled && transaction.totalDeadlineMs > nowMs) {
      this.#alarm.wakeAt(transaction.totalDeadlineMs);
    }
  }

  #failTotal(transaction: Transaction): void {
    this.counters.abandoned += 1;
    transaction.fail(this.#error('timeout', transaction, 'not done within its total time'));
  }

  /** The reply did not come in time: keep a late one from being taken for another's. */
  #expire(transaction: Transaction): void {
    this.counters.timeouts += 1;
    this.#timeoutsInARow += 1;
    this.#inFlight = undefined;
    const { timeoutMs, dropped } = transaction;
    const hint =
      dropped > 0
        ? `${dropped} replies that do not answer it were dropped: is the unit id right, is another master on the line?`
        : 'check power, wiring, unit id and, on a serial line, baud rate and parity';
    transaction.fail(
      this.#error('timeout', transaction, `no reply within ${timeoutMs} ms; ${hint}`),
    );
    if (this.framing.hasIds) this.#abandonedIds.add(transaction.id);
    else if (this.dialer.fencesRequests !== true) this.#startDrain(transaction);
    const { resetAfterTimeouts } = this.#options;
    if (resetAfterTimeouts > 0 && this.#timeoutsInARow >= resetAfterTimeouts) {
      this.#connection.reset(`${this.#timeoutsInARow} requests in a row went unanswered`);
    } else if (this.#abandonedIds.size > mostAbandonedIds) {
      this.#connection.reset('too many requests went unanswered on this connection');
    }
    this.#pump();
  }

  #startDrain(transaction: Transaction): void {
    this.#draining = transaction;
    this.#drainMs = this.#options.drainMs ?? transaction.timeoutMs;
    const nowMs = monotonicMs();
    this.#drainLimitMs = nowMs + this.#drainMs * mostDrainWindows;
    this.#keepSilent(nowMs);
  }

  #keepSilent(nowMs: number): void {
    this.#quietUntilMs = nowMs + this.#drainMs;
    if (nowMs > this.#drainLimitMs) {
      this.#draining = undefined;
      this.#connection.reset('the line never falls silent; check termination and other masters');
    }
  }

  #rejectAll(error: ModbusError): void {
    this.#alarm.stop();
    clearImmediate(this.#grace);
    this.#grace = undefined;
    this.#abandonedIds.clear();
    const sent = this.#inFlight;
    this.#inFlight = undefined;
    if (sent) sent.fail(new ModbusError(error.code, error.message, { cause: error }));
    for (const waiting of this.#queue.drain()) {
      waiting.fail(new ModbusError(error.code, error.message, { cause: error }));
    }
  }

  #closedError(): ModbusError {
    return new ModbusError('closed', `${this.dialer.name}: the bus was closed; open a new one`);
  }

  #exception(transaction: Transaction, code: number): ModbusError {
    const what = `exception ${code} (${exceptionName(code) ?? 'unlisted'})`;
    const message = `${this.dialer.name} ${transaction.name}: the device answered ${what}`;
    return new ModbusError('exception', message, { exceptionCode: code });
  }

  #error(
    code: 'aborted' | 'queue-full' | 'timeout',
    transaction: Transaction,
    what: string,
    cause?: unknown,
  ): ModbusError {
    return new ModbusError(code, `${this.dialer.name} ${transaction.name}: ${what}`, { cause });
  }
}
