import { z } from 'zod';

/** Milliseconds an interval may end after now, for clocks that differ a little. */
const tolerance = z.int().min(0);

/**
 * A named rule as data, so that a set of rules can be versioned and hashed:
 * `negative` (an energy below 0), `aboveLimit` (mean power above fuse or nameplate), `future`
 * (ends after now), `overlap` and `order` and `gap` (against the interval before, of the same point).
 */
export const validationRule = z.discriminatedUnion('rule', [
  z.strictObject({ rule: z.literal('negative') }),
  z.strictObject({
    rule: z.literal('aboveLimit'),
    maximumImportWatts: z.number().min(0).optional(),
    maximumExportWatts: z.number().min(0).optional(),
  }),
  z.strictObject({ rule: z.literal('future'), toleranceMs: tolerance }),
  z.strictObject({ rule: z.literal('overlap') }),
  z.strictObject({ rule: z.literal('order') }),
  z.strictObject({ rule: z.literal('gap') }),
]);
export type ValidationRule = z.infer<typeof validationRule>;

/** A finding of `error` severity makes the interval unusable; a `warning` lowers its quality at most. */
export type FindingSeverity = 'error' | 'warning';

/** What a rule found. */
export interface Finding {
  readonly rule: ValidationRule['rule'];
  readonly severity: FindingSeverity;
  readonly meteringPoint: string;
  /** Start of the interval, or of the gap. */
  readonly start: string;
  /** End of the interval, or of the gap. */
  readonly end: string;
  /** Value found and what was expected. */
  readonly message: string;
}
