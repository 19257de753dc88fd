import { BehaviorSubject } from 'rxjs';
import type { BusState } from './bus.js';
import type { ResolvedBusOptions } from './bus-options.js';
import type { Dialer, Link } from './link.js';
import { ModbusError } from './modbus-error.js';
import { reconnectDelayMs } from './reconnect-delay.js';
import type { MutableCounters } from './statistics.js';

/** What a connection tells the engine. */
export interface ConnectionSink {
  /** Ready to send. */
  onConnected(): void;
  /** Bytes `[0, length)` came in; valid during the call only. */
  onBytes(bytes: Buffer, length: number): void;
  /** No connection now: an attempt failed or the link was lost. A new attempt is scheduled. */
  onDown(error: ModbusError): void;
}

/** Keeps one link up: connects within a deadline and reconnects with backoff until closed. */
export class Connection {
  readonly state = new BehaviorSubject<BusState>('connecting');
  /** Why there is no link; meaningful while disconnected. */
  failure: ModbusError | undefined;
  #link: Link | undefined;
  #attempt: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #releasing: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(
    private readonly dialer: Dialer,
    private readonly options: ResolvedBusOptions,
    private readonly counters: MutableCounters,
    private readonly sink: ConnectionSink,
  ) {
    this.#connect();
  }

  get link(): Link | undefined {
    return this.#link;
  }

  /** Tells that the peer really answers, so that the next loss starts with the shortest wait. */
  proven(): void {
    this.#failures = 0;
  }

  /** Gives the link up and connects again. */
  reset(why: string): void {
    if (!this.#link) return;
    this.counters.resets += 1;
    this.#down(new ModbusError('connection-lost', `${this.dialer.name}: ${why}`));
  }

  async close(): Promise<void> {
    if (!this.#isClosed()) {
      clearTimeout(this.#timer);
      this.#attempt?.abort();
      this.#release();
      this.state.next('closed');
      this.state.complete();
    }
    await this.#releasing;
  }

  #connect(): void {
    this.failure = undefined;
    if (this.state.value !== 'connecting') this.state.next('connecting');
    // A subscriber may have closed the bus on that news.
    if (this.#isClosed()) return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    const { connectTimeoutMs } = this.options;
    this.#timer = setTimeout(() => {
      attempt.abort(new Error(`no connection within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
    // The sink outlives the attempt, so it must not speak for a later link.
    const isCurrent = () => this.#attempt === attempt;
    const dialed = this.dialer.dial(
      {
        onBytes: (bytes, length) => {
          if (isCurrent()) this.sink.onBytes(bytes, length);
        },
        onLost: (error) => {
          if (isCurrent() && this.#link) this.#lost(error);
        },
      },
      attempt.signal,
    );
    const settled = dialed.then(
      (link) => this.#dialed(attempt, link),
      (error: unknown) => {
        if (isCurrent()) this.#failed(attempt.signal.aborted ? attempt.signal.reason : error);
      },
    );
    this.#releasing = this.#releasing.then(() => settled);
  }

  async #dialed(attempt: AbortController, link: Link): Promise<void> {
    if (attempt.signal.aborted) {
      // The deadline or close() came in the instant the attempt succeeded.
      if (this.#attempt === attempt) this.#failed(attempt.signal.reason);
      await link.close();
      return;
    }
    clearTimeout(this.#timer);
    this.#link = link;
    this.counters.connects += 1;
    this.sink.onConnected();
    this.state.next('connected');
  }

  #failed(cause: unknown): void {
    if (this.#isClosed()) return;
    this.counters.connectFailures += 1;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${this.dialer.name}: cannot connect (${why}); check address, power and cable`;
    this.#down(new ModbusError('connect-failed', message, { cause }));
  }

  #lost(cause: Error | undefined): void {
    this.counters.connectionLosses += 1;
    const why = cause ? cause.message : 'closed by the other side';
    this.#down(
      new ModbusError('connection-lost', `${this.dialer.name}: connection lost (${why})`, {
        cause,
      }),
    );
  }

  #down(error: ModbusError): void {
    clearTimeout(this.#timer);
    this.#attempt = undefined;
    this.#release();
    this.failure = error;
    this.#failures += 1;
    const delayMs = reconnectDelayMs(this.#failures, this.options, this.options.random());
    this.#timer = setTimeout(() => {
      if (!this.options.oneClient) this.#connect();
      else {
        // The device takes a new client only when the last one is gone.
        void this.#releasing.then(() => {
          if (!this.#isClosed()) this.#connect();
        });
      }
    }, delayMs);
    this.sink.onDown(error);
    this.state.next('disconnected');
  }

  #isClosed(): boolean {
    return this.state.value === 'closed';
  }

  #release(): void {
    const link = this.#link;
    this.#link = undefined;
    if (link) this.#releasing = link.close();
  }
}
