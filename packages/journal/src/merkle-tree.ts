import { hexDigits } from './byte-text.js';
import type { HashPort } from './hash-port.js';
import { JournalError } from './journal-error.js';

/** Prefixes of RFC 6962 section 2.1: a leaf can never be taken for a node. */
const LEAF = 0x00;
const NODE = 0x01;
const HASH_BYTES = 32;
const encoder = new TextEncoder();

/** SHA-256(0x00 ‖ data): the hash of one leaf (RFC 6962 section 2.1). */
export function leafHash(hash: HashPort, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = LEAF;
  bytes.set(data, 1);
  return hash.sha256(bytes);
}

/**
 * {@link leafHash} of the UTF-8 bytes of one text after the other: a run has one leaf per member and day,
 * and making room for each takes longer than hashing it.
 */
export function leafTextHasher(hash: HashPort): (text: string) => Uint8Array {
  let room = new Uint8Array(1024);
  let behindPrefix = room.subarray(1);
  return (text) => {
    // UTF-8 takes at most three bytes for a UTF-16 code unit.
    const most = 3 * text.length;
    if (behindPrefix.length < most) {
      room = new Uint8Array(1 + 2 * most);
      behindPrefix = room.subarray(1);
    }
    room[0] = LEAF;
    const { written } = encoder.encodeInto(text, behindPrefix);
    return hash.sha256(room.subarray(0, 1 + written));
  };
}

/** SHA-256(0x01 ‖ left ‖ right): the hash of an inner node (RFC 6962 section 2.1). */
export function nodeHash(hash: HashPort, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return hash.sha256(bytes);
}

