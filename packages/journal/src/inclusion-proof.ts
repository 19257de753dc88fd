import type { HashPort } from './hash-port.js';
import { JournalError } from './journal-error.js';
import { nodeHash, splitSize, subtreeRoot } from './merkle-tree.js';
import { sameBytes } from './same-bytes.js';

/** What is claimed: this leaf lies at this index of the tree with this size and root. */
export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  /** From 0. */
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  /** Sibling hashes from the leaf to the root. */
  readonly proof: readonly Uint8Array[];
}

function path(
  hash: HashPort,
  leaves: readonly Uint8Array[],
  start: number,
  end: number,
  index: number,
): Uint8Array[] {
  if (end - start <= 1) return [];
  const middle = start + splitSize(end - start);
  return index < middle
    ? [...path(hash, leaves, start, middle, index), subtreeRoot(hash, leaves, middle, end)]
    : [...path(hash, leaves, middle, end, index), subtreeRoot(hash, leaves, start, middle)];
}

/** The audit path of a leaf (RFC 6962 section 2.1.1), leaf to root. Throws `bad-index`. */
export function inclusionProof(
  hash: HashPort,
  leafHashes: readonly Uint8Array[],
  index: number,
): Uint8Array[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leafHashes.length)
    throw new JournalError(
      'bad-index',
      `leaf index ${index}, expected 0 to ${leafHashes.length - 1} in a tree of ${leafHashes.length}`,
    );
  return path(hash, leafHashes, 0, leafHashes.length, index);
}

/** Whether a claim holds (algorithm of RFC 9162 section 2.1.3.2); false for any malformed claim. */
export function verifyInclusion(hash: HashPort, claim: InclusionClaim): boolean {
  const { index, size, proof, root } = claim;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size)) return false;
  if (index < 0 || index >= size) return false;
  let node = claim.leafHash;
  let at = index;
  let last = size - 1;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(hash, sibling, node);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      node = nodeHash(hash, node, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameBytes(node, root);
}
