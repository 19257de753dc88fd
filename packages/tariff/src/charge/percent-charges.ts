import { fraction, multiplyFractions, sumFractions } from '../number/fraction.js';
import type { Accrual } from './accrual.js';
import { chargeDirection, type Charge } from './charge.js';
import { fixedRate } from './fixed-rate.js';

/** Percent charges, each after those it is a percentage of. */
export function inOrderOfBase(charges: readonly Charge[]): Charge[] {
  const percents = charges.filter(({ per }) => per === 'percent');
  const order: Charge[] = [];
  const visit = (charge: Charge): void => {
    if (order.includes(charge)) return;
    for (const base of percents) if (charge.of?.includes(base.id) === true) visit(base);
    order.push(charge);
  };
  for (const charge of percents) visit(charge);
  return order;
}

/** The accruals a percentage in a segment is taken of. */
export function baseOf(charge: Charge, segment: number, accruals: readonly Accrual[]): Accrual[] {
  return accruals.filter(
    (accrual) => accrual.segment === segment && charge.of?.includes(accrual.charge.id) === true,
  );
}

/** What a percent charge comes to in a segment; undefined where nothing of its base is there. */
export function percentOf(
  charge: Charge,
  segment: number,
  accruals: readonly Accrual[],
): Accrual | undefined {
  const base = baseOf(charge, segment, accruals);
  if (base.length === 0) return undefined;
  // A percentage of earnings is of their size: what is earned counts as positive here.
  const quantity = sumFractions(
    base.map(({ charge: of, amount }) =>
      chargeDirection(of) === 'charge' ? amount : multiplyFractions(amount, fraction(-1)),
    ),
  );
  const sign = chargeDirection(charge) === 'charge' ? 1 : -1;
  const price = multiplyFractions(fixedRate(charge), fraction(1, 100));
  const amount = multiplyFractions(multiplyFractions(quantity, price), fraction(sign));
  return { charge, segment, quantity, price, amount };
}
