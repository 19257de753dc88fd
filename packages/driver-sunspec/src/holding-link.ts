import { isModbusError, type ModbusBus, type RequestOptions } from '@microgrid/modbus';

/** Why a request brought nothing. */
export interface LinkFailure {
  /** For people, short enough for a reading's cause. */
  readonly cause: string;
  /**
   * `refused`: the device answered with an exception, so others of its registers may be readable;
   * `silent`: no answer in time; `lost`: there is no connection, or nobody waits any more.
   */
  readonly kind: 'refused' | 'silent' | 'lost';
  /** Code of the exception, where there was one. */
  readonly exceptionCode?: number;
}

/** A reply or the reason why there is none. */
export type LinkResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: LinkFailure };

/** Exception 5: accepted and in progress. */
export const ACKNOWLEDGE = 5;

function failureOf(error: unknown): LinkFailure {
  if (!isModbusError(error)) {
    return { cause: error instanceof Error ? error.message : String(error), kind: 'lost' };
  }
  if (error.code === 'exception') {
    const name = error.exceptionName === undefined ? '' : ` (${error.exceptionName})`;
    // 10 and 11 come from a gateway in between: the device itself did not answer.
    const gateway = error.exceptionCode === 10 || error.exceptionCode === 11;
    const { exceptionCode = 0 } = error;
    const cause = `exception ${exceptionCode}${name}`;
    return { cause, kind: gateway ? 'silent' : 'refused', exceptionCode };
  }
  // The bus has waited for a write that the device had accepted (exception 5), in vain.
  if (error.code === 'unconfirmed') {
    return { cause: error.code, kind: 'refused', exceptionCode: ACKNOWLEDGE };
  }
  return { cause: error.code, kind: error.code === 'timeout' ? 'silent' : 'lost' };
}

/** Holding registers of one unit; trouble on the wire is a result, not an exception. */
export class HoldingLink {
  constructor(
    private readonly bus: ModbusBus,
    readonly unit: number,
    private readonly timeoutMs: number | undefined,
  ) {}

  private options(signal: AbortSignal | undefined): RequestOptions {
    return {
      ...(this.timeoutMs === undefined ? {} : { timeoutMs: this.timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  /** Reads registers, from the device and not from what the bus may have kept. */
  async read(
    address: number,
    count: number,
    signal?: AbortSignal,
  ): Promise<LinkResult<Uint16Array>> {
    try {
      const options = { ...this.options(signal), maximumAgeMs: 0 };
      const request = { table: 'holding', address, count } as const;
      return { ok: true, value: await this.bus.read(this.unit, request, options) };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** Writes registers. Never repeated: after a failure it may or may not have been applied. */
  async write(address: number, values: readonly number[]): Promise<LinkResult<undefined>> {
    try {
      const request = { table: 'holding', address, values } as const;
      await this.bus.write(this.unit, request, this.options(undefined));
      return { ok: true, value: undefined };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  /** The device may be another one now: what the bus learnt of it is forgotten. */
  forget(): void {
    this.bus.identityChanged(this.unit);
  }
}
