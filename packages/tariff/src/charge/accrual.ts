import type { Fraction } from '../number/fraction.js';
import type { Charge } from './charge.js';

/** What one charge comes to in one segment at one price, exactly. */
export interface Accrual {
  readonly charge: Charge;
  /** Position of the segment. */
  readonly segment: number;
  /** Name of the price period. */
  readonly period?: string;
  readonly quantity: Fraction;
  /** Currency per unit; absent where it changes from interval to interval. */
  readonly price?: Fraction;
  /** Exact, positive when the member pays. */
  readonly amount: Fraction;
}

/** Amounts of energy at one price, before they belong to a charge. */
export interface PricedEnergy {
  readonly period?: string;
  readonly kilowattHours: Fraction;
  readonly price?: Fraction;
  /** kilowattHours x price, summed; not negative unless prices are. */
  readonly cost: Fraction;
}
