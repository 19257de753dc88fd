import { z } from 'zod';
import { idField, instantField, reasonField, sequenceField, validForField } from './fields.js';

/**
 * A set point for one control of one device. It lapses `validForMs` after receipt on the receiver's
 * monotonic clock, and a sequence not above the last accepted one is refused.
 */
export const commandV1 = z.strictObject({
  kind: z.literal('command'),
  version: z.literal(1),
  id: z.string().min(1).max(200),
  sequence: sequenceField,
  audience: idField,
  issuedAt: instantField,
  validForMs: validForField,
  device: idField,
  control: idField,
  value: z.union([z.number(), z.boolean()]),
  reason: reasonField,
});
export type CommandV1 = z.infer<typeof commandV1>;
