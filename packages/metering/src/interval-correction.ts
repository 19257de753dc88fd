import { intervalV1, type IntervalV1 } from '@microgrid/events';
import { z } from 'zod';
import { withRevision } from './counter-intervals.js';
import { MeteringError } from './metering-error.js';

const text = z.string().trim().min(1).max(1000);

/**
 * A change of one interval by a person, as an event: what stood before stays, and the same person or
 * another can restore it by a further event.
 */
export const intervalCorrection = z.strictObject({
  schema: z.literal('microgrid/interval-correction/1'),
  /** Who answers for it. */
  author: text,
  /** Why. */
  reason: text,
  /** The newest revision, as the author saw it. */
  before: intervalV1,
  /** The next revision. */
  after: intervalV1,
  /** The revision whose content `after` brings back, where it is a restoration. */
  restores: z.int().min(1).optional(),
});
export type IntervalCorrection = z.infer<typeof intervalCorrection>;

/** What a correction puts in place. */
export interface CorrectedEnergies {
  readonly importMilliwattHours: number;
  readonly exportMilliwattHours: number;
}

function refuse(column: string, value: unknown, expected: string): never {
  throw new MeteringError('bad-option', { column, value: String(value), expected });
}

function checked(correction: unknown): IntervalCorrection {
  const result = intervalCorrection.safeParse(correction);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return refuse(
    issue?.path.join('.') ?? 'correction',
    'a correction',
    issue?.message ?? 'one that fits',
  );
}

/** A correction of the newest revision. @throws MeteringError `bad-option` naming the member. */
export function correctInterval(
  before: IntervalV1,
  energies: CorrectedEnergies,
  by: { readonly author: string; readonly reason: string },
): IntervalCorrection {
  const { causes: _causes, uncertaintyMilliwattHours: _uncertainty, ...rest } = before;
  const after = withRevision(
    { ...rest, ...energies, quality: 'corrected', causes: ['manual-correction'] },
    before.revision + 1,
  );
  return checked({ schema: 'microgrid/interval-correction/1', ...by, before, after });
}

/** Brings an earlier revision back, as the next one. @throws MeteringError `bad-option`. */
export function restoreInterval(
  before: IntervalV1,
  earlier: IntervalV1,
  by: { readonly author: string; readonly reason: string },
): IntervalCorrection {
  if (earlier.meteringPoint !== before.meteringPoint || earlier.start !== before.start) {
    refuse('earlier', earlier.id, `an earlier revision of ${before.id}`);
  }
  if (earlier.revision >= before.revision) {
    refuse('earlier', earlier.id, `a revision before ${before.revision}`);
  }
  const after = withRevision(earlier, before.revision + 1);
  const restores = earlier.revision;
  return checked({ schema: 'microgrid/interval-correction/1', ...by, before, after, restores });
}
