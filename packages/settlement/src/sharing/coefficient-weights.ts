import type { CoefficientSum } from '@microgrid/community';
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

/**
 * Whole weights of coefficients.
 * @param texts decimal texts, one per position.
 * @param sum `renormalise` divides them by their sum; otherwise the rest to 1 is a weight of its own.
 * @throws SettlementError `bad-coefficients` when they do not add up to what `sum` asks for.
 */
export function coefficientWeights(
  texts: readonly string[],
  sum: CoefficientSum,
  what: string,
): CoefficientWeights {
  const numerators = Float64Array.from(texts, (text) =>
    Number(numeratorAt(parseRatio(text), SCALE)),
  );
  return numberWeights(numerators, 10 ** SCALE, sum, what);
}

/** {@link coefficientWeights} of numerators over a common denominator of at most 10^12. */
export function numberWeights(
  numerators: Float64Array,
  one: number,
  sum: CoefficientSum,
  what: string,
): CoefficientWeights {
  let total = 0;
  for (let index = 0; index < numerators.length; index++) total += numerators[index] as number;
  // A total that is no safe integer is far above 1: only what is divided by its sum may have it.
  const rest = sum === 'renormalise' ? 0 : one - total;
  checkTotal(total, rest, one, sum, what);
  let divisor = rest;
  for (let index = 0; index < numerators.length && divisor !== 1; index++) {
    divisor = greatestCommonDivisor(numerators[index] as number, divisor);
  }
  const withRest = new Float64Array(numerators.length + 1);
  for (let index = 0; index < numerators.length; index++) {
    withRest[index] = (numerators[index] as number) / divisor;
  }
  withRest[numerators.length] = rest / divisor;
  return {
    withRest,
    weights: withRest.subarray(0, numerators.length),
    sum: weightSum(withRest, what),
  };
}

function weightSum(weights: Float64Array, what: string): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) sum += weights[index] as number;
  if (sum <= Number.MAX_SAFE_INTEGER) return sum;
  throw new SettlementError(
    'bad-coefficients',
    `${what}: ${weights.length - 1} coefficients to renormalise have too many digits together, expected fewer decimals or fewer points`,
  );
}

function checkTotal(
  total: number,
  rest: number,
  one: number,
  sum: CoefficientSum,
  what: string,
): void {
  if (sum === 'renormalise' && total > 0) return;
  if (sum === 'at-most-1' && rest >= 0) return;
  if (sum === 'exactly-1' && rest === 0) return;
  const expected = {
    renormalise: 'one above 0 to renormalise by',
    'at-most-1': 'at most 1; lower them, or let the contract renormalise them',
    'exactly-1': 'exactly 1',
  };
  throw new SettlementError(
    'bad-coefficients',
    `${what}: coefficients add up to ${total / one}, expected ${expected[sum]}`,
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
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
