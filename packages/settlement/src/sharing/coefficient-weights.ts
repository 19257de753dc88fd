import { numeratorAt, parseRatio } from '@microgrid/units';
import { SettlementError } from '../settlement-error.js';

/** Coefficients as whole numbers in the same proportion, as small as they can be. */
export interface CoefficientWeights {
  /** One per position, then the rest to 1, which nobody gets. */
  readonly withRest: Float64Array;
  /** The same without the rest. */
  readonly weights: Float64Array;
  /** The sum with the rest; above 0. */
  readonly sum: number;
}

const SCALE = 12;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Whole weights of coefficients.
 * @param texts decimal texts, one per position.
 * @param renormalise whether the coefficients are divided by their sum; otherwise the rest to 1 is
 *   a weight of its own.
 * @throws SettlementError `bad-coefficients` when they add up to more than 1, or are to be
 *   renormalised and are all 0.
 */
export function coefficientWeights(
  texts: readonly string[],
  renormalise: boolean,
  what: string,
): CoefficientWeights {
  return weightsOf(
    texts.map((text) => numeratorAt(parseRatio(text), SCALE)),
    10n ** BigInt(SCALE),
    renormalise,
    what,
  );
}

/** {@link coefficientWeights} of numerators over a common denominator. */
export function weightsOf(
  numerators: readonly bigint[],
  one: bigint,
  renormalise: boolean,
  what: string,
): CoefficientWeights {
  const total = numerators.reduce((sum, numerator) => sum + numerator, 0n);
  if (renormalise ? total === 0n : total > one) {
    throw new SettlementError(
      'bad-coefficients',
      renormalise
        ? `${what}: all coefficients are 0, expected one above 0 to renormalise by`
        : `${what}: coefficients add up to ${Number(total) / Number(one)}, expected at most 1; lower them, or let the contract renormalise them`,
    );
  }
  const all = [...numerators, renormalise ? 0n : one - total];
  const divisor = all.reduce(greatestCommonDivisor, 0n);
  const withRest = Float64Array.from(all, (weight) => Number(weight / divisor));
  return {
    withRest,
    weights: withRest.subarray(0, numerators.length),
    sum: withRest.reduce((sum, weight) => sum + weight, 0),
  };
}

/** Coefficients that may be others in each interval of a period. */
export interface WeightSchedule {
  /** @throws SettlementError `bad-coefficients` where the contract has none for the interval. */
  at(interval: number): CoefficientWeights;
}

/** The same coefficients in every interval. */
export function constantSchedule(weights: CoefficientWeights): WeightSchedule {
  return { at: () => weights };
}
