import { z } from 'zod';
import { idField, instantField } from './fields.js';

/** How far a reading can be trusted; only `good` and `suspect` ones reach metering. */
export const readingQuality = z.enum(['good', 'stale', 'suspect', 'bad']);
export type ReadingQuality = z.infer<typeof readingQuality>;

/**
 * One point of one device at one instant. The value is in the point's own unit (W, V, A, %, Hz;
 * energy counters in whole mWh) and is absent where there is none: never zero in its stead.
 */
export const readingV1 = z.strictObject({
  kind: z.literal('reading'),
  version: z.literal(1),
  device: idField,
  point: idField,
  at: instantField,
  value: z.number().optional(),
  quality: readingQuality,
  cause: z.string().min(1).max(200).optional(),
});
export type ReadingV1 = z.infer<typeof readingV1>;
