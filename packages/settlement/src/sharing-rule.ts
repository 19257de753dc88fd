import type { SharingKey } from '@microgrid/community';
import { numeratorAt, parseRatio } from '@microgrid/units';
import type { Allocator } from '@microgrid/units';

/**
 * A sharing key ready to run: the policy slot that says how much of an interval's pool each
 * metering point may take.
 */
export interface SharingRule {
  readonly kind: SharingKey['type'];
  /**
   * Fills `shares` with each point's part of the pool, at most its claim, and returns their sum, at
   * most the pool. What the parts leave over stays surplus of the injecting points.
   * @param claims what each point could take, mWh.
   * @param totalClaims their exact sum.
   * @param pool energy on offer, mWh.
   */
  share(
    claims: Float64Array,
    totalClaims: number,
    pool: number,
    shares: Float64Array,
    allocator: Allocator,
  ): number;
}

/** min(pool, claims) in proportion to the claims: the rule where nobody notified another. */
const proportional: SharingRule = {
  kind: 'proportional',
  share(claims, totalClaims, pool, shares, allocator) {
    const shared = Math.min(totalClaims, pool);
    allocator.allocate(shared, claims, totalClaims, shares);
    return shared;
  },
};

/**
 * Each point's fixed part of the pool, at most its claim: a_i = min(c_i, k_i P). The parts are whole
 * mWh by largest remainder over the coefficients and the rest to 1, which comes last among ties.
 * A part its point cannot use is not offered to others.
 */
class FixedRule implements SharingRule {
  readonly kind = 'fixed';
  private readonly parts: Float64Array;
  private readonly sum: number;

  constructor(private readonly weights: Float64Array) {
    this.parts = new Float64Array(weights.length);
    this.sum = weights.reduce((total, weight) => total + weight, 0);
  }

  share(
    claims: Float64Array,
    _totalClaims: number,
    pool: number,
    shares: Float64Array,
    allocator: Allocator,
  ): number {
    const { parts } = this;
    allocator.allocate(pool, this.weights, this.sum, parts);
    let shared = 0;
    for (let index = 0; index < claims.length; index++) {
      const share = Math.min(claims[index] as number, parts[index] as number);
      shares[index] = share;
      shared += share;
    }
    return shared;
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** Coefficients as the smallest whole weights in the same proportion; the rest to 1 comes last. */
function fixedWeights(
  coefficients: Readonly<Record<string, string>>,
  points: readonly string[],
): Float64Array {
  const ratios = points.map((id) => parseRatio(coefficients[id] ?? '0'));
  const scale = Math.max(0, ...ratios.map((ratio) => ratio.scale));
  const numerators = ratios.map((ratio) => numeratorAt(ratio, scale));
  const rest = numerators.reduce((left, numerator) => left - numerator, 10n ** BigInt(scale));
  const weights = [...numerators, rest];
  const divisor = weights.reduce(greatestCommonDivisor, 0n);
  return Float64Array.from(weights, (weight) => Number(weight / divisor));
}

/** The rule a community's key stands for. @param points metering point ids in id order. */
export function sharingRule(key: SharingKey, points: readonly string[]): SharingRule {
  if (key.type === 'proportional') return proportional;
  return new FixedRule(fixedWeights(key.coefficients, points));
}
