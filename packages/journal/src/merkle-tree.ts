import type { HashPort } from './hash-port.js';
import { JournalError } from './journal-error.js';

/** Prefixes of RFC 6962 section 2.1: a leaf can never be taken for a node. */
const LEAF = 0x00;
const NODE = 0x01;

function prefixed(prefix: number, parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + parts.reduce((length, part) => length + part.length, 0));
  bytes[0] = prefix;
  let at = 1;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** SHA-256(0x00 ‖ data): the hash of one leaf (RFC 6962 section 2.1). */
export function leafHash(hash: HashPort, data: Uint8Array): Uint8Array {
  return hash.sha256(prefixed(LEAF, [data]));
}

/** SHA-256(0x01 ‖ left ‖ right): the hash of an inner node (RFC 6962 section 2.1). */
export function nodeHash(hash: HashPort, left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash.sha256(prefixed(NODE, [left, right]));
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
}

/** Pairs neighbours; an odd last one moves up as it is, which is what RFC 6962's split amounts to. */
function levelsOf(hash: HashPort, leafHashes: readonly Uint8Array[]): readonly Uint8Array[][] {
  const levels: Uint8Array[][] = [[...leafHashes]];
  for (let below = levels[0] ?? []; below.length > 1;) {
    const level: Uint8Array[] = [];
    for (let at = 0; at < below.length; at += 2) {
      const [left, right] = [below[at], below[at + 1]];
      if (left !== undefined) level.push(right === undefined ? left : nodeHash(hash, left, right));
    }
    levels.push(level);
    below = level;
  }
  return levels;
}

/** Builds the tree over leaf HASHES (see `leafHash`) once, for the root and any number of proofs. */
export function merkleTree(hash: HashPort, leafHashes: readonly Uint8Array[]): MerkleTree {
  const size = leafHashes.length;
  const levels = levelsOf(hash, leafHashes);
  return {
    size,
    root: levels.at(-1)?.[0] ?? hash.sha256(new Uint8Array(0)),
    inclusionProof(index) {
      if (!Number.isSafeInteger(index) || index < 0 || index >= size)
        throw new JournalError(
          'bad-index',
          `leaf index ${index}, expected an integer from 0 below the tree's size ${size}`,
        );
      return levels.flatMap((level, height) => {
        const at = Math.floor(index / 2 ** height);
        return level[at % 2 === 0 ? at + 1 : at - 1] ?? [];
      });
    },
  };
}

/** The Merkle tree hash over leaf HASHES (see `leafHash`); of none: SHA-256 of nothing. */
export function merkleRoot(hash: HashPort, leafHashes: readonly Uint8Array[]): Uint8Array {
  return merkleTree(hash, leafHashes).root;
}
