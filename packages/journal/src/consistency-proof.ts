import type { HashPort } from './hash-port.js';
import { JournalError } from './journal-error.js';
import { nodeHash, splitSize, subtreeRoot } from './merkle-tree.js';
import { sameBytes } from './same-bytes.js';

/** What is claimed: the older tree is a prefix of the newer one. */
export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** SUBPROOF of RFC 6962 section 2.1.2; `whole` = the subtree is a complete part of the old tree. */
function subproof(
  hash: HashPort,
  leaves: readonly Uint8Array[],
  start: number,
  end: number,
  oldEnd: number,
  whole: boolean,
): Uint8Array[] {
  if (oldEnd === end) return whole ? [] : [subtreeRoot(hash, leaves, start, end)];
  const middle = start + splitSize(end - start);
  return oldEnd <= middle
    ? [
        ...subproof(hash, leaves, start, middle, oldEnd, whole),
        subtreeRoot(hash, leaves, middle, end),
      ]
    : [
        ...subproof(hash, leaves, middle, end, oldEnd, false),
        subtreeRoot(hash, leaves, start, middle),
      ];
}

/**
 * Proves that the tree over the first `oldSize` leaves is a prefix of the tree over all (RFC 6962
 * section 2.1.2). Empty for `oldSize` 0 and for equal sizes. Throws `bad-index`.
 */
export function consistencyProof(
  hash: HashPort,
  leafHashes: readonly Uint8Array[],
  oldSize: number,
): Uint8Array[] {
  const size = leafHashes.length;
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > size)
    throw new JournalError('bad-index', `old tree size ${oldSize}, expected 0 to ${size}`);
  if (oldSize === 0 || oldSize === size) return [];
  return subproof(hash, leafHashes, 0, size, oldSize, true);
}

function isPowerOfTwo(size: number): boolean {
  let rest = size;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}

interface Walk {
  old: Uint8Array;
  whole: Uint8Array;
  at: number;
  last: number;
}

function halve(walk: Walk): void {
  walk.at = Math.floor(walk.at / 2);
  walk.last = Math.floor(walk.last / 2);
}

/** Whether a claim holds (algorithm of RFC 9162 section 2.1.4.2); false for any malformed claim. */
export function verifyConsistency(hash: HashPort, claim: ConsistencyClaim): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = claim;
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize)) return false;
  if (oldSize < 0 || oldSize > newSize) return false;
  if (oldSize === newSize) return proof.length === 0 && sameBytes(oldRoot, newRoot);
  if (oldSize === 0)
    return proof.length === 0 && sameBytes(oldRoot, hash.sha256(new Uint8Array(0)));
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  const walk: Walk = { old: first, whole: first, at: oldSize - 1, last: newSize - 1 };
  while (walk.at % 2 === 1) halve(walk);
  for (const sibling of rest) {
    if (walk.last === 0) return false;
    if (walk.at % 2 === 1 || walk.at === walk.last) {
      walk.old = nodeHash(hash, sibling, walk.old);
      walk.whole = nodeHash(hash, sibling, walk.whole);
      while (walk.at % 2 === 0 && walk.at !== 0) halve(walk);
    } else {
      walk.whole = nodeHash(hash, walk.whole, sibling);
    }
    halve(walk);
  }
  return walk.last === 0 && sameBytes(walk.old, oldRoot) && sameBytes(walk.whole, newRoot);
}
