import { z } from 'zod';
import { hashField, idField, instantField } from './fields.js';

/** Why an entry was not taken. */
export const receiptRejection = z.strictObject({
  seq: z.int().min(0),
  code: z.string().min(1).max(100),
  message: z.string().min(1).max(1000),
});
export type ReceiptRejection = z.infer<typeof receiptRejection>;

/**
 * The coordinator's word on a batch. Only `accepted` lets the gateway forget the entries: a broker's
 * acknowledgement says nothing about durability.
 */
export const receiptV1 = z.strictObject({
  kind: z.literal('receipt'),
  version: z.literal(1),
  coordinator: idField,
  gateway: idField,
  epoch: z.int().min(1),
  firstSeq: z.int().min(0),
  lastSeq: z.int().min(0),
  headHash: hashField,
  receivedAt: instantField,
  status: z.enum(['accepted', 'rejected']),
  rejections: z.array(receiptRejection).optional(),
});
export type ReceiptV1 = z.infer<typeof receiptV1>;
