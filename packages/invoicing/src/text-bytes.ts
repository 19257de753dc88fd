const encoder = new TextEncoder();
const LEAST_ROOM = 1 << 12;

/** Text that is put together as UTF-8: a large one costs a third of what it costs as a string. */
export class TextBytes {
  private room = new Uint8Array(LEAST_ROOM);
  private end = 0;

  /** Adds a text. */
  add(text: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 code unit.
    this.reserve(3 * text.length);
    this.end += encoder.encodeInto(text, this.room.subarray(this.end)).written;
  }

  /**
   * Adds what is written in place.
   * @param most bytes of it.
   * @param write gets where it begins and returns where it ends.
   */
  addWritten(most: number, write: (bytes: Uint8Array, start: number) => number): void {
    this.reserve(most);
    this.end = write(this.room, this.end);
  }

  /** What was added so far, as bytes of its own. */
  bytes(): Uint8Array {
    return this.room.slice(0, this.end);
  }

  /** Begins anew in the same memory. */
  clear(): void {
    this.end = 0;
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.room.length) return;
    const larger = new Uint8Array(2 * (this.end + bytes));
    larger.set(this.room.subarray(0, this.end));
    this.room = larger;
  }
}
