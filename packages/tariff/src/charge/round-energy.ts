import {
  divideFractions,
  multiplyFractions,
  sumFractions,
  ZERO,
  type Fraction,
} from '../number/fraction.js';
import { roundFraction, type RoundingStep } from '../number/rounding.js';
import type { Accrual } from './accrual.js';

/**
 * Rounds the kWh of each line once and spreads the change over its segments in proportion. Lines
 * whose price changes from interval to interval have no one price for a rounded quantity, and keep it.
 * @param whole the accruals whose lines are rounded, where `accruals` are parts of them.
 */
export function roundEnergy(
  accruals: readonly Accrual[],
  step: RoundingStep,
  whole: readonly Accrual[] = accruals,
): Accrual[] {
  const totals = new Map<string, Fraction>();
  const keyOf = (accrual: Accrual): string | undefined => {
    const { charge, period, price } = accrual;
    if (charge.per !== 'kWh' || price === undefined) return undefined;
    return JSON.stringify([charge.id, period, String(price.numerator), String(price.denominator)]);
  };
  for (const accrual of whole) {
    const key = keyOf(accrual);
    if (key === undefined) continue;
    totals.set(key, sumFractions([totals.get(key) ?? ZERO, accrual.quantity]));
  }
  return accruals.map((accrual) => {
    const key = keyOf(accrual);
    const total = key === undefined ? undefined : totals.get(key);
    if (total === undefined || total.numerator === 0n) return accrual;
    const ratio = divideFractions(roundFraction(total, step), total);
    return {
      ...accrual,
      quantity: multiplyFractions(accrual.quantity, ratio),
      amount: multiplyFractions(accrual.amount, ratio),
    };
  });
}
