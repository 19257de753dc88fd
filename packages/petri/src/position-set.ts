/** A set of small integers that is walked in ascending order: one bit each. */
export class PositionSet {
  private readonly words: Uint32Array;

  /** All positions below `length` are in at first. */
  constructor(length: number) {
    this.words = new Uint32Array((length + 31) >> 5);
    for (let position = 0; position < length; position += 1) this.add(position);
  }

  add(position: number): void {
    const word = position >> 5;
    this.words[word] = (this.words[word] ?? 0) | (1 << (position & 31));
  }

  remove(position: number): void {
    const word = position >> 5;
    this.words[word] = (this.words[word] ?? 0) & ~(1 << (position & 31));
  }

  /** The smallest member; -1 when empty. */
  first(): number {
    for (let word = 0; word < this.words.length; word += 1) {
      const bits = this.words[word] ?? 0;
      if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }
}
