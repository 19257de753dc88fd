import { packMarking, unpackMarking, type Packing } from './packing.js';

/** States per block of words: 2^14. Blocks are never moved, so memory is never copied to grow. */
export const BLOCK_SHIFT = 14;
export const BLOCK_MASK = (1 << BLOCK_SHIFT) - 1;

/** Entries per part of the hash table: 2^26, 256 MiB, so that no array comes near 2 GiB. */
export const TABLE_SHIFT = 26;
export const TABLE_MASK = (1 << TABLE_SHIFT) - 1;

const FIRST_TABLE_BITS = 8;

/** States of the first block before it grows. */
const FIRST_STATES = 64;
const LAST_TABLE_BITS = 31;

/** Spreads the linear hash over all bits (Knuth's multiplicative hashing); a bijection. */
export const SPREAD = 0x9e3779b1 | 0;

/** The odd factors of the linear hash, one per word (a fixed xorshift sequence). */
function hashFactors(words: number): Int32Array {
  const factors = new Int32Array(words);
  let state = 0x2545f491;
  for (let index = 0; index < words; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    factors[index] = state | 1;
  }
  return factors;
}

/**
 * All markings found so far, packed, numbered in order of discovery, without an object per state.
 *
 * A state is `packing.words` words and one word for the state it was found from. The hash table has
 * one 32-bit entry per slot: the state's number plus one in the low `tableBits`, the rest of its
 * hash above; slot and entry together compare the full hash before the words are looked at.
 * The hash is `sum(word[i] * factor[i]) mod 2^32`, so a firing changes it by a constant.
 * Hot loops elsewhere read these fields directly.
 */
export class StateStore {
  /** Words per state, with the parent. */
  readonly stride: number;
  readonly factors: Int32Array;
  readonly blocks: Int32Array[] = [];
  tables: Int32Array[];
  tableBits = FIRST_TABLE_BITS;
  count = 0;
  /** States the blocks have room for. */
  capacity = 0;

  constructor(readonly packing: Packing) {
    this.stride = packing.words + 1;
    this.factors = hashFactors(packing.words);
    this.tables = [new Int32Array(1 << FIRST_TABLE_BITS)];
  }

  /** The count at which the table must grow: it is never more than half full. */
  get room(): number {
    return this.tableBits === LAST_TABLE_BITS ? Infinity : 2 ** (this.tableBits - 1);
  }

  /** Bytes of words and table. */
  get bytes(): number {
    const words = this.blocks.reduce((sum, block) => sum + block.byteLength, 0);
    return this.tables.reduce((sum, table) => sum + table.byteLength, words);
  }

  /** The bytes once one more block or a larger table is taken. */
  get bytesAfterGrowth(): number {
    const block = 4 * this.stride * (1 << BLOCK_SHIFT);
    const table = this.count >= this.room ? 4 * 2 ** (this.tableBits + 1) : 0;
    return this.bytes + block + table;
  }

  hash(words: Int32Array, base: number): number {
    let hash = 0;
    for (let at = 0; at < this.packing.words; at += 1)
      hash = (hash + Math.imul(words[base + at] as number, this.factors[at] as number)) | 0;
    return hash;
  }

  /** Makes room in the blocks for one state more: the first block grows, later ones are taken whole. */
  addRoom(): void {
    if (this.count < this.capacity) return;
    const whole = 1 << BLOCK_SHIFT;
    const states = this.capacity === 0 ? FIRST_STATES : Math.min(2 * this.capacity, whole);
    const block = new Int32Array(states * this.stride);
    if (this.capacity < whole) {
      block.set(this.blocks[0] ?? []);
      this.blocks[0] = block;
      this.capacity = states;
    } else {
      this.blocks.push(block);
      this.capacity += whole;
    }
  }

