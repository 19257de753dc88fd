import {
  fraction,
  multiplyFractions,
  ONE,
  parseFraction,
  subtractFractions,
  type Fraction,
} from '../number/fraction.js';
import type { Charge } from './charge.js';

/** The rate of a charge that has no tariff, its exemption taken off. */
export function fixedRate(charge: Charge): Fraction {
  // The schema lets only charges per kWh have a tariff.
  const rate = parseFraction(typeof charge.rate === 'string' ? charge.rate : '');
  const exemption = parseFraction(charge.exemptionPercent ?? '0');
  return multiplyFractions(
    rate,
    subtractFractions(ONE, multiplyFractions(exemption, fraction(1, 100))),
  );
}
