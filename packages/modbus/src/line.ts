import { Alarm, monotonicMs } from './alarm.js';
import type { ResolvedBusOptions } from './bus-options.js';
import { Connection } from './connection.js';
import type { FrameSink, Framing } from './framing.js';
import type { Dialer } from './link.js';
import { ModbusError } from './modbus-error.js';
import { fitsReply, readReply } from './pdu.js';
import type { MutableCounters } from './statistics.js';
import type { Outcome, Transaction } from './transaction.js';

/** So many ids may wait for late replies; past it the connection is given up. */
const mostAbandonedIds = 1024;
/** A line that never falls silent is given up after this many drain windows. */
const mostDrainWindows = 5;

/** What a line tells the engine. A request it was given ends with exactly one of these. */
export interface LineSink {
  /** A new connection is there. */
  onConnected(): void;
  /** The line may be free for another request. */
  onFree(): void;
  /** The device answered with data. */
  onReply(transaction: Transaction, outcome: Outcome, nowMs: number): void;
  /** The device answered with an exception. */
  onException(transaction: Transaction, code: number, nowMs: number): void;
  /** No reply came in time; the line was held for so long and must stay silent for `drainMs`. */
  onTimeout(transaction: Transaction, why: string, drainMs: number): void;
  /** The connection is gone, and with it the requests that were in flight. */
  onDown(error: ModbusError, inFlight: readonly Transaction[]): void;
}

/**
 * The wire under a bus: sends requests, and gives each the one frame that provably answers it.
 * Whatever else comes is dropped and counted.
 */
