/**
 * Why nothing was settled:
 * - `bad-period`: the period is no whole number of intervals, or asked-for time lies outside it
 * - `bad-grid`: the grid's points, span or lengths are not those of the contract
 * - `missing-interval`: a member's interval has no energy; it is never taken as zero
 * - `bad-value`: an energy is no whole number of mWh from 0 to 2^53 - 1
 * - `out-of-range`: an interval's total is beyond 2^53 - 1 mWh
 * - `bad-parameter`: a parameter of the net is no whole number from 0
 * - `unknown-point`, `unknown-member`: a name the community does not have
 * - `bad-key`: a sharing key stands where it has no meaning
 * - `bad-coefficients`: coefficients add up to too much, or there are none for an interval
 * - `bad-allocation`: an allocation given afterwards is above a claim or the pool
 * - `no-plant-data`: a plant lacks what the contract attributes shared energy by
 * - `not-evaluable`: a rule lacks the facts it needs, and the contract stops then
 * - `no-contract`: no version of the contract is known
 * - `conflicting-inputs`: one instant brought two different versions of the same thing
 * - `run-not-allowed`: the contract has no such kind of run, or not on these data
 * - `incomplete`: a run rests on less measured data than its kind asks for
 * - `not-conserved`: energy or money does not add up; a fault of this package, reported instead of a wrong result
 */
export type SettlementErrorCode =
  | 'bad-period'
  | 'bad-grid'
  | 'missing-interval'
  | 'bad-value'
  | 'out-of-range'
  | 'bad-parameter'
  | 'unknown-point'
  | 'unknown-member'
  | 'bad-key'
  | 'bad-coefficients'
  | 'bad-allocation'
  | 'no-plant-data'
  | 'not-evaluable'
  | 'no-contract'
  | 'conflicting-inputs'
  | 'run-not-allowed'
  | 'incomplete'
  | 'not-conserved';

/** The one error of this package: the message names the point, the interval, the value and what was expected. */
export class SettlementError extends Error {
  override readonly name = 'SettlementError';

  constructor(
    readonly code: SettlementErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link SettlementError}. */
export function isSettlementError(error: unknown): error is SettlementError {
  return error instanceof SettlementError;
}
