import type { AbortWatch } from './abort-watch.js';
import type {
  CustomRequest,
  MaskWrite,
  Priority,
  ReadRequest,
  ReadWriteRequest,
  RequestOptions,
  WriteRequest,
} from './bus.js';
import { longestMs } from './bus-options.js';
import { ModbusError } from './modbus-error.js';
import type { Table } from './table.js';

/** What a transaction resolves with: the values read, or nothing for a write. */
export type Outcome = Uint16Array | Uint8Array | boolean[] | undefined;

/** Requests with a total deadline that are not settled. */
export interface DeadlineWatch {
  delete(transaction: Transaction): void;
}

/** One request from the call to its settlement. */
export class Transaction {
  /** Transaction id on the wire, -1 before sending and on RTU. */
  id = -1;
  /** When it was sent last, monotonic. */
  sentMs = -Infinity;
  /** When the reply is due, monotonic; set on sending. */
  replyDeadlineMs = Infinity;
  /** When the whole call is due, monotonic. */
  totalDeadlineMs = Infinity;
  /** Not sent before this instant, monotonic: the device was busy. */
  notBeforeMs = 0;
  /** Silence kept after its reply. */
  requestDelayMs = 0;
  priority: Priority = 'high';
  /** How often it was sent again. */
  retries = 0;
  /** When the device said first that it has not finished it (exception 5), monotonic. */
  acknowledgedMs = Infinity;
  /** Writes to its unit before it was made; see {@link ReadShare}. */
  epoch = 0;
  /** True once the caller's promise is settled; the line may stay reserved for the reply. */
  settled = false;
  /** Frames dropped while this one was in flight; told when it times out. */
  dropped = 0;
  resolve: (outcome: Outcome) => void = unset;
  reject: (error: ModbusError) => void = unset;
  /** What the caller may give it up by, and who watches that; absent without a signal. */
  signal: AbortSignal | undefined;
  aborts: AbortWatch | undefined;
  /** Who watches its total deadline; absent without one. */
  deadlines: DeadlineWatch | undefined;
  /** Reads that are answered with its reply. */
  followers: Transaction[] | undefined;
  /** The name its block goes by, for reads; absent: its table and addresses. */
  block: string | undefined;

  constructor(
    readonly unit: number,
    readonly functionCode: number,
    readonly address: number,
    readonly count: number,
    readonly timeoutMs: number,
    /** What is written; absent for reads. Of a function 22 the two masks. */
    readonly values?: ArrayLike<number> | ArrayLike<boolean>,
    /** Where function 23 writes; 0 otherwise. */
    readonly writeAddress = 0,
    /** A request with its own framing; absent for the functions the bus knows. */
    readonly custom?: CustomRequest,
  ) {}

  /** Whether it may change the device; a custom request may. */
  get isWrite(): boolean {
    return this.values !== undefined || this.custom !== undefined;
  }

  /** Nobody waits for it any more. */
  get isUnwanted(): boolean {
    return this.settled && !this.followers?.some((follower) => !follower.settled);
  }

  /** The read it is, for those of functions 1 to 4. */
  get read(): ReadRequest | undefined {
    const table = this.isWrite ? undefined : readTables[this.functionCode];
    return table && { table, address: this.address, count: this.count };
  }

