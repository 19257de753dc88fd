import { canonicalBytes } from '@microgrid/events';
import { fromBase64Url, toBase64Url } from './byte-text.js';
import type { HashPort } from './hash-port.js';
import { entryHash, type JournalEntry } from './journal-entry.js';
import { JournalError } from './journal-error.js';
import type { SigningPort, VerifyPort } from './signing-port.js';

/** What a gateway signs about consecutive entries of one epoch. */
export interface BatchHead {
  readonly gateway: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** `previousHash` of the first entry. */
  readonly previousHash: string;
  /** `entryHash` of the last entry. */
  readonly headHash: string;
}

/** A batch head with its signature. */
export interface SignedBatch extends BatchHead {
  /** ed25519 over `batchBytes`, base64url without padding. */
  readonly signature: string;
}

/** The signed bytes: canonical JSON of the six members of the head. */
export function batchBytes(head: BatchHead): Uint8Array {
  const { gateway, epoch, firstSeq, lastSeq, previousHash, headHash } = head;
  return canonicalBytes({ gateway, epoch, firstSeq, lastSeq, previousHash, headHash });
}

/** The head of consecutive entries. Throws `bad-entry` for an empty or mixed list. */
export function batchHead(
  hash: HashPort,
  gateway: string,
  entries: readonly JournalEntry[],
): BatchHead {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined)
    throw new JournalError('bad-entry', 'a batch needs at least one entry');
  for (const [index, { epoch, seq }] of entries.entries())
    if (epoch !== first.epoch || seq !== first.seq + index)
      throw new JournalError(
        'bad-entry',
        `batch entry ${index} is epoch ${epoch} seq ${seq}, expected epoch ${first.epoch} seq ${first.seq + index}`,
      );
  return {
    gateway,
    epoch: first.epoch,
    firstSeq: first.seq,
    lastSeq: last.seq,
    previousHash: first.previousHash,
    headHash: entryHash(hash, last),
  };
}

/** Signs a head. */
export async function signBatch(signing: SigningPort, head: BatchHead): Promise<SignedBatch> {
  const signature = toBase64Url(await signing.sign(batchBytes(head)));
  const { gateway, epoch, firstSeq, lastSeq, previousHash, headHash } = head;
  return { gateway, epoch, firstSeq, lastSeq, previousHash, headHash, signature };
}

/**
 * Whether the signature over the head is by this key. It says nothing about entries: check with
 * `verifyChain` that they lead from `previousHash` to `headHash`.
 */
export async function verifyBatch(
  verifying: VerifyPort,
  publicKey: string,
  batch: SignedBatch,
): Promise<boolean> {
  let signature: Uint8Array;
  try {
    signature = fromBase64Url(batch.signature);
  } catch {
    return false;
  }
  return verifying.verify(publicKey, signature, batchBytes(batch));
}
