import type { HashPort } from './hash-port.js';

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

/** The Merkle tree hash over leaf HASHES (see `leafHash`); of none: SHA-256 of nothing. */
export function merkleRoot(hash: HashPort, leafHashes: readonly Uint8Array[]): Uint8Array {
  return subtreeRoot(hash, leafHashes, 0, leafHashes.length);
}
