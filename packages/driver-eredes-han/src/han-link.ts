import { isModbusError, type ModbusBus, type RequestOptions } from '@microgrid/modbus';

/** Exceptions of the HAN port, DEF-C44-509/N. */
export const HAN_EXCEPTIONS: Readonly<Record<number, string>> = {
  0x81: 'access denied',
  0x82: 'measurement does not exist',
  0x83: 'entry does not exist',
  0x84: 'too much data asked for',
};

/** Why a request brought nothing. */
export interface HanFailure {
  /** For people, short enough for a reading's cause. */
  readonly cause: string;
  /** The meter answered: other registers may be readable. */
  readonly answered: boolean;
  /** Code of the exception it answered with. */
  readonly exceptionCode?: number;
}

/** Bytes, or the reason why there are none. */
export type HanResult =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly failure: HanFailure };

const READ_REGISTERS = 0x04;
const LAST_ENTRIES = 0x44;
const ENTRIES_FROM = 0x45;
/** Index 0 asks for all columns of an entry. */
const ALL_COLUMNS = 0;

/**
 * One meter on a bus. Replies are framed by their own byte count, because registers have lengths of
 * their own. Nothing is ever written: the only register that could be is the meter's address.
 */
export class HanLink {
  constructor(
    private readonly bus: ModbusBus,
    private readonly unit: number,
    private readonly timeoutMs: number | undefined,
  ) {}

  /** Reads `count` registers from an address; the bytes are those of all of them, one after the other. */
  readRegisters(address: number, count: number, signal?: AbortSignal): Promise<HanResult> {
    return this.request(READ_REGISTERS, [address >> 8, address & 0xff, 0, count], signal);
  }

  /** Reads the newest `count` entries, 1..6. */
  readLastEntries(count: number, signal?: AbortSignal): Promise<HanResult> {
    return this.request(LAST_ENTRIES, [ALL_COLUMNS, count], signal);
  }

  /** Reads `count` entries, 1..6, from a position on. */
  readEntries(position: number, count: number, signal?: AbortSignal): Promise<HanResult> {
    const start = [24, 16, 8, 0].map((shift) => (position >>> shift) & 0xff);
    return this.request(ENTRIES_FROM, [ALL_COLUMNS, ...start, count], signal);
  }

  private async request(
    functionCode: number,
    data: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<HanResult> {
    const request = { functionCode, data: Uint8Array.from(data), reply: 'byteCount' as const };
    try {
      const reply = await this.bus.request(this.unit, request, this.options(signal));
      const bytes = reply.subarray(1);
      if (reply[0] === bytes.length) return { ok: true, bytes };
      const cause = `bad reply: ${bytes.length} bytes counted as ${reply[0] ?? 'none'}`;
      return { ok: false, failure: { cause, answered: true } };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }

  private options(signal: AbortSignal | undefined): RequestOptions {
    return {
      // The bus takes functions of its own for writes; these only read.
      priority: 'high',
      ...(this.timeoutMs === undefined ? {} : { timeoutMs: this.timeoutMs }),
      ...(signal === undefined ? {} : { signal }),
    };
  }
}

function failureOf(error: unknown): HanFailure {
  if (!isModbusError(error)) {
    return { cause: error instanceof Error ? error.message : String(error), answered: false };
  }
  const { code, exceptionCode, exceptionName } = error;
  if (code !== 'exception' || exceptionCode === undefined) return { cause: code, answered: false };
  const name = HAN_EXCEPTIONS[exceptionCode] ?? exceptionName;
  const number = `0x${exceptionCode.toString(16).padStart(2, '0')}`;
  return {
    cause: name === undefined ? `exception ${number}` : `exception ${number} (${name})`,
    // 10 and 11 come from a gateway in between: the meter itself did not answer.
    answered: exceptionCode !== 10 && exceptionCode !== 11,
    exceptionCode,
  };
}
