import { monotonicMs } from './alarm.js';
import { crc16 } from './crc16.js';
import type { FrameSink } from './framing.js';

const longestFrame = 256;

/**
 * Finds RTU requests in a stream. Requests of the functions the specification lists are cut by their
 * own length, others where their checksum fits. What is no request (noise, replies of other units on
 * the line) is skipped byte by byte, and a started frame is given up after a silence.
 */
export class RtuRequestReader {
  readonly #bytes = Buffer.alloc(4 * longestFrame);
  #end = 0;
  #lastMs = 0;

  constructor(private readonly silenceMs: number) {}

  receive(chunk: Buffer, length: number, sink: FrameSink): void {
    const nowMs = monotonicMs();
    if (nowMs - this.#lastMs > this.silenceMs) this.#end = 0;
    this.#lastMs = nowMs;
    for (let from = 0; from < length;) {
      const take = Math.min(length - from, this.#bytes.length - this.#end);
      chunk.copy(this.#bytes, this.#end, from, from + take);
      this.#end += take;
      from += take;
      this.#scan(sink);
    }
  }

  #scan(sink: FrameSink): void {
    let at = 0;
    while (this.#end - at >= 4) {
      const size = this.#frameAt(at);
      if (size > 0) {
        sink.onFrame(-1, this.#bytes[at] ?? 0, this.#bytes, at + 1, at + size - 2);
        at += size;
      } else if (size === 0) at += 1;
      else if (this.#end - at >= longestFrame) at += 1;
      else {
        const behind = this.#soundBehind(at + 1);
        if (behind === undefined) break;
        at = behind;
      }
    }
    this.#bytes.copyWithin(0, at, this.#end);
    this.#end -= at;
  }

  /** Length of the sound frame at `at`; 0 when there is none, -1 when more bytes are needed. */
  #frameAt(at: number): number {
    const size = requestFrameLength(this.#bytes, at, this.#end);
    if (size === 0) return this.#cutByChecksum(at);
    if (size === undefined || at + size > this.#end) return -1;
    return this.#isSound(at, size) ? size : 0;
  }

  /** A request of an unknown function ends where its checksum fits. */
  #cutByChecksum(at: number): number {
    const most = Math.min(this.#end - at, longestFrame);
    for (let size = 4; size <= most; size += 1) {
      if (this.#isSound(at, size)) return size;
    }
    return -1;
  }

  /**
   * Where a whole and sound request of a known function starts behind a frame that is not whole: a
   * stray byte may claim a long one.
   */
  #soundBehind(from: number): number | undefined {
    for (let at = from; this.#end - at >= 8; at += 1) {
      const size = requestFrameLength(this.#bytes, at, this.#end);
      const isWhole = size !== undefined && size > 0 && at + size === this.#end;
      if (isWhole && this.#isSound(at, size)) return at;
    }
    return undefined;
  }

  #isSound(at: number, size: number): boolean {
    return crc16(this.#bytes, at, at + size - 2) === this.#bytes.readUInt16LE(at + size - 2);
  }
}

/** Length of the request that starts at `at`: 0 for an unknown function, undefined: more needed. */
function requestFrameLength(bytes: Buffer, at: number, end: number): number | undefined {
  switch (bytes[at + 1]) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return 8;
    case 15:
    case 16:
      return end - at < 7 ? undefined : 9 + (bytes[at + 6] ?? 0);
    case 22:
      return 10;
    case 23:
      return end - at < 11 ? undefined : 13 + (bytes[at + 10] ?? 0);
    case 43:
      return 7;
    default:
      return 0;
  }
}
