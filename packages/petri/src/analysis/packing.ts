/** Where each place's count lies in a packed marking: no count crosses a word's border. */
export interface Packing {
  /** 32-bit words of one marking; at least 1. */
  readonly words: number;
  /** By place. */
  readonly word: Int32Array;
  readonly shift: Int32Array;
  readonly bits: Int32Array;
  /** The largest count that fits the place. */
  readonly capacity: Int32Array;
  /** By word and bit: the place whose count covers that bit, or -1. */
  readonly placeAtBit: Int32Array;
}

/** Bits that hold counts up to `count`; at least 1, at most 30. */
export function bitsFor(count: number): number {
  return Math.max(1, 32 - Math.clz32(count));
}

/** The widest field: `MAX_TOKENS` fits. */
export const MAX_BITS = 30;

/** Lays the fields out, widest first, each into the first word with room. */
export function packFields(bits: Int32Array): Packing {
  const count = bits.length;
  const word = new Int32Array(count);
  const shift = new Int32Array(count);
  const used: number[] = [0];
  let firstOpen = 0;
  const order = Array.from(bits.keys()).sort(
    (a, b) => (bits[b] as number) - (bits[a] as number) || a - b,
  );
  for (const place of order) {
    const width = bits[place] as number;
    let at = firstOpen;
    while (at < used.length && (used[at] as number) + width > 32) at += 1;
    if (at === used.length) used.push(0);
    word[place] = at;
    shift[place] = used[at] as number;
    used[at] = (used[at] as number) + width;
    while (firstOpen < used.length && used[firstOpen] === 32) firstOpen += 1;
  }
  const placeAtBit = new Int32Array(used.length * 32).fill(-1);
  for (let place = 0; place < count; place += 1)
    for (let bit = 0; bit < (bits[place] as number); bit += 1)
      placeAtBit[(word[place] as number) * 32 + (shift[place] as number) + bit] = place;
  const capacity = bits.map((width) => 2 ** width - 1);
  return { words: used.length, word, shift, bits, capacity, placeAtBit };
}

/** Writes a marking into the first words of `into`; false if a count does not fit. */
export function packMarking(packing: Packing, marking: Int32Array, into: Int32Array): boolean {
  const { word, shift, capacity } = packing;
  into.fill(0, 0, packing.words);
  for (let place = 0; place < marking.length; place += 1) {
    const count = marking[place] as number;
    if (count > (capacity[place] as number)) return false;
    const at = word[place] as number;
    into[at] = (into[at] as number) | (count << (shift[place] as number));
  }
  return true;
}

/** Reads the marking whose words begin at `base`. */
export function unpackMarking(
  packing: Packing,
  words: Int32Array,
  base: number,
  marking: Int32Array,
): void {
  const { word, shift, capacity } = packing;
  for (let place = 0; place < marking.length; place += 1)
    marking[place] =
      ((words[base + (word[place] as number)] as number) >>> (shift[place] as number)) &
      (capacity[place] as number);
}