/** The largest power of two below `size`, for sizes from 2. */
export function splitSize(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The hash of the subtree over leaf hashes `start` (included) to `end` (not included). */
export function subtreeRoot(
  hash: HashPort,
  leaves: readonly Uint8Array[],
  start: number,
  end: number,
): Uint8Array {
  const size = end - start;
  const leaf = leaves[start];
  if (size === 0 || leaf === undefined) return hash.sha256(new Uint8Array(0));
  if (size === 1) return leaf;
  const middle = start + splitSize(size);
  return nodeHash(
    hash,
    subtreeRoot(hash, leaves, start, middle),
    subtreeRoot(hash, leaves, middle, end),
  );
}

/** A tree with all its inner hashes: proofs cost log2(size) look-ups. */
export interface MerkleTree {
  readonly size: number;
  readonly root: Uint8Array;
  /** Sibling hashes from leaf to root (RFC 6962 section 2.1.1). Throws `bad-index`. */
  inclusionProof(index: number): readonly Uint8Array[];
  /**
   * Writes the same as JSON text in ASCII, an array of hexadecimal strings, from `at` on; `bytes` has room
   * for `inclusionProofJsonBytes`. Asked leaf after leaf into the same bytes it costs little.
   * @returns where it ends. Throws `bad-index`.
   */
  writeInclusionProofJson(index: number, bytes: Uint8Array, at: number): number;
  /** Most bytes of one such text. */
  readonly inclusionProofJsonBytes: number;
}

/** A level's hashes, one after the other. */
type Level = Uint8Array;

/** Pairs neighbours; an odd last one moves up as it is, which is what RFC 6962's split amounts to. */
function levelsOf(hash: HashPort, leafHashes: readonly Uint8Array[]): Level[] {
  const leaves = new Uint8Array(HASH_BYTES * leafHashes.length);
  for (let index = 0; index < leafHashes.length; index++) {
    const leaf = leafHashes[index] as Uint8Array;
    if (leaf.length !== HASH_BYTES)
      throw new JournalError(
        'bad-entry',
        `leaf hash ${index} has ${leaf.length} bytes, expected 32: give leafHash(hash, data), not the data`,
      );
    leaves.set(leaf, HASH_BYTES * index);
  }
  const levels = [leaves];
  const pair = new Uint8Array(1 + 2 * HASH_BYTES);
  pair[0] = NODE;
  for (let below = leaves; below.length > HASH_BYTES;) {
    const level = new Uint8Array(HASH_BYTES * Math.ceil(below.length / (2 * HASH_BYTES)));
    for (let at = 0; at < level.length; at += HASH_BYTES) {
      if (2 * at + HASH_BYTES === below.length) {
        copy(below, 2 * at, HASH_BYTES, level, at);
        continue;
      }
      copy(below, 2 * at, 2 * HASH_BYTES, pair, 1);
      level.set(hash.sha256(pair), at);
    }
    levels.push(level);
    below = level;
  }
  return levels;
}

/** For a few bytes: a view of them for `set` takes longer than copying them. */
function copy(from: Uint8Array, start: number, bytes: number, to: Uint8Array, at: number): void {
  for (let byte = 0; byte < bytes; byte++) to[at + byte] = from[start + byte] as number;
}

/** Siblings from this height up are written once for all leaves below. */
const SHARED_HEIGHT = 4;
const HEX_BYTES = 2 * HASH_BYTES;
/** With quotation marks and a comma. */
const SPELLED_BYTES = HEX_BYTES + 3;
const [QUOTE, COMMA, OPEN, CLOSE] = encoder.encode('",[]') as unknown as [
  number,
  number,
  number,
  number,
];

/** Writes the siblings of one leaf after the other as text. */
class ProofWriter {
  /** Hashes in hexadecimal, by height, as far as they were asked for. */
  private readonly spelled: (Uint8Array | undefined)[] = [];
  /** What a leaf has in common with its neighbours, and whose it is. */
  private readonly shared: Uint8Array<ArrayBuffer>;
  private sharedBy = -1;
  private sharedText = new Uint8Array(0);

  constructor(private readonly levels: readonly Level[]) {
    this.shared = new Uint8Array(levels.length * SPELLED_BYTES);
  }

  write(index: number, bytes: Uint8Array, at: number): number {
    bytes[at] = OPEN;
    const lower = Math.min(SHARED_HEIGHT, this.levels.length);
    let end = this.between(index, 0, lower, bytes, at + 1);
    const above = index >> SHARED_HEIGHT;
    if (above !== this.sharedBy) {
      const length = this.between(above, SHARED_HEIGHT, this.levels.length, this.shared, 0);
      this.sharedText = this.shared.subarray(0, length);
      this.sharedBy = above;
    }
    bytes.set(this.sharedText, end);
    end += this.sharedText.length;
    // A comma stands behind each.
    if (end > at + 1) end -= 1;
    bytes[end] = CLOSE;
    return end + 1;
  }

  private between(
    index: number,
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
  ): number {
    let end = start;
    for (let height = from, at = index; height < to; height++, at >>= 1) {
      const spelled = (this.spelled[height] ??= hexDigits(this.levels[height] as Level));
      const first = (at ^ 1) * HEX_BYTES;
      if (first >= spelled.length) continue;
      bytes[end] = QUOTE;
      copy(spelled, first, HEX_BYTES, bytes, end + 1);
      bytes[end + 1 + HEX_BYTES] = QUOTE;
      bytes[end + 2 + HEX_BYTES] = COMMA;
      end += SPELLED_BYTES;
    }
    return end;
  }
}

function siblingOf(levels: readonly Level[], height: number, at: number): Uint8Array | undefined {
  const first = HASH_BYTES * (at ^ 1);
  const level = levels[height] as Level;
  return first < level.length ? level.subarray(first, first + HASH_BYTES) : undefined;
}

/**
 * Builds the tree over leaf HASHES (see `leafHash`; up to 2^31) once, for the root and any number of
 * proofs.
 */
export function merkleTree(hash: HashPort, leafHashes: readonly Uint8Array[]): MerkleTree {
  const size = leafHashes.length;
  const levels = levelsOf(hash, leafHashes);
  const writer = new ProofWriter(levels);
  const check = (index: number): void => {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new JournalError(
        'bad-index',
        `leaf index ${index}, expected an integer from 0 below the tree's size ${size}`,
      );
  };
  return {
    size,
    root: size === 0 ? hash.sha256(new Uint8Array(0)) : (levels.at(-1) as Level),
    inclusionProof(index) {
      check(index);
      return levels.flatMap((_level, height) => {
        const sibling = siblingOf(levels, height, index >> height);
        return sibling === undefined ? [] : [sibling.slice()];
      });
    },
    inclusionProofJsonBytes: 2 + levels.length * SPELLED_BYTES,
    writeInclusionProofJson(index, bytes, at) {
      check(index);
      return writer.write(index, bytes, at);
    },
  };
}

/** The Merkle tree hash over leaf HASHES (see `leafHash`); of none: SHA-256 of nothing. */
export function merkleRoot(hash: HashPort, leafHashes: readonly Uint8Array[]): Uint8Array {
  return merkleTree(hash, leafHashes).root;
}
