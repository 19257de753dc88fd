import type { Allocator } from '@microgrid/units';

/**
 * A sharing key, or a part of one, ready to run on columns. Its positions are its own points in id
 * order: all of the community's, or those of a group. Energies are whole mWh.
 */
export interface KeyNode {
  /**
   * Fills `shares` with what each point gets of a pool, at most its claim, and returns their sum.
   * @param interval position in the period, for coefficients that change.
   * @param total the exact sum of the claims.
   * @param pool energy to be shared, from 0; the shares add up to at most this.
   * @param parts when given, filled with what of the pool was meant for each point, at least its
   *   share; these add up to at most the pool too.
   */
  share(
    interval: number,
    claims: Float64Array,
    total: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number;
  /** Sets 1 at each point that could take something of an endless pool; leaves the others alone. */
  reach(interval: number, mask: Uint8Array): void;
}

/** What the nodes of a key have in common while it is made. */
export interface NodeContext {
  /** For as many weights as the community has points, and one. */
  readonly allocator: Allocator;
  /**
   * Whether parts that cannot be used go to others of the same key. If so, a node gives out all of a
   * pool that its claims can take.
   */
  readonly reoffers: boolean;
  /**
   * Whether claims and pool of the interval are cut to limits in kVA: what was given afterwards may
   * then be more and is cut too.
   */
  readonly limits: { cut: boolean };
}

/** The sum of a column whose total is known to be a safe integer. */
export function sumOf(column: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < column.length; index++) sum += column[index] as number;
  return sum;
}