  /** The slot of the marking in `words`: its own if it is stored, else the empty one for it. */
  private slotOf(words: Int32Array, hash: number): number {
    const { tables, tableBits, stride, blocks } = this;
    const width = this.packing.words;
    const slots = 2 ** tableBits;
    const spread = Math.imul(hash ^ (hash >>> 15), SPREAD);
    const tag = spread << tableBits;
    let slot = spread >>> (32 - tableBits);
    for (;;) {
      const entry = (tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] as number;
      if (entry === 0) return slot;
      if ((entry ^ tag) >>> tableBits === 0) {
        const state = (entry & (slots - 1)) - 1;
        const block = blocks[state >>> BLOCK_SHIFT] as Int32Array;
        const base = (state & BLOCK_MASK) * stride;
        let at = 0;
        while (at < width && block[base + at] === words[at]) at += 1;
        if (at === width) return slot;
      }
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
  }

  /** The number of the marking in `words`, or -1. */
  find(words: Int32Array): number {
    const slot = this.slotOf(words, this.hash(words, 0));
    const entry = (this.tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] as number;
    return (entry & (2 ** this.tableBits - 1)) - 1;
  }

  /** Stores the marking in `words` unless it is there; returns its number. */
  insert(words: Int32Array, parent: number): number {
    if (this.count >= this.room) this.grow();
    const hash = this.hash(words, 0);
    const slot = this.slotOf(words, hash);
    const table = this.tables[slot >>> TABLE_SHIFT] as Int32Array;
    const entry = table[slot & TABLE_MASK] as number;
    if (entry !== 0) return (entry & (2 ** this.tableBits - 1)) - 1;
    const spread = Math.imul(hash ^ (hash >>> 15), SPREAD);
    this.addRoom();
    const block = this.blocks[this.count >>> BLOCK_SHIFT] as Int32Array;
    const base = (this.count & BLOCK_MASK) * this.stride;
    block.set(words.subarray(0, this.packing.words), base);
    block[base + this.packing.words] = parent;
    table[slot & TABLE_MASK] = (spread << this.tableBits) | (this.count + 1);
    this.count += 1;
    return this.count - 1;
  }

  /** Doubles the table. */
  grow(): void {
    this.tableBits += 1;
    const { tableBits, stride, blocks } = this;
    const slots = 2 ** tableBits;
    const size = Math.min(slots, 2 ** TABLE_SHIFT);
    this.tables = [];
    const tables = Array.from({ length: slots / size }, () => new Int32Array(size));
    const { count, factors } = this;
    const shift = 32 - tableBits;
    const width = factors.length;
    for (let first = 0; first < count; first += BLOCK_MASK + 1) {
      const block = blocks[first >>> BLOCK_SHIFT] as Int32Array;
      const end = Math.min(count, first + BLOCK_MASK + 1);
      for (let state = first, base = 0; state < end; state += 1, base += stride) {
        let hash = 0;
        for (let at = 0; at < width; at += 1)
          hash = (hash + Math.imul(block[base + at] as number, factors[at] as number)) | 0;
        const spread = Math.imul(hash ^ (hash >>> 15), SPREAD);
        let slot = spread >>> shift;
        while ((tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] !== 0)
          slot = slot + 1 === slots ? 0 : slot + 1;
        (tables[slot >>> TABLE_SHIFT] as Int32Array)[slot & TABLE_MASK] =
          (spread << tableBits) | (state + 1);
      }
    }
    this.tables = tables;
  }

  /** Reads the counts of one state. */
  read(state: number, marking: Int32Array): void {
    const block = this.blocks[state >>> BLOCK_SHIFT] as Int32Array;
    unpackMarking(this.packing, block, (state & BLOCK_MASK) * this.stride, marking);
  }

  /** The state from which `state` was first found; -1 for the initial one. */
  parent(state: number): number {
    const block = this.blocks[state >>> BLOCK_SHIFT] as Int32Array;
    return block[(state & BLOCK_MASK) * this.stride + this.packing.words] as number;
  }

  /** The same states under the same numbers, laid out anew. */
  repacked(packing: Packing): StateStore {
    const next = new StateStore(packing);
    const marking = new Int32Array(packing.word.length);
    const words = new Int32Array(packing.words);
    for (let state = 0; state < this.count; state += 1) {
      this.read(state, marking);
      packMarking(packing, marking, words);
      next.insert(words, this.parent(state));
    }
    return next;
  }
}
