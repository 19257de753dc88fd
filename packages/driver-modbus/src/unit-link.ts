import {
  isModbusError,
  type ModbusBus,
  type RequestOptions,
  type WriteRequest,
} from '@microgrid/modbus';
import type { Reply } from './point-decoder.js';

/** Why a request brought nothing. */
export interface LinkFailure {
  /** For people, short enough for a reading's cause. */
  readonly cause: string;
  /** The device answered (with an exception): others of its registers may be readable. */
  readonly answered: boolean;
}

/** A reply or the reason why there is none. */
export type LinkResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: LinkFailure };

function failureOf(error: unknown): LinkFailure {
  if (!isModbusError(error)) {
    return { cause: error instanceof Error ? error.message : String(error), answered: false };
  }
  if (error.code !== 'exception') return { cause: error.code, answered: false };
  const name = error.exceptionName === undefined ? '' : ` (${error.exceptionName})`;
  // 10 and 11 come from a gateway in between: the device itself did not answer.
  const answered = error.exceptionCode !== 10 && error.exceptionCode !== 11;
  return { cause: `exception ${error.exceptionCode ?? 0}${name}`, answered };
}

/** One unit on a bus; trouble on the wire is a result, not an exception. */
export class UnitLink {
  constructor(
    private readonly bus: ModbusBus,
    private readonly unit: number,
    private readonly timeoutMs: number | undefined,
  ) {
    this.last = { signal: undefined, options: this.make(undefined) };
  }

  /** Options for the signal used last: a poll bears the same one for every block. */
  private last: { readonly signal: AbortSignal | undefined; readonly options: RequestOptions };

  private options(signal: AbortSignal | undefined): RequestOptions {
    if (this.last.signal !== signal) this.last = { signal, options: this.make(signal) };
    return this.last.options;
  }

  private make(signal: AbortSignal | undefined): RequestOptions {
    return {
      ...(this.timeoutMs === undefined ? {} : { timeoutMs: this.timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  /** Reads one block. */
  async read(
    table: 'input' | 'holding' | 'coil' | 'discrete',
    address: number,
    count: number,
    signal?: AbortSignal,
  ): Promise<LinkResult<Reply>> {
    try {
      const request = { table, address, count };
      const value = await this.bus.read(this.unit, request, this.options(signal));
      return { ok: true, value };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** Writes one block. Never repeated: after a failure it may or may not have been applied. */
  async write(request: WriteRequest): Promise<LinkResult<undefined>> {
    try {
      await this.bus.write(this.unit, request, this.options(undefined));
      return { ok: true, value: undefined };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }
}
