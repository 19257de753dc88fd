import { z } from 'zod';
import { canonicalBytes, hashField, idField } from '@microgrid/events';
import {
  consistencyProof,
  leafHash,
  merkleTree,
  toBase64Url,
  toHex,
  type HashPort,
  type SigningPort,
} from '@microgrid/journal';
import { InvoicingError } from '../invoicing-error.js';
import { publicKeyField, signatureField, signedBytes, type SignedTreeHead } from './tree-head.js';

/** Schema named by the head of a log of runs. */
export const RUN_LOG_SCHEMA = 'microgrid/run-log/1';

const sizeField = z.int({ error: 'a whole number from 1' }).min(1, {
  error: 'a whole number from 1',
});

/**
 * The head of a community's log of runs: a Merkle tree with one leaf per signed run, which only
 * grows. Two heads and a consistency proof show that no run was withdrawn or exchanged.
 */
export const runLogHead = z.strictObject({
  schema: z.literal(RUN_LOG_SCHEMA, { error: `"${RUN_LOG_SCHEMA}"` }),
  community: idField,
  size: sizeField,
  root: hashField,
  role: z.literal('settlement-operator', { error: 'the role settlement-operator' }),
  publicKey: publicKeyField,
  signature: signatureField,
});
export type RunLogHead = z.infer<typeof runLogHead>;

/** That a run stands in the log, and that an earlier head of the log still holds. */
export const runLogProof = z.strictObject({
  head: runLogHead,
  /** Position of this run in the log, from 0. */
  index: z.int().min(0),
  inclusion: z.array(hashField),
  /** From an earlier head to this one; absent when nobody asked for it. */
  since: z
    .strictObject({ size: sizeField, root: hashField, consistency: z.array(hashField) })
    .optional(),
});
export type RunLogProof = z.infer<typeof runLogProof>;

/** The leaf of a run: its signed head, signature included. */
export function runLogLeaf(hash: HashPort, head: SignedTreeHead): Uint8Array {
  return leafHash(hash, canonicalBytes(head));
}

/** Signs the head of a log. @throws InvoicingError `missing-data` for an empty log. */
export async function signRunLog(
  signing: SigningPort,
  hash: HashPort,
  runs: readonly SignedTreeHead[],
): Promise<RunLogHead> {
  const [first] = runs;
  if (first === undefined) {
    throw new InvoicingError('missing-data', 'log of runs: got none, expected at least one run');
  }
  const tree = merkleTree(
    hash,
    runs.map((head) => runLogLeaf(hash, head)),
  );
  const body = {
    schema: RUN_LOG_SCHEMA,
    community: first.community,
    size: tree.size,
    root: toHex(tree.root),
    role: 'settlement-operator',
    publicKey: signing.publicKey,
  } as const;
  return { ...body, signature: toBase64Url(await signing.sign(signedBytes(body))) };
}

/**
 * Proves that the run at `index` stands in the log and, with `sinceSize`, that the log's first
 * `sinceSize` runs are still the same.
 * @throws JournalError `bad-index`.
 */
export function proveRun(
  hash: HashPort,
  runs: readonly SignedTreeHead[],
  head: RunLogHead,
  index: number,
  sinceSize?: number,
): RunLogProof {
  const leaves = runs.slice(0, head.size).map((run) => runLogLeaf(hash, run));
  const inclusion = merkleTree(hash, leaves).inclusionProof(index).map(toHex);
  if (sinceSize === undefined) return { head, index, inclusion };
  const consistency = consistencyProof(hash, leaves, sinceSize).map(toHex);
  const root = toHex(merkleTree(hash, leaves.slice(0, sinceSize)).root);
  return { head, index, inclusion, since: { size: sinceSize, root, consistency } };
}
