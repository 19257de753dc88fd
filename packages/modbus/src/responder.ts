import type { Room } from './served-request.js';

/** Answers request PDUs, whatever their framing. */
export interface Responder {
  /**
   * Answers the request PDU in `bytes[start, end)`, which are valid during the call only.
   *
   * @returns the reply PDU with room around it; undefined for silence
   */
  answer(
    unit: number,
    bytes: Buffer,
    start: number,
    end: number,
    room: Room,
  ): Buffer | undefined | Promise<Buffer | undefined>;
  /** Applies a request to every unit (RTU unit 0); nothing is answered. */
  broadcast(bytes: Buffer, start: number, end: number): void;
}
