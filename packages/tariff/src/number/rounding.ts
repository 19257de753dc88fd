import { z } from 'zod';
import { formatScaled } from './scaled-text.js';
import { fraction, type Fraction } from './fraction.js';

/**
 * Where a tie goes: to the even neighbour, up (towards plus infinity) or away from zero. `down` cuts
 * towards zero and never meets a tie.
 */
export const ROUNDING_MODES = ['half-even', 'half-up', 'half-away', 'down'] as const;
/** One of {@link ROUNDING_MODES}. */
export type RoundingMode = (typeof ROUNDING_MODES)[number];

/** The points of a bill at which money may be rounded. */
export const ROUNDING_POINTS = ['line', 'category', 'total'] as const;
/** One of {@link ROUNDING_POINTS}. */
export type RoundingPoint = (typeof ROUNDING_POINTS)[number];

const mode = z.enum(ROUNDING_MODES, { error: `one of ${ROUNDING_MODES.join(', ')}` });
const decimals = z
  .int({ error: 'a whole number of decimals, 0 to 12' })
  .min(0, { error: 'a whole number of decimals, 0 to 12' })
  .max(12, { error: 'a whole number of decimals, 0 to 12' });

/** How finely and in which direction ties a number is rounded. */
export const roundingStep = z.strictObject({ decimals, mode });
export type RoundingStep = z.infer<typeof roundingStep>;

/**
 * The named rounding points of a bill. Everything before a point is exact.
 * - `line`: the net of each line is rounded
 * - `category`: the nets of one VAT rate are summed exactly, then rounded
 * - `total`: everything is summed exactly, then rounded
 *
 * `vat` names the point at which VAT is rounded, never before the net's own point (default: the same
 * point). EN 16931 rounds lines and takes VAT per category: `{ point: line, vat: category }`.
 * `price` and `energy` round unit prices and billed kWh first, where a supplier does so.
 */
export const roundingSchema = z
  .strictObject({
    point: z.enum(ROUNDING_POINTS, { error: `one of ${ROUNDING_POINTS.join(', ')}` }),
    decimals,
    mode,
    vat: z.enum(ROUNDING_POINTS, { error: `one of ${ROUNDING_POINTS.join(', ')}` }).optional(),
    price: roundingStep.optional(),
    energy: roundingStep.optional(),
  })
  .superRefine((rounding, context) => {
    if (rounding.vat === undefined) return;
    if (ROUNDING_POINTS.indexOf(rounding.vat) >= ROUNDING_POINTS.indexOf(rounding.point)) return;
    context.addIssue({
      code: 'custom',
      path: ['vat'],
      message: `the point of the net (${rounding.point}) or a later one`,
    });
  });
export type Rounding = z.infer<typeof roundingSchema>;

/** Cents per line, ties away from zero: what statements use where a contract says nothing else. */
export const CENTS_PER_LINE: Rounding = { point: 'line', decimals: 2, mode: 'half-away' };

/** Rounds a fraction to a number of decimals. The result is exact in that many decimals. */
export function roundFraction(value: Fraction, step: RoundingStep): Fraction {
  const scale = 10n ** BigInt(step.decimals);
  return fraction(roundQuotient(value.numerator * scale, value.denominator, step.mode), scale);
}

/** The whole number that numerator / denominator (positive) rounds to. */
export function roundQuotient(numerator: bigint, denominator: bigint, how: RoundingMode): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const floor = size / denominator;
  const twice = 2n * (size % denominator);
  const up =
    how !== 'down' &&
    (twice > denominator || (twice === denominator && tieGrows(floor, negative, how)));
  const magnitude = floor + (up ? 1n : 0n);
  return negative ? -magnitude : magnitude;
}

/** Whether a tie moves away from zero. */
function tieGrows(floor: bigint, negative: boolean, how: RoundingMode): boolean {
  if (how === 'half-even') return floor % 2n === 1n;
  return how === 'half-away' || !negative;
}

/** Prints a fraction with exactly `decimals` decimals, rounded to them (default half-even). */
export function formatFraction(
  value: Fraction,
  decimals: number,
  how: RoundingMode = 'half-even',
): string {
  const scale = 10n ** BigInt(decimals);
  return formatScaled(roundQuotient(value.numerator * scale, value.denominator, how), decimals);
}
