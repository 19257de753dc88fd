import { z } from 'zod';
import { decimalText, isDecimal, nameText, percentText, positiveText } from './decimal-fields.js';
import { compareFractions, parseFraction } from './number/fraction.js';

/** The market time units a price may be asked at. */
const resolution = z
  .enum(['PT60M', 'PT15M'], { error: 'PT60M or PT15M' })
  .meta({ description: 'Market time unit: the hour or the quarter-hour' });

/** Whether both are decimals and the first is the greater. */
function isAbove(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined || !isDecimal(a) || !isDecimal(b)) return false;
  return compareFractions(parseFraction(a), parseFraction(b)) > 0;
}

/**
 * A price that follows a day-ahead market: market price x factor + adder, then floor and cap.
 * At `PT60M` the price of an hour with four quarter-hour prices is their exact mean; at `PT15M` a
 * quarter-hour of an hourly market has its hour's price.
 */
export const dayAheadTariff = z
  .strictObject({
    type: z.literal('dayAhead'),
    /** Name of the series the caller gives. */
    series: nameText,
    factor: decimalText,
    adder: decimalText.meta({ description: 'Currency per kWh, added after the factor' }),
    resolution,
    /** Least and greatest price per kWh, of the result; absent: none, so prices may be negative. */
    floor: decimalText.optional(),
    cap: decimalText.optional(),
  })
  .refine(({ floor, cap }) => !isAbove(floor, cap), {
    path: ['cap'],
    error: 'a cap not below the floor',
  });
/** See {@link dayAheadTariff}. */
export type DayAheadTariff = z.infer<typeof dayAheadTariff>;

/** The parts of Italy that differ in the correction for photovoltaics. */
export const TIP_REGIONS = ['south', 'centre', 'north'] as const;
/** One of {@link TIP_REGIONS}. */
export type TipRegion = (typeof TIP_REGIONS)[number];

/**
 * Italy's premium tariff on shared energy (tariffa incentivante premio, DM 414/2023): base by power
 * class + max(0; 180 - zonal price), at most the cap of the class, plus the correction of the region
 * for photovoltaics, in EUR/MWh. A grant towards the investment reduces it by a percentage.
 */
export const tipTariff = z.strictObject({
  type: z.literal('tip'),
  /** Name of the series of zonal prices. */
  series: nameText,
  powerKilowatts: positiveText.meta({ description: 'Nominal power of the plant' }),
  region: z.enum(TIP_REGIONS, { error: `one of ${TIP_REGIONS.join(', ')}` }),
  photovoltaic: z
    .boolean()
    .meta({ description: 'Whether the plant is photovoltaic: only then does the region matter' }),
  /** Reduction for an investment grant, at most 50. Default 0. */
  reductionPercent: percentText
    .refine((text) => Number(text) <= 50, { error: 'at most 50 percent' })
    .optional(),
});
/** See {@link tipTariff}. */
export type TipTariff = z.infer<typeof tipTariff>;
