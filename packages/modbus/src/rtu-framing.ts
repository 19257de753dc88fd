import { crc16 } from './crc16.js';
import type { FrameSink, Framing } from './framing.js';
import { customReplyLength, fitsReply, requestLength, writeRequest } from './pdu.js';
import type { MutableCounters } from './statistics.js';
import type { Transaction } from './transaction.js';

/** Longest frame of the serial line specification, in bytes. */
const longestFrame = 256;
/** Room for noise before a frame. */
const capacity = 4 * longestFrame;

/**
 * RTU framing by the reply's own byte count, not by what was asked: silence between characters does
 * not survive USB adapters and sockets. Noise before or between frames is skipped byte by byte, and
 * a frame is used only with a right CRC.
 */
export class RtuFraming implements Framing {
  readonly hasIds = false;
  readonly units = { least: 1, most: 247 };
  readonly #bytes = Buffer.alloc(capacity);
  #start = 0;
  #end = 0;

  constructor(private readonly counters: MutableCounters) {}

  frame(transaction: Transaction): Buffer {
    const end = 1 + requestLength(transaction);
    const bytes = Buffer.allocUnsafe(end + 2);
    bytes[0] = transaction.unit;
    writeRequest(bytes, 1, transaction);
    bytes.writeUInt16LE(crc16(bytes, 0, end), end);
    return bytes;
  }

  clear(): void {
    this.counters.discardedBytes += this.#end - this.#start;
    this.#start = 0;
    this.#end = 0;
  }

  receive(
    chunk: Buffer,
    length: number,
    expected: Transaction | undefined,
    sink: FrameSink,
  ): boolean {
    for (let from = 0; from < length;) {
      if (this.#end === capacity) this.#makeRoom();
      const take = Math.min(length - from, capacity - this.#end);
      chunk.copy(this.#bytes, this.#end, from, from + take);
      this.#end += take;
      from += take;
      this.#scan(expected, sink);
    }
    return true;
  }

  #scan(expected: Transaction | undefined, sink: FrameSink): void {
    while (this.#start < this.#end) {
      const at = this.#start;
      const size = frameLength(this.#bytes, at, this.#end, expected);
      if (size === undefined || at + size > this.#end) {
        // A stray byte may claim a long frame: the real reply may already be complete behind it.
        const found = expected && this.#find(at + 1, expected);
        if (found === undefined) return;
        this.#skip(found - at);
      } else if (size > 0 && this.#isSound(at, size)) {
        if (this.#isOvertaken(at, size, expected)) {
          this.counters.lateReplies += 1;
          this.#start += size;
          continue;
        }
        // Taken before it is told: the listener may send the next request, which clears the rest.
        this.#start += size;
        sink.onFrame(-1, this.#bytes[at] ?? 0, this.#bytes, at + 1, at + size - 2);
      } else {
        if (size > 0 && this.#answers(at, expected)) this.counters.crcErrors += 1;
        this.#skip(1);
      }
    }
  }

  /** Where a complete and sound answer to `expected` starts, at `from` or later. */
  #find(from: number, expected: Transaction): number | undefined {
    for (let at = from; at < this.#end; at += 1) {
      if (!this.#answers(at, expected)) continue;
      const size = frameLength(this.#bytes, at, this.#end, expected) ?? Infinity;
      if (size === 0 || at + size > this.#end || !this.#isSound(at, size)) continue;
      if (this.#fits(at, size, expected)) return at;
    }
    return undefined;
  }

  /**
   * Whether another whole answer lies behind this one. A device answers in the order it was asked,
   * so the earlier one was held up somewhere and belongs to a request given up before.
   */
  #isOvertaken(at: number, size: number, expected: Transaction | undefined): boolean {
    if (expected === undefined || at + size === this.#end) return false;
    if (!this.#answers(at, expected) || !this.#fits(at, size, expected)) return false;
    return this.#find(at + size, expected) !== undefined;
  }

  #answers(at: number, expected: Transaction | undefined): boolean {
    return (
      expected !== undefined &&
      this.#bytes[at] === expected.unit &&
      ((this.#bytes[at + 1] ?? 0) & 0x7f) === expected.functionCode
    );
  }

  /** Whether the frame is an exception, or as long as the answer to `expected` must be. */
  #fits(at: number, size: number, expected: Transaction): boolean {
    const isException = ((this.#bytes[at + 1] ?? 0) & 0x80) !== 0;
    return isException || fitsReply(expected, this.#bytes, at + 1, at + size - 2);
  }

  #isSound(at: number, size: number): boolean {
    return crc16(this.#bytes, at, at + size - 2) === this.#bytes.readUInt16LE(at + size - 2);
  }

  #skip(count: number): void {
    this.counters.discardedBytes += count;
    this.#start += count;
  }

  /** Moves the unread bytes to the front, and of a full buffer keeps the newest frame's worth. */
  #makeRoom(): void {
    const excess = this.#end - this.#start - longestFrame;
    if (excess > 0) this.#skip(excess);
    this.#bytes.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}

/**
 * Length of the reply frame that starts at `at`, CRC included: 0 when no reply starts so, undefined
 * when more bytes are needed to tell.
 */
function frameLength(
  bytes: Buffer,
  at: number,
  end: number,
  expected: Transaction | undefined,
): number | undefined {
  if (end - at < 2) return undefined;
  const functionCode = bytes[at + 1] ?? 0;
  if (functionCode & 0x80) return 5;
  const custom = expected?.unit === bytes[at] ? expected?.custom : undefined;
  if (custom && custom.functionCode === functionCode) {
    const size = customReplyLength(custom.reply, bytes, at + 1, end);
    return size === undefined || size === 0 ? size : size + 3;
  }
  switch (functionCode) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 23:
      return end - at < 3 ? undefined : 5 + (bytes[at + 2] ?? 0);
    case 5:
    case 6:
    case 15:
    case 16:
      return 8;
    case 22:
      return 10;
    default:
      return 0;
  }
}
