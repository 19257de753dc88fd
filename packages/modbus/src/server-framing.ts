import { crc16 } from './crc16.js';
import type { FrameSink } from './framing.js';
import { MbapReader } from './mbap-framing.js';
import { RtuRequestReader } from './rtu-request-reader.js';
import type { Room } from './served-request.js';

/** How a server finds requests in a stream and wraps replies. One instance serves one client. */
export interface ServerFraming {
  /** Free bytes that a reply needs around its PDU. */
  readonly room: Room;
  /** Takes `bytes[0, length)`. @returns false when the stream can no longer be trusted */
  receive(bytes: Buffer, length: number, sink: FrameSink): boolean;
  /** Fills the room around a reply, which makes it a frame. */
  wrap(reply: Buffer, id: number, unit: number): void;
  /** Breaks the check of a frame that {@link wrap} made. */
  spoil(frame: Buffer): void;
}

/** Modbus TCP framing of a server. */
export class MbapServerFraming implements ServerFraming {
  readonly room = { before: 7, after: 0 };
  readonly #reader = new MbapReader();

  receive(bytes: Buffer, length: number, sink: FrameSink): boolean {
    return this.#reader.receive(bytes, length, sink);
  }

  wrap(reply: Buffer, id: number, unit: number): void {
    reply.writeUInt16BE(id, 0);
    reply.writeUInt16BE(0, 2);
    reply.writeUInt16BE(reply.length - 6, 4);
    reply[6] = unit;
  }

  spoil(frame: Buffer): void {
    frame[2] = 0x5a;
  }
}

/** RTU framing of a server, on a line, in a socket or in datagrams. */
export class RtuServerFraming implements ServerFraming {
  readonly room = { before: 1, after: 2 };
  readonly #reader: RtuRequestReader;

  /** @param silenceMs after so long a silence a started frame is given up */
  constructor(silenceMs: number) {
    this.#reader = new RtuRequestReader(silenceMs);
  }

  receive(bytes: Buffer, length: number, sink: FrameSink): boolean {
    this.#reader.receive(bytes, length, sink);
    return true;
  }

  wrap(reply: Buffer, _id: number, unit: number): void {
    reply[0] = unit;
    const end = reply.length - 2;
    reply.writeUInt16LE(crc16(reply, 0, end), end);
  }

  spoil(frame: Buffer): void {
    const last = frame.length - 1;
    frame[last] = (frame[last] ?? 0) ^ 0xff;
  }
}
