import { z } from 'zod';
import {
  canonicalBytes,
  hashField,
  idField,
  limitV1,
  receiptV1,
  tariffSignalV1,
} from '@microgrid/events';

/** The most bytes of any message of this protocol. */
export const MAX_MESSAGE_BYTES = 65_536;

/** `ed25519:` and the raw 32 bytes in base64url without padding. */
const publicKeyField = z
  .string()
  .regex(/^ed25519:[A-Za-z0-9_-]{43}$/, { error: 'ed25519: and 43 characters of base64url' });

/** 64 bytes in base64url without padding. */
const signatureField = z
  .string()
  .regex(/^[A-Za-z0-9_-]{86}$/, { error: '86 characters of base64url' });

const epochField = z.int().min(1);
const seqField = z.int().min(0);

/** One journal entry, exactly the members that are hashed. */
const entry = z.strictObject({
  epoch: epochField,
  seq: seqField,
  previousHash: hashField,
  kind: z.string().min(1).max(100),
  id: z.string().min(1).max(200),
  payloadHash: hashField,
});

/** An entry with its payload and the salt that hides it; both are absent once it was erased. */
const record = z
  .strictObject({ entry, salt: hashField.optional(), payload: z.json().optional() })
  .refine(({ salt, payload }) => (salt === undefined) === (payload === undefined), {
    path: ['salt'],
    error: 'a salt exactly when there is a payload',
  });

/** Topic `…/events`: consecutive journal entries of one epoch under one signature. */
export const eventsEnvelope = z.strictObject({
  version: z.literal(1),
  gateway: idField,
  publicKey: publicKeyField,
  epoch: epochField,
  firstSeq: seqField,
  lastSeq: seqField,
  /** `previousHash` of the first entry. */
  previousHash: hashField,
  /** Hash of the last entry. */
  headHash: hashField,
  /** Over the canonical JSON of gateway, epoch, firstSeq, lastSeq, previousHash and headHash. */
  signature: signatureField,
  records: z.array(record).min(1),
});
/** See {@link eventsEnvelope}. */
export type EventsEnvelope = z.infer<typeof eventsEnvelope>;

/** Topic `…/receipts`: the coordinator's word on one batch, signed over the envelope without `signature`. */
export const receiptEnvelope = z.strictObject({
  version: z.literal(1),
  publicKey: publicKeyField,
  receipt: receiptV1,
  signature: signatureField,
});
/** See {@link receiptEnvelope}. */
export type ReceiptEnvelope = z.infer<typeof receiptEnvelope>;

/** Topic `…/signals`: a price or limit signal, signed over the envelope without `signature`. */
export const signalEnvelope = z.strictObject({
  version: z.literal(1),
  publicKey: publicKeyField,
  coordinator: idField,
  signal: z.discriminatedUnion('kind', [tariffSignalV1, limitV1]),
  signature: signatureField,
});
/** See {@link signalEnvelope}. */
export type SignalEnvelope = z.infer<typeof signalEnvelope>;

/** The bytes that a receipt's or signal's signature covers: its canonical JSON without `signature`. */
export function signedBytes(
  envelope: Omit<ReceiptEnvelope | SignalEnvelope, 'signature'>,
): Uint8Array {
  const { signature: _, ...unsigned } = envelope as ReceiptEnvelope | SignalEnvelope;
  return canonicalBytes(unsigned);
}
