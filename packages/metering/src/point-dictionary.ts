const encoder = new TextEncoder();
const COMMA = 0x2c;

/** FNV-1a over a byte range; only speed depends on it. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash >>> 0;
}

/**
 * Metering-point ids by their bytes, so that a scanner need not make a string per row. Rows mostly
 * repeat one order of points, hence the point that followed last time is tried first.
 */
export class PointDictionary {
  /** Each id's bytes with the comma that follows it. */
  private readonly spelled: Uint8Array[] = [];
  private readonly successor: number[] = [];
  private slots = new Int32Array(64);
  private previous = -1;

  constructor(private readonly ids: string[]) {}

  /** The index of the id that begins at `from` and ends with a comma, or -1 when it is not known. */
  indexAt(bytes: Uint8Array, from: number, limit: number): number {
    const guess = this.previous < 0 ? -1 : (this.successor[this.previous] as number);
    if (guess >= 0 && this.matches(guess, bytes, from, limit)) {
      this.previous = guess;
      return guess;
    }
    let to = from;
    while (to < limit && bytes[to] !== COMMA) to++;
    if (to >= limit) return -1;
    const index = this.find(bytes, from, to + 1);
    if (index < 0) return -1;
    if (this.previous >= 0) this.successor[this.previous] = index;
    this.previous = index;
    return index;
  }

  /** Length in bytes of a known id and its comma. */
  lengthOf(index: number): number {
    return (this.spelled[index] as Uint8Array).length;
  }

  /** The index of an id, entered now if it is new. */
  enter(id: string): number {
    const bytes = encoder.encode(`${id},`);
    const known = this.find(bytes, 0, bytes.length);
    if (known >= 0) return known;
    const index = this.ids.length;
    this.ids.push(id);
    this.spelled.push(bytes);
    this.successor.push(-1);
    if ((index + 1) * 2 > this.slots.length) this.rehash();
    else this.slots[this.freeSlot(bytes)] = index + 1;
    return index;
  }

  private matches(index: number, bytes: Uint8Array, from: number, limit: number): boolean {
    const id = this.spelled[index] as Uint8Array;
    if (from + id.length > limit) return false;
    for (let at = 0; at < id.length; at++) if (bytes[from + at] !== id[at]) return false;
    return true;
  }

  private find(bytes: Uint8Array, from: number, to: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hashOf(bytes, from, to) & mask; ; slot = (slot + 1) & mask) {
      const index = (this.slots[slot] as number) - 1;
      if (index < 0) return -1;
      if (this.lengthOf(index) === to - from && this.matches(index, bytes, from, to)) return index;
    }
  }

  private freeSlot(bytes: Uint8Array): number {
    const mask = this.slots.length - 1;
    let slot = hashOf(bytes, 0, bytes.length) & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    return slot;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 4);
    for (const [index, bytes] of this.spelled.entries())
      this.slots[this.freeSlot(bytes)] = index + 1;
  }
}
