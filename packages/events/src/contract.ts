import { z } from 'zod';
import { hashField, idField, instantField, resolutionField } from './fields.js';

/**
 * The rules a settlement ran under: the community file in canonical form, by its hash. The terms
 * themselves are described by the community's own schema.
 */
export const contractV1 = z.strictObject({
  kind: z.literal('contract'),
  version: z.literal(1),
  id: z.string().min(1).max(200),
  community: idField,
  validFrom: instantField,
  validTo: instantField.optional(),
  resolution: resolutionField,
  termsHash: hashField,
  terms: z.record(z.string(), z.json()),
});
export type ContractV1 = z.infer<typeof contractV1>;