export class Line implements FrameSink {
  readonly connection: Connection;
  /** Requests sent and not yet answered or timed out; one, unless requests are pipelined. */
  #inFlight: Transaction[] = [];
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
  readonly #alarm = new Alarm((nowMs) => {
    this.#onAlarm(nowMs);
  });

  constructor(
    private readonly dialer: Dialer,
    private readonly framing: Framing,
    private readonly counters: MutableCounters,
    private readonly options: ResolvedBusOptions,
    private readonly sink: LineSink,
  ) {
    this.connection = new Connection(dialer, options, counters, {
      onConnected: () => {
        this.#onConnected();
      },
      onBytes: (bytes, length) => {
        this.#onBytes(bytes, length);
      },
      onDown: (error) => {
        this.sink.onDown(error, this.clear());
      },
    });
  }

  get inFlight(): readonly Transaction[] {
    return this.#inFlight;
  }

  /** Units that can answer on this line. */
  get units(): Framing['units'] {
    return this.framing.units;
  }

  /** Whether several requests can be told apart. */
  get hasIds(): boolean {
    return this.framing.hasIds;
  }

  /** Whether something can be sent now; if only silence is missing, `onFree` follows it. */
  isFree(nowMs: number): boolean {
    if (this.connection.link === undefined) return false;
    if (nowMs >= this.#quietUntilMs) return true;
    this.#alarm.wakeAt(this.#quietUntilMs);
    return false;
  }

  /** Sends a request; {@link isFree} said that it may. */
  send(transaction: Transaction, nowMs: number): void {
    const { link } = this.connection;
    if (link === undefined) throw new Error('a request was sent without a connection');
    this.#draining = undefined;
    if (this.framing.hasIds) transaction.id = this.#nextId();
    else this.framing.clear();
    transaction.sentMs = nowMs;
    transaction.replyDeadlineMs = nowMs + transaction.timeoutMs;
    this.#inFlight.push(transaction);
    this.#alarm.wakeAt(transaction.replyDeadlineMs);
    this.counters.requests += 1;
    link.write(this.framing.frame(transaction));
  }

  /** Forgets what is in flight and returns it. */
  clear(): readonly Transaction[] {
    this.#alarm.stop();
    clearImmediate(this.#grace);
    this.#grace = undefined;
    this.#abandonedIds.clear();
    const sent = this.#inFlight;
    this.#inFlight = [];
    return sent;
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) & 0xffff;
    while (this.#isIdTaken(this.#lastId));
    return this.#lastId;
  }

  #isIdTaken(id: number): boolean {
    if (this.#abandonedIds.size > 0 && this.#abandonedIds.has(id)) return true;
    return this.#inFlight.length > 0 && this.#find(id) !== undefined;
  }

  #find(id: number): Transaction | undefined {
    const [first] = this.#inFlight;
    if (first === undefined || first.id === id) return first;
    return this.#inFlight.find((transaction) => transaction.id === id);
  }

  #onConnected(): void {
    this.framing.clear();
    // A drain window outlives the connection: the line behind a converter is still the same.
    this.#quietUntilMs = Math.max(this.#quietUntilMs, monotonicMs() + this.options.connectDelayMs);
    this.#timeoutsInARow = 0;
    this.sink.onConnected();
  }

  #onBytes(bytes: Buffer, length: number): void {
    if (!this.framing.receive(bytes, length, this.#inFlight[0] ?? this.#draining, this)) {
      this.connection.reset('the stream is not Modbus TCP (impossible header); check the port');
      return;
    }
    if (!this.#draining) return;
    const nowMs = monotonicMs();
    if (nowMs < this.#quietUntilMs) this.#keepSilent(nowMs);
    else this.#draining = undefined;
  }

  onFrame(id: number, unit: number, bytes: Buffer, start: number, end: number): void {
    const transaction = this.#find(id);
    if (transaction === undefined || transaction.id !== id) {
      this.#onUnexpected(id, unit, bytes, start, end);
      return;
    }
    const exceptionCode = this.#match(transaction, unit, bytes, start, end);
    if (exceptionCode === undefined) {
      transaction.dropped += 1;
      return;
    }
    const nowMs = monotonicMs();
    this.#timeoutsInARow = 0;
    this.connection.proven();
    this.#remove(transaction);
    const { requestDelayMs } = transaction;
    if (requestDelayMs > 0) this.#quietUntilMs = nowMs + requestDelayMs;
    if (exceptionCode === 0) {
      this.counters.replies += 1;
      this.sink.onReply(transaction, readReply(transaction, bytes, start, end), nowMs);
    } else {
      this.counters.exceptions += 1;
      this.sink.onException(transaction, exceptionCode, nowMs);
    }
    this.sink.onFree();
  }

  #remove(transaction: Transaction): void {
    if (this.#inFlight.length === 1) this.#inFlight.pop();
    else this.#inFlight = this.#inFlight.filter((other) => other !== transaction);
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
    for (const waiting of this.#inFlight) waiting.dropped += 1;
    if (id >= 0) {
      if (this.#abandonedIds.delete(id)) this.counters.lateReplies += 1;
      else this.counters.unknownReplies += 1;
    } else if (late && this.#match(late, unit, bytes, start, end) !== undefined) {
      // The reply the silence was kept for: nothing else can follow it.
      this.counters.lateReplies += 1;
      this.#draining = undefined;
      this.#quietUntilMs = monotonicMs() + late.requestDelayMs;
      this.sink.onFree();
    } else if (!late) this.counters.unknownReplies += 1;
  }

  #onAlarm(nowMs: number): void {
    if (this.#inFlight.some((transaction) => nowMs >= transaction.replyDeadlineMs)) {
      // A process that was busy may find the reply already in the socket: read it first.
      this.#grace ??= setImmediate(() => {
        this.#grace = undefined;
        this.#expire(nowMs);
      });
    }
    for (const { replyDeadlineMs } of this.#inFlight) {
      if (replyDeadlineMs > nowMs) this.#alarm.wakeAt(replyDeadlineMs);
    }
    this.sink.onFree();
  }

  /** No reply came in time: keep a late one from being taken for another's. */
  #expire(nowMs: number): void {
    for (const transaction of this.#inFlight.filter((sent) => nowMs >= sent.replyDeadlineMs)) {
      // An earlier one may have taken the connection down, and all requests with it.
      if (!this.#inFlight.includes(transaction)) continue;
      this.counters.timeouts += 1;
      this.#timeoutsInARow += 1;
      this.#remove(transaction);
      if (this.framing.hasIds) this.#abandonedIds.add(transaction.id);
      else if (this.dialer.fencesRequests !== true) this.#startDrain(transaction);
      this.sink.onTimeout(transaction, noReply(transaction), this.#draining ? this.#drainMs : 0);
      this.#resetIfStuck();
    }
    this.sink.onFree();
  }

  #resetIfStuck(): void {
    const { resetAfterTimeouts } = this.options;
    if (resetAfterTimeouts > 0 && this.#timeoutsInARow >= resetAfterTimeouts) {
      this.connection.reset(`${this.#timeoutsInARow} requests in a row went unanswered`);
    } else if (this.#abandonedIds.size > mostAbandonedIds) {
      this.connection.reset('too many requests went unanswered on this connection');
    }
  }

  #startDrain(transaction: Transaction): void {
    this.#draining = transaction;
    this.#drainMs = this.options.drainMs ?? transaction.timeoutMs;
    const nowMs = monotonicMs();
    this.#drainLimitMs = nowMs + this.#drainMs * mostDrainWindows;
    this.#keepSilent(nowMs);
  }

  #keepSilent(nowMs: number): void {
    this.#quietUntilMs = nowMs + this.#drainMs;
    if (nowMs > this.#drainLimitMs) {
      this.#draining = undefined;
      this.connection.reset('the line never falls silent; check termination and other masters');
    }
  }
}

function noReply({ timeoutMs, dropped }: Transaction): string {
  const hint =
    dropped > 0
      ? `${dropped} replies that do not answer it were dropped: is the unit id right, is another master on the line?`
      : 'check power, wiring, unit id and, on a serial line, baud rate and parity';
  return `no reply within ${timeoutMs} ms; ${hint}`;
}
