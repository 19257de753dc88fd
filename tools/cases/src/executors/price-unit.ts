import { fraction, multiplyFractions, type Fraction } from '@microgrid/tariff';
import { numberOf } from '../decimal.js';
import type { Json } from '../json.js';

/** What a rate is per, and currency units per kWh (or kVA-day, day, month) of one of it. */
export interface PriceUnit {
  readonly per: 'kWh' | 'kVA-day' | 'day' | 'month' | undefined;
  readonly factor: Fraction;
}

/** The letters and digits of a name. */
export const letters = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const CENTS = /(?:^|_)(?:ct|cents?)(?:_|$)|cents?(?=Per|$)/;
const ENDINGS: readonly [RegExp, PriceUnit['per']][] = [
  [/kva_?(?:per_?)?day$/i, 'kVA-day'],
  [/[kM]Wh$/i, 'kWh'],
  [/(?:per|_)_?day$|daily$/i, 'day'],
  [/(?:per|_)_?month$|monthly$/i, 'month'],
];

/** The unit that a name such as `energy_ct_per_kWh` or `adder_eur_MWh` ends in. */
export function priceUnit(name: string): PriceUnit {
  const per = ENDINGS.find(([ending]) => ending.test(name))?.[1];
  const perMegawattHour = /(?:[_r]|^)mwh$/i.test(name) && !/(?:^|_)kwh$/i.test(name);
  const cents = CENTS.test(name) ? 100 : 1;
  return { per, factor: fraction(1, cents * (perMegawattHour ? 1000 : 1)) };
}

/** A name without its unit: `adder` of `adder_eur_per_MWh`. */
export function withoutPriceUnit(name: string): string {
  const bare = name
    .replace(/_?(?:per_?)?(?:[kM]Wh|kVA_?(?:per_?)?day|day|month)$/i, '')
    .replace(/_?(?:eur|€|ct|cents?)$/i, '')
    .replace(/_?(?:eur|€|ct|cents?)_?per$/i, '');
  return letters(bare);
}

/** A rate in currency units. @throws NotUnderstood for what is no number. */
export function rateOf(name: string, value: Json | undefined): Fraction {
  return multiplyFractions(numberOf(value, name), priceUnit(name).factor);
}