  succeed(outcome: Outcome): void {
    if (this.#settle()) this.resolve(outcome);
  }

  fail(error: ModbusError): void {
    if (this.#settle()) this.reject(error);
  }

  /** Answers it and all that share its reply. */
  succeedAll(outcome: Outcome): void {
    this.succeed(outcome);
    if (this.followers === undefined || outcome === undefined) return;
    for (const follower of this.followers) {
      const from = follower.address - this.address;
      follower.succeed(outcome.slice(from, from + follower.count));
    }
  }

  /** Fails it and all that share its reply, each with an error of its own. */
  failAll(error: ModbusError): void {
    this.fail(error);
    for (const follower of this.followers ?? []) {
      const { exceptionCode } = error;
      const details = exceptionCode === undefined ? {} : { exceptionCode };
      follower.fail(new ModbusError(error.code, error.message, { cause: error, ...details }));
    }
  }

  /** @returns false when it was settled before */
  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    if (this.signal !== undefined) this.aborts?.remove(this, this.signal);
    this.deadlines?.delete(this);
    return true;
  }

  /** How messages name it. */
  get name(): string {
    if (this.custom) return `unit ${this.unit} function ${this.functionCode}`;
    const place = `unit ${this.unit} function ${this.functionCode} address ${this.address} count ${this.count}`;
    return this.block === undefined ? place : `${place} (${this.block})`;
  }
}

function unset(): void {
  throw new Error('a transaction was settled before it was submitted');
}

const readTables: readonly (Table | undefined)[] = [
  undefined,
  'coil',
  'discrete',
  'holding',
  'input',
];

const readFunctions: Readonly<Record<Table, number>> = {
  coil: 1,
  discrete: 2,
  holding: 3,
  input: 4,
};

/** Checks a read against the specification's limits and the bus's units. */
export function readTransaction(
  unit: number,
  request: ReadRequest,
  timeoutMs: number,
  options: RequestOptions | undefined,
): Transaction {
  const { table, address, count } = request;
  const functionCode = readFunctions[table];
  checkRange(address, count, functionCode <= 2 ? 2000 : 125, `${table} count`);
  return new Transaction(unit, functionCode, address, count, replyTimeout(options, timeoutMs));
}

/** Checks a write against the specification's limits and picks its function code. */
export function writeTransaction(
  unit: number,
  request: WriteRequest,
  timeoutMs: number,
  options: RequestOptions | undefined,
): Transaction {
  const { table, address, values } = request;
  const count = values.length;
  checkRange(address, count, table === 'coil' ? 1968 : 123, `${table} values`);
  const multiple = count > 1 || request.multiple === true;
  if (table === 'holding') checkRegisters(address, request.values);
  const functionCode = table === 'coil' ? (multiple ? 15 : 5) : multiple ? 16 : 6;
  // The caller may change its array while the request waits in the queue.
  const copy = table === 'coil' ? [...request.values] : Uint16Array.from(request.values);
  const timeout = replyTimeout(options, timeoutMs);
  return new Transaction(unit, functionCode, address, count, timeout, copy);
}

/** Checks a mask write. */
export function maskTransaction(
  unit: number,
  { address, and, or }: MaskWrite,
  timeoutMs: number,
  options: RequestOptions | undefined,
): Transaction {
  checkRange(address, 1, 1, 'mask write');
  checkRegisters(address, [and, or]);
  const timeout = replyTimeout(options, timeoutMs);
  return new Transaction(unit, 22, address, 1, timeout, Uint16Array.of(and, or));
}

/** Checks a write and read in one request. */
export function readWriteTransaction(
  unit: number,
  { read, write }: ReadWriteRequest,
  timeoutMs: number,
  options: RequestOptions | undefined,
): Transaction {
  checkRange(read.address, read.count, 125, 'read count');
  checkRange(write.address, write.values.length, 121, 'write values');
  checkRegisters(write.address, write.values);
  const values = Uint16Array.from(write.values);
  const timeout = replyTimeout(options, timeoutMs);
  return new Transaction(unit, 23, read.address, read.count, timeout, values, write.address);
}

/** Checks a request of its own framing. */
export function customTransaction(
  unit: number,
  request: CustomRequest,
  timeoutMs: number,
  options: RequestOptions | undefined,
): Transaction {
  const { functionCode, data, reply } = request;
  if (!Number.isInteger(functionCode) || functionCode < 1 || functionCode > 127) {
    const expected = 'expected an integer in 1..127';
    throw new ModbusError('bad-request', `functionCode: ${functionCode}, ${expected}`);
  }
  if (data.length > 252) {
    throw new ModbusError('bad-request', `data: ${data.length} bytes, expected at most 252`);
  }
  if (typeof reply === 'object' && !(reply.length >= 0 && reply.length <= 252)) {
    throw new ModbusError('bad-request', `reply.length: ${reply.length}, expected 0..252`);
  }
  const timeout = replyTimeout(options, timeoutMs);
  const copy = { functionCode, data: Uint8Array.from(data), reply };
  return new Transaction(unit, functionCode, 0, 0, timeout, undefined, 0, copy);
}

function checkRange(address: number, count: number, most: number, what: string): void {
  if (!Number.isInteger(address) || address < 0 || address > 0xffff) {
    throw new ModbusError('bad-request', `address: ${address}, expected an integer in 0..65535`);
  }
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new ModbusError('bad-request', `${what}: ${count}, expected 1..${most} in one request`);
  }
  if (address + count > 0x1_0000) {
    throw new ModbusError(
      'bad-request',
      `address ${address} count ${count}: ends past 65535, ask for less`,
    );
  }
}

function checkRegisters(address: number, values: ArrayLike<number>): void {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN;
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new ModbusError(
        'bad-request',
        `holding register ${address + index}: ${value}, expected an integer in 0..65535; encode it first`,
      );
    }
  }
}

function replyTimeout(options: RequestOptions | undefined, preset: number): number {
  return checkDuration('timeoutMs', options?.timeoutMs) ?? preset;
}

/** Refuses a duration that is not above 0 and at most ten minutes. */
export function checkDuration(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (value > 0 && value <= longestMs)) return value;
  throw new ModbusError(
    'bad-request',
    `${name}: ${value}, expected a number above 0 and at most ${longestMs}`,
  );
}
