import { z } from 'zod';

const RUN_KIND = /^(?:preliminary|initial|R[1-9]\d?|final|dispute)$/;

/**
 * What a run is for: `preliminary` tells members where they stand and posts nothing that is final,
 * `initial` is the first one that is billed, `R1`, `R2` … settle the period again with what came later,
 * `final` closes it, `dispute` opens a closed one again.
 */
export const runKind = z.custom<RunKind>(
  (value) => typeof value === 'string' && RUN_KIND.test(value),
  { error: 'preliminary, initial, R1 to R99, final or dispute' },
);

/** A run's kind. */
export type RunKind = 'preliminary' | 'initial' | `R${number}` | 'final' | 'dispute';

const AFTER_CORRECTIONS = 100;

/** Where a kind stands among the runs of a period: preliminary first, dispute last. */
export function runKindOrder(kind: RunKind): number {
  switch (kind) {
    case 'preliminary':
      return -1;
    case 'initial':
      return 0;
    case 'final':
      return AFTER_CORRECTIONS;
    case 'dispute':
      return AFTER_CORRECTIONS + 1;
    default:
      return Number(kind.slice(1));
  }
}
