import type { FrameSink, Framing } from './framing.js';
import { requestLength, writeRequest } from './pdu.js';
import type { Transaction } from './transaction.js';

const none = Buffer.alloc(0);

/**
 * Finds Modbus TCP frames in a stream, however it is cut: MODBUS Messaging on TCP/IP
 * Implementation Guide V1.0b, section 3.1.3 (id, protocol 0, length, unit).
 */
export class MbapReader {
  #rest: Buffer = none;

  clear(): void {
    this.#rest = none;
  }

  /** @returns false when a header is impossible: from there on the stream has no frame borders */
  receive(chunk: Buffer, length: number, sink: FrameSink): boolean {
    let bytes = chunk;
    let end = length;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, length)]);
      end = bytes.length;
      this.#rest = none;
    }
    let at = 0;
    while (end - at >= 7) {
      const size = bytes.readUInt16BE(at + 4);
      if (bytes.readUInt16BE(at + 2) !== 0 || size < 2 || size > 254) return false;
      if (end - at < 6 + size) break;
      sink.onFrame(bytes.readUInt16BE(at), bytes[at + 6] ?? 0, bytes, at + 7, at + 6 + size);
      at += 6 + size;
    }
    // Copied, because the socket reuses its buffer.
    if (at < end) this.#rest = Buffer.from(bytes.subarray(at, end));
    return true;
  }
}

/** Modbus TCP framing of requests and replies. */
export class MbapFraming implements Framing {
  readonly hasIds = true;
  readonly units = { least: 0, most: 255 };
  readonly #reader = new MbapReader();

  frame(transaction: Transaction): Buffer {
    const length = requestLength(transaction);
    const bytes = Buffer.allocUnsafe(7 + length);
    bytes.writeUInt16BE(transaction.id, 0);
    bytes.writeUInt16BE(0, 2);
    bytes.writeUInt16BE(length + 1, 4);
    bytes[6] = transaction.unit;
    writeRequest(bytes, 7, transaction);
    return bytes;
  }

  clear(): void {
    this.#reader.clear();
  }

  receive(
    bytes: Buffer,
    length: number,
    _expected: Transaction | undefined,
    sink: FrameSink,
  ): boolean {
    return this.#reader.receive(bytes, length, sink);
  }
}
