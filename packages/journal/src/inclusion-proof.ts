import type { HashPort } from './hash-port.js';
import { merkleTree, nodeHash } from './merkle-tree.js';
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

/**
 * The audit path of one leaf (RFC 6962 section 2.1.1), leaf to root. Hashes the whole tree: for
 * many leaves of one tree use `merkleTree`. Throws `bad-index`.
 */
export function inclusionProof(
  hash: HashPort,
  leafHashes: readonly Uint8Array[],
  index: number,
): readonly Uint8Array[] {
  return merkleTree(hash, leafHashes).inclusionProof(index);
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
