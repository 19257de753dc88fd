import { z } from 'zod';
import { canonicalBytes, hashField, idField, instantField } from '@microgrid/events';
import { fromBase64Url, toBase64Url, type SigningPort, type VerifyPort } from '@microgrid/journal';

/** Schema named by a signed tree head. */
export const TREE_HEAD_SCHEMA = 'microgrid/tree-head/1';

/** An ed25519 public key: `ed25519:` and 43 base64url characters. */
export const publicKeyField = z
  .string({ error: 'a public key as "ed25519:" and 43 base64url characters' })
  .regex(/^ed25519:[A-Za-z0-9_-]{43}$/, {
    error: 'a public key as "ed25519:" and 43 base64url characters',
  });

/** A signature of 64 bytes in base64url without padding. */
export const signatureField = z
  .string({ error: 'an ed25519 signature as 86 base64url characters' })
  .regex(/^[A-Za-z0-9_-]{86}$/, { error: 'an ed25519 signature as 86 base64url characters' });

const treeHeadFields = {
  schema: z.literal(TREE_HEAD_SCHEMA, { error: `"${TREE_HEAD_SCHEMA}"` }),
  community: idField,
  start: instantField,
  end: instantField,
  /** SHA-256 of the run's manifest, which names the hash of every input and output. */
  manifest: hashField,
  merkleRoot: hashField,
  leafCount: z.int({ error: 'a whole number from 1' }).min(1, { error: 'a whole number from 1' }),
};

/** What a settlement operator signs of a run: that it had this result and no other. */
export const treeHead = z.strictObject(treeHeadFields);
export type TreeHead = z.infer<typeof treeHead>;

/** A tree head with the operator's key and signature. */
export const signedTreeHead = z.strictObject({
  ...treeHeadFields,
  /** Who signs: no other role may. */
  role: z.literal('settlement-operator', { error: 'the role settlement-operator' }),
  publicKey: publicKeyField,
  /** ed25519 over {@link signedBytes}. */
  signature: signatureField,
});
export type SignedTreeHead = z.infer<typeof signedTreeHead>;

/** The bytes under a signature: canonical JSON of everything but the signature itself. */
export function signedBytes(value: object): Uint8Array {
  return canonicalBytes(
    Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'signature')),
  );
}

/** Signs a run's head; the same key and head give the same signature (RFC 8032). */
export async function signTreeHead(signing: SigningPort, head: TreeHead): Promise<SignedTreeHead> {
  const { publicKey } = signing;
  const body = { ...head, role: 'settlement-operator' as const, publicKey };
  return { ...body, signature: toBase64Url(await signing.sign(signedBytes(body))) };
}

/** Whether something with a public key and a signature was signed by that key. */
export async function isSigned(
  verifying: VerifyPort,
  signed: { readonly publicKey: string; readonly signature: string },
): Promise<boolean> {
  try {
    const signature = fromBase64Url(signed.signature);
    return await verifying.verify(signed.publicKey, signature, signedBytes(signed));
  } catch (error) {
    // A runtime that cannot check must not look like a wrong signature.
    if ((error as { name?: unknown } | undefined)?.name === 'NotSupportedError') throw error;
    return false;
  }
}
