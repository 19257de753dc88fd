const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;
/** Whole numbers below this divide as 32-bit integers, much faster than as floating point. */
const CHUNK = 1_000_000;
const CHUNK_DIGITS = 6;
const LEAST_CAPACITY = 1 << 12;

const encoder = new TextEncoder();

/** Text as UTF-8 that grows: without a string per field of a table, and without one for a large document. */
export class TextBytes {
  private bytes: Uint8Array;
  private length = 0;

  constructor(capacity = LEAST_CAPACITY) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for this many bytes: before whatever is added but texts. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + bytes));
    grown.set(this.bytes);
    this.bytes = grown;
  }

  /** Adds a text. */
  text(text: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 code unit.
    this.reserve(3 * text.length);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** Adds what is written in place. @param write gets where it begins and returns where it ends. */
  written(write: (bytes: Uint8Array, start: number) => number): void {
    this.length = write(this.bytes, this.length);
  }

  /** Adds bytes as they are. */
  put(text: Uint8Array): void {
    const { bytes, length } = this;
    for (let at = 0; at < text.length; at++) bytes[length + at] = text[at] as number;
    this.length = length + text.length;
  }

  /** Adds one ASCII character. */
  character(code: number): void {
    this.bytes[this.length++] = code;
  }

  /** Adds a minus sign. */
  minus(): void {
    this.character(MINUS);
  }

  /**
   * Adds `whole.fraction`.
   * @param whole a safe integer, 0 or more.
   * @param fraction 0 to 10^digits - 1; `digits` at most 6.
   */
  decimal(whole: number, fraction: number, digits: number): void {
    this.integer(whole);
    this.character(POINT);
    this.fixed(fraction, digits);
  }

  /** Adds exactly `digits` digits, leading zeros included; at most 6. */
  fixed(value: number, digits: number): void {
    let rest = value | 0;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      this.bytes[at] = rest - tenth * 10 + ZERO;
      rest = tenth;
    }
    this.length += digits;
  }

  /** Begins anew in the same memory. */
  clear(): void {
    this.length = 0;
  }

  /** What was added, in the same memory. */
  take(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private integer(value: number): void {
    if (value >= CHUNK) {
      const upper = Math.floor(value / CHUNK);
      this.integer(upper);
      this.fixed(value - upper * CHUNK, CHUNK_DIGITS);
      return;
    }
    let digits = 1;
    for (let bound = 10; bound <= value; bound *= 10) digits++;
    this.fixed(value, digits);
  }
}
