import {
  isModbusError,
  readAgreed,
  type AgreedRead,
  type ModbusBus,
  type Priority,
  type RegisterTable,
  type RequestOptions,
  type Table,
  type WideCounter,
  type WriteRequest,
} from '@microgrid/modbus';
import type { Reply } from './point-decoder.js';

/** Why a request brought nothing. */
export interface LinkFailure {
  /** For people, short enough for a reading's cause. */
  readonly cause: string;
  /** The device answered (with an exception): others of its registers may be readable. */
  readonly answered: boolean;
  /** The exception it answered with. */
  readonly exception?: number;
  /** A write was accepted and is in progress: it must be read back and not be sent again. */
  readonly inProgress?: boolean;
}

/** A reply or the reason why there is none. */
export type LinkResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: LinkFailure };

/** Exception 5: accepted and in progress. */
const ACKNOWLEDGE = 5;

function failureOf(error: unknown): LinkFailure {
  if (!isModbusError(error)) {
    return { cause: error instanceof Error ? error.message : String(error), answered: false };
  }
  if (error.code === 'unconfirmed') {
    return { cause: 'accepted, in progress', answered: true, inProgress: true };
  }
  if (error.code !== 'exception') return { cause: error.code, answered: false };
  const name = error.exceptionName === undefined ? '' : ` (${error.exceptionName})`;
  // 10 and 11 come from a gateway in between: the device itself did not answer.
  const answered = error.exceptionCode !== 10 && error.exceptionCode !== 11;
  const exception = error.exceptionCode ?? 0;
  const cause = `exception ${exception}${name}`;
  return { cause, answered, exception, inProgress: exception === ACKNOWLEDGE };
}

/** How a request is made. */
export interface LinkRequest {
  readonly signal?: AbortSignal | undefined;
  /** Who is served first on a busy line; default: reads `high`, writes `control`. */
  readonly priority?: Priority | undefined;
  /** The device itself must answer, no value kept from before. */
  readonly fresh?: boolean;
}

/** One unit on a bus; trouble on the wire is a result, not an exception. */
export class UnitLink {
  /** Options of the request made last: a poll makes many alike. */
  private last: { readonly request: LinkRequest; readonly options: RequestOptions } | undefined;

  constructor(
    private readonly bus: ModbusBus,
    private readonly unit: number,
    private readonly timeoutMs: number | undefined,
  ) {}

  private options(request: LinkRequest): RequestOptions {
    const { last } = this;
    const { signal, priority, fresh } = request;
    if (
      last !== undefined &&
      last.request.signal === signal &&
      last.request.priority === priority &&
      last.request.fresh === fresh
    ) {
      return last.options;
    }
    const options: RequestOptions = {
      ...(this.timeoutMs === undefined ? {} : { timeoutMs: this.timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
      ...(priority === undefined ? {} : { priority }),
      ...(fresh === true ? { maximumAgeMs: 0 } : {}),
    };
    this.last = { request, options };
    return options;
  }

  /** Reads one block. */
  async read(
    table: Table,
    address: number,
    count: number,
    request: LinkRequest = {},
  ): Promise<LinkResult<Reply>> {
    try {
      const block = { table, address, count };
      const value = await this.bus.read(this.unit, block, this.options(request));
      return { ok: true, value };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** Reads one block until two reads agree on its counters; those that never did are named. */
  async readAgreed(
    table: RegisterTable,
    address: number,
    count: number,
    counters: readonly WideCounter[],
    request: LinkRequest = {},
  ): Promise<LinkResult<AgreedRead>> {
    try {
      const block = { table, address, count };
      const options = this.options(request);
      return { ok: true, value: await readAgreed(this.bus, this.unit, block, counters, options) };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** Writes one block. Never repeated: after a failure it may or may not have been applied. */
  async write(request: WriteRequest): Promise<LinkResult<undefined>> {
    try {
      await this.bus.write(this.unit, request, this.options({}));
      return { ok: true, value: undefined };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** The unit may be another device now: what the bus knows of it is forgotten. */
  forget(): void {
    this.bus.identityChanged(this.unit);
  }
}
