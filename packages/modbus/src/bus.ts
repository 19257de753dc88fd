import type { Observable } from 'rxjs';
import type { BitTable, RegisterTable, Table } from './table.js';

/** Reads `count` registers or bits from `address` (zero-based, as on the wire) of one table. */
export interface ReadRequest<T extends Table = Table> {
  readonly table: T;
  /** First register or bit, 0..65535, zero-based as on the wire. */
  readonly address: number;
  /** How many: 1..125 registers or 1..2000 bits, not past address 65535. */
  readonly count: number;
}

/** Writes holding registers. */
export interface RegisterWrite {
  readonly table: 'holding';
  /** First register, 0..65535, zero-based as on the wire. */
  readonly address: number;
  /** 1..123 values, each an integer in 0..65535. */
  readonly values: Uint16Array | readonly number[];
  /**
   * True forces function code 16 for a single register, for devices that refuse function code 6.
   * Default: 6 for one value, 16 for more.
   */
  readonly multiple?: boolean;
}

/** Writes coils. */
export interface CoilWrite {
  readonly table: 'coil';
  /** First coil, 0..65535, zero-based as on the wire. */
  readonly address: number;
  /** 1..1968 values. */
  readonly values: readonly boolean[];
  /**
   * True forces function code 15 for a single coil, for devices that refuse function code 5.
   * Default: 5 for one value, 15 for more.
   */
  readonly multiple?: boolean;
}

/** A write of holding registers or of coils. */
export type WriteRequest = RegisterWrite | CoilWrite;

/** Limits of one request. All durations are milliseconds on the monotonic clock. */
export interface RequestOptions {
  /**
   * How long to wait for the reply, counted from the moment the request is sent.
   * Above 0, at most 600,000; default: the bus's `requestTimeoutMs`.
   */
  readonly timeoutMs?: number;
  /**
   * How long the call may take altogether, counted from the call and including the time in the
   * queue and a connection attempt under way. Default: no such limit (the wait is still bounded by
   * the timeouts of the requests ahead).
   */
  readonly totalTimeoutMs?: number;
  /**
   * Gives the request up. Before sending, nothing is sent; afterwards the promise rejects at once,
   * the line stays reserved until the reply or its deadline, and a write may have been applied.
   */
  readonly signal?: AbortSignal;
}

/**
 * State of the connection under a bus. `disconnected` means that a new attempt is scheduled;
 * `closed` is final.
 */
export type BusState = 'connecting' | 'connected' | 'disconnected' | 'closed';

/** Counters since the bus was opened; they only grow, but for the two marked as gauges. */
export interface BusStatistics {
  /** Requests sent. */
  readonly requests: number;
  /** Requests answered with data. */
  readonly replies: number;
  /** Requests answered with an exception. */
  readonly exceptions: number;
  /** Requests sent and not answered before their deadline. */
  readonly timeouts: number;
  /** Requests given up by their signal or by their total time, sent or not. */
  readonly abandoned: number;
  /** Frames dropped because they answered a request whose deadline had passed. */
  readonly lateReplies: number;
  /** Frames dropped because no request of ours has their transaction id, or none was in flight. */
  readonly unknownReplies: number;
  /** Frames dropped because of a foreign unit. */
  readonly foreignUnits: number;
  /** Frames dropped because of a foreign function code. */
  readonly foreignFunctions: number;
  /** Frames dropped because their length or echoed address, value or count was not the one asked for. */
  readonly wrongLengths: number;
  /** RTU frames addressed to us with a wrong CRC. */
  readonly crcErrors: number;
  /** Bytes thrown away while looking for a frame or waiting for silence. */
  readonly discardedBytes: number;
  /** Connections made. */
  readonly connects: number;
  /** Connection attempts that failed. */
  readonly connectFailures: number;
  /** Connections that ended without our closing the bus. */
  readonly connectionLosses: number;
  /** Connections given up by this side: after repeated timeouts or a broken stream. */
  readonly resets: number;
  /** Gauge: requests waiting now. */
  readonly queued: number;
  /** Gauge: requests sent and not yet answered or timed out now, 0 or 1. */
  readonly inFlight: number;
}

/**
 * One Modbus line or connection with one queue: any number of callers and units share it, exactly
 * one request is on the wire at a time, and a reply is returned only if it provably belongs to its
 * request. Every promise settles: with data, or with a `ModbusError`.
 */
export interface ModbusBus {
  /**
   * Reads one block (function code 1, 2, 3 or 4).
   *
   * @param unit - unit id, 0..255 on TCP and 1..247 on RTU
   * @returns registers as a fresh `Uint16Array`, or bits as booleans, exactly `count` of them
   * @throws ModbusError (as a rejection) with any code but `bad-value`, `bad-options`, `listen-failed`
   */
  read(
    unit: number,
    request: ReadRequest<RegisterTable>,
    options?: RequestOptions,
  ): Promise<Uint16Array>;
  read(unit: number, request: ReadRequest<BitTable>, options?: RequestOptions): Promise<boolean[]>;
  read(
    unit: number,
    request: ReadRequest,
    options?: RequestOptions,
  ): Promise<Uint16Array | boolean[]>;

  /**
   * Writes one block (function code 5, 6, 15 or 16) and resolves when the device has confirmed it.
   * After `timeout`, `aborted` or `connection-lost` the write may or may not have been applied:
   * read back, do not resend blindly. A write is never sent twice by the bus.
   */
  write(unit: number, request: WriteRequest, options?: RequestOptions): Promise<void>;

  /** The connection's state: the current one on subscription, then each change; completes on close. */
  readonly state$: Observable<BusState>;

  /** A snapshot of the counters. */
  statistics(): BusStatistics;

  /**
   * Ends the bus: every request waiting or in flight rejects with `closed`, no reconnect follows,
   * and the promise resolves when the socket or port is released. Idempotent, never rejects.
   */
  close(): Promise<void>;
}
