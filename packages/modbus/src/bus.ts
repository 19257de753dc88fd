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

/** Changes bits of one holding register in the device, in one step (function code 22). */
export interface MaskWrite {
  /** The register, 0..65535, zero-based as on the wire. */
  readonly address: number;
  /** Bits that are kept, 0..65535. */
  readonly and: number;
  /** Bits that are set where `and` has 0, 0..65535: the result is `(old & and) | (or & ~and)`. */
  readonly or: number;
}

/** Writes holding registers and then reads some in one request (function code 23). */
export interface ReadWriteRequest {
  /** What is read after the write: 1..125 registers. */
  readonly read: { readonly address: number; readonly count: number };
  /** What is written first: 1..121 values, each an integer in 0..65535. */
  readonly write: { readonly address: number; readonly values: Uint16Array | readonly number[] };
}

/**
 * How long the reply of a custom request is, after its function code:
 *
 * - `byteCount`: one byte that counts the bytes after it, as in functions 1 to 4;
 * - `{ length }`: always so many bytes, 0..252;
 * - a function of the bytes after the function code that came so far: their whole number, or
 *   undefined while more are needed to tell.
 */
export type ReplyFraming =
  'byteCount' | { readonly length: number } | ((head: Uint8Array) => number | undefined);

/** A request with a function code or a framing of its own. */
export interface CustomRequest {
  /** 1..127. */
  readonly functionCode: number;
  /** The request after the function code, at most 252 bytes. */
  readonly data: Uint8Array;
  /** How the end of the reply is found; exceptions are understood whatever this says. */
  readonly reply: ReplyFraming;
}

/** What a device says about itself (function code 43, MEI type 14), absent where it says nothing. */
export interface DeviceIdentification {
  /** Object 0. */
  readonly vendorName?: string;
  /** Object 1. */
  readonly productCode?: string;
  /** Object 2: major and minor revision. */
  readonly revision?: string;
  /** Object 3. */
  readonly vendorUrl?: string;
  /** Object 4. */
  readonly productName?: string;
  /** Object 5. */
  readonly modelName?: string;
  /** Object 6. */
  readonly userApplicationName?: string;
  /** Every object by its id 0..255, as bytes, the ones above too. */
  readonly objects: ReadonlyMap<number, Uint8Array>;
}

/** How much of its identification a device is asked for. */
export interface IdentifyOptions extends RequestOptions {
  /** Objects 0-2, 0-6 or all with the maker's own from 128. Default `basic`. */
  readonly level?: 'basic' | 'regular' | 'extended';
}

/**
 * Who is served first when requests wait: `control` (writes, by default), then `high` (reads, by
 * default), then `low`. None starves: after a run of requests of a higher priority one of the next
 * is let through.
 */
export type Priority = 'control' | 'high' | 'low';

/** Limits of one request. All durations are milliseconds on the monotonic clock. */
export interface RequestOptions {
  /**
   * How long to wait for the reply, counted from the moment the request is sent.
   * Above 0, at most 600,000; default: the bus's `requestTimeoutMs`.
   */
  readonly timeoutMs?: number;
  /**
   * How long the call may take altogether, counted from the call and including the time in the
   * queue, a connection attempt under way and retries. Among requests that wait, the earliest
   * deadline is served first. Default: no such limit (the wait is still bounded by the timeouts of
   * the requests ahead).
   */
  readonly totalTimeoutMs?: number;
  /** Default `control` for writes (5, 6, 15, 16, 22, 23), `high` for the others. */
  readonly priority?: Priority;
  /**
   * Reads only: what messages call the block, for example `energy counters`.
   * Default: its table and addresses.
   */
  readonly block?: string;
  /**
   * Reads only: values read at most so long ago are accepted without asking the device, if the bus
   * keeps them so long (its `cacheMs`). 0 asks the device. Default: the unit's `cacheMs`.
   */
  readonly maximumAgeMs?: number;
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

/** A block that is not asked for, because the device answered that it does not have it. */
export interface DisabledBlock {
  /** Its name, as the read gave it. */
  readonly name: string;
  readonly table: Table;
  readonly address: number;
  readonly count: number;
}

/**
 * How a unit does. `untried` = not asked yet; `good` = its last request was answered;
 * `suspect` = it failed, but not often enough to stop asking; `unavailable` = its circuit breaker
 * rejects requests at once until the wait is over, after which one request tries it.
 */
export interface UnitStatus {
  readonly state: 'untried' | 'good' | 'suspect' | 'unavailable';
  /** Failures in a row: timeouts and exceptions 4, 10 and 11. */
  readonly failures: number;
  /** What the last failure was; absent in states `untried` and `good`. */
  readonly cause?: string;
  /** The exception that marked it: 4, 10 or 11; absent if it was a timeout. */
  readonly exceptionCode?: number;
  /** How long requests are rejected from now on, in ms; only in state `unavailable`. */
  readonly retryInMs?: number;
  /** Blocks the device does not have. */
  readonly disabledBlocks: readonly DisabledBlock[];
}

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
  /** Reads answered with the reply to another request that waited or was in flight. */
  readonly sharedReads: number;
  /** Reads answered with values kept from before. */
  readonly cachedReads: number;
  /** Requests sent again after exception 5 or 6 or, for reads, after a timeout. */
  readonly retries: number;
  /** Requests rejected without asking, because of a circuit breaker or a disabled block. */
  readonly rejected: number;
  /** Gauge: requests waiting now. */
  readonly queued: number;
  /** Gauge: requests sent and not yet answered or timed out now; at most 1 without pipelining. */
  readonly inFlight: number;
}

/**
 * One Modbus line or connection with one scheduler: any number of callers and units share it, one
 * request is on the wire at a time unless pipelining is asked for, and a reply is returned only if it provably belongs to its
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
   * read back, do not resend blindly. A write is sent twice only if the device said that it was too
   * busy for it (exception 6). One that it accepted but has not finished (exception 5) resolves when
   * reading back shows the values, and rejects with `unconfirmed` when it does not in time.
   */
  write(unit: number, request: WriteRequest, options?: RequestOptions): Promise<void>;

  /**
   * Changes bits of one holding register in the device (function code 22). Fails as `write` does.
   */
  maskWrite(unit: number, request: MaskWrite, options?: RequestOptions): Promise<void>;

  /**
   * Writes holding registers, then reads some, in one request (function code 23). Fails as `write`
   * does.
   *
   * @returns the registers read, as a fresh `Uint16Array`
   */
  readWrite(
    unit: number,
    request: ReadWriteRequest,
    options?: RequestOptions,
  ): Promise<Uint16Array>;

  /** Asks a device who it is (function code 43, MEI type 14), in as many requests as it takes. */
  identify(unit: number, options?: IdentifyOptions): Promise<DeviceIdentification>;

  /**
   * Sends a request with a function code or a framing of its own. The bus takes it for a write, so
   * it is not sent again after a timeout or exception 5.
   *
   * @returns the reply after its function code, as fresh bytes
   */
  request(unit: number, request: CustomRequest, options?: RequestOptions): Promise<Uint8Array>;

  /** How a unit does, as the bus has seen it. @throws ModbusError `bad-request` for an id out of range */
  unitStatus(unit: number): UnitStatus;

  /**
   * Tells that a unit may be another device now, or one that changed: its disabled blocks are asked
   * for again, values kept are forgotten, and its circuit breaker lets the next request through.
   *
   * @throws ModbusError `bad-request` for an id out of range
   */
  identityChanged(unit: number): void;

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
