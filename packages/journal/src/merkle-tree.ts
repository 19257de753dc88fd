import { toHex } from './byte-text.js';
import type { HashPort } from './hash-port.js';
import { JournalError } from './journal-error.js';

/** Prefixes of RFC 6962 section 2.1: a leaf can never be taken for a node. */
const LEAF = 0x00;
const NODE = 0x01;

/** SHA-256(0x00 ‖ data): the hash of one leaf (RFC 6962 section 2.1). */
export function leafHash(hash: HashPort, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = LEAF;
  bytes.set(data, 1);
  return hash.sha256(bytes);
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
  /** The same in hexadecimal: inner hashes stand in many proofs, and each is spelled once. */
  inclusionProofHex(index: number): readonly string[];
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
  const spelled = levels.map(({ length }) => new Array<string | undefined>(length));
  /** Calls with the height and position of each sibling. */
  const climb = (index: number, take: (height: number, at: number) => void): void => {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size)
      throw new JournalError(
        'bad-index',
        `leaf index ${index}, expected an integer from 0 below the tree's size ${size}`,
      );
    for (let height = 0, at = index; height < levels.length; height++, at = Math.floor(at / 2)) {
      const sibling = at % 2 === 0 ? at + 1 : at - 1;
      if (sibling < (levels[height]?.length ?? 0)) take(height, sibling);
    }
  };
  return {
    size,
    root: levels.at(-1)?.[0] ?? hash.sha256(new Uint8Array(0)),
    inclusionProof(index) {
      const proof: Uint8Array[] = [];
      climb(index, (height, at) => proof.push(levels[height]?.[at] as Uint8Array));
      return proof;
    },
    inclusionProofHex(index) {
      const proof: string[] = [];
      climb(index, (height, at) => {
        const texts = spelled[height] as (string | undefined)[];
        proof.push((texts[at] ??= toHex(levels[height]?.[at] as Uint8Array)));
      });
      return proof;
    },
  };
}

/** The Merkle tree hash over leaf HASHES (see `leafHash`); of none: SHA-256 of nothing. */
export function merkleRoot(hash: HashPort, leafHashes: readonly Uint8Array[]): Uint8Array {
  return merkleTree(hash, leafHashes).root;
}
