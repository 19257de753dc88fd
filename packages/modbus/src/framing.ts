import type { Transaction } from './transaction.js';

/** Takes the frames found in a byte stream. */
export interface FrameSink {
  /**
   * One complete frame, its PDU in `bytes[start, end)` (valid during the call only).
   * `id` is the transaction id, -1 where the framing has none.
   */
  onFrame(id: number, unit: number, bytes: Buffer, start: number, end: number): void;
}

/** How requests become bytes and bytes become frames; one instance serves one bus. */
export interface Framing {
  /** Whether a reply names its request. If not, silence must part requests after a timeout. */
  readonly hasIds: boolean;
  /** Highest and lowest unit that can answer. */
  readonly units: { readonly least: number; readonly most: number };
  /** The bytes of one request. */
  frame(transaction: Transaction): Buffer;
  /** Forgets a partial frame: called before each request on RTU and on each new connection. */
  clear(): void;
  /**
   * Takes `bytes[0, length)`. `expected` is the request in flight.
   *
   * @returns false when the stream can no longer be trusted and the connection must be given up
   */
  receive(
    bytes: Buffer,
    length: number,
    expected: Transaction | undefined,
    sink: FrameSink,
  ): boolean;
}
