import type { TipTariff } from '../market-tariff.js';
import { TariffError } from '../tariff-error.js';
import {
  addFractions,
  compareFractions,
  fraction,
  multiplyFractions,
  ONE,
  parseFraction,
  subtractFractions,
  ZERO,
  type Fraction,
} from '../number/fraction.js';

/** A power class of the Italian premium tariff, EUR/MWh. */
export interface TipClass {
  /** Greatest nominal power of the class, kW; the last has no bound here. */
  readonly upToKilowatts: number;
  readonly base: number;
  readonly cap: number;
}

/** Base and cap by power class (DM 7 December 2023 no. 414, annex 1). */
export const TIP_CLASSES: readonly TipClass[] = [
  { upToKilowatts: 200, base: 80, cap: 120 },
  { upToKilowatts: 600, base: 70, cap: 110 },
  { upToKilowatts: Infinity, base: 60, cap: 100 },
];

/** Correction of photovoltaic plants by region, EUR/MWh; it comes on top of the cap. */
export const TIP_CORRECTION = { south: 0, centre: 4, north: 10 } as const;

/** Zonal price above which the premium is its base alone, EUR/MWh. */
const REFERENCE = fraction(180);

/** What of a tariff the premium depends on beside the zonal price. */
export type TipPlant = Pick<
  TipTariff,
  'powerKilowatts' | 'region' | 'photovoltaic' | 'reductionPercent'
>;

/**
 * The Italian premium tariff of one hour, EUR/MWh:
 * (min(cap; base + max(0; 180 - zonal price)) + correction) x (1 - reduction).
 * @param zonalPrice EUR/MWh, a fraction or decimal text; it may be negative.
 * @throws TariffError `bad-number` for a power or price that is neither, and for an unknown region.
 */
export function tipPremium(plant: TipPlant, zonalPrice: Fraction | string): Fraction {
  const power = parseFraction(plant.powerKilowatts);
  const powerClass = TIP_CLASSES.find(
    ({ upToKilowatts }) =>
      upToKilowatts === Infinity || compareFractions(power, fraction(upToKilowatts)) <= 0,
  ) as TipClass;
  const room = subtractFractions(
    REFERENCE,
    isFraction(zonalPrice) ? zonalPrice : parseFraction(zonalPrice),
  );
  const variable = compareFractions(room, ZERO) > 0 ? room : ZERO;
  const uncapped = addFractions(fraction(powerClass.base), variable);
  const cap = fraction(powerClass.cap);
  const capped = compareFractions(uncapped, cap) > 0 ? cap : uncapped;
  const correction = plant.photovoltaic ? correctionOf(plant.region) : ZERO;
  const reduction = multiplyFractions(
    parseFraction(plant.reductionPercent ?? '0'),
    fraction(1, 100),
  );
  return multiplyFractions(addFractions(capped, correction), subtractFractions(ONE, reduction));
}

function isFraction(value: Fraction | string): value is Fraction {
  return typeof value === 'object' && typeof value.numerator === 'bigint';
}

/** The region may come from a program that no compiler has checked. */
function correctionOf(region: string): Fraction {
  const found = Object.entries(TIP_CORRECTION).find(([name]) => name === region);
  if (found !== undefined) return fraction(found[1]);
  const known = Object.keys(TIP_CORRECTION).join(', ');
  throw new TariffError('bad-number', `region: got ${region}, expected one of ${known}`);
}
