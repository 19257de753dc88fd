import { z } from 'zod';
import { CHARGE_BASES, OUTFLOWS } from './charge-base.js';
import { checkCharges } from './check-charges.js';
import { dateText, decimalText, nameText, percentText } from '../decimal-fields.js';
import { tariffSchema } from '../tariff.js';

/** What one unit of a charge is. */
export const CHARGE_UNITS = ['kWh', 'kVA-day', 'day', 'month', 'percent'] as const;
/** One of {@link CHARGE_UNITS}. */
export type ChargeUnit = (typeof CHARGE_UNITS)[number];

/** A charge's rate: a decimal in currency per unit (percent: of 100), or per kWh also a tariff. */
export const chargeRate = z.union([decimalText, tariffSchema]);
export type ChargeRate = z.infer<typeof chargeRate>;

/**
 * One component of a price stack.
 *
 * Several entries of one `id` are its versions in time; their validities follow each other without gap
 * or overlap, and only `rate` and `exemptionPercent` may differ. Energy is priced at its own time.
 * A charge with `points` is levied on these metering points alone.
 */
export const chargeSchema = z.strictObject({
  id: nameText,
  on: z.enum(CHARGE_BASES, { error: `one of ${CHARGE_BASES.join(', ')}` }),
  per: z.enum(CHARGE_UNITS, { error: `one of ${CHARGE_UNITS.join(', ')}` }),
  rate: chargeRate,
  of: z
    .array(nameText)
    .min(1)
    .optional()
    .meta({ description: 'Of percent charges: ids of the charges whose amounts are the base' }),
  points: z
    .array(nameText)
    .min(1, { error: 'at least one point; leave the field out for all points' })
    .optional()
    .meta({
      description: 'Ids of the metering points it is levied on; absent: all of them',
    }),
  direction: z.enum(['charge', 'credit'], { error: 'charge or credit' }).optional().meta({
    description:
      'charge: paid by the member; credit: paid to the member. Default: what flows out (export, surplus, sharedOut) earns when per kWh, everything else costs',
  }),
  exemptionPercent: percentText.optional().meta({
    description: 'Reduces the rate by this percentage; of an access tariff only its CIEG part',
  }),
  validFrom: dateText
    .optional()
    .meta({ description: 'First local day of this version; absent: from the beginning' }),
  validTo: dateText
    .optional()
    .meta({ description: 'First local day it no longer holds; absent: no end' }),
  payTo: nameText.meta({
    description: 'Account at the other side: it receives a charge and pays a credit',
  }),
  vat: nameText
    .optional()
    .meta({ description: 'Id of the VAT that applies; absent: outside the scope of VAT' }),
});
export type Charge = z.infer<typeof chargeSchema>;

/** A price stack: charges checked against each other. */
export const chargesSchema = z.array(chargeSchema).superRefine((charges, context) => {
  for (const { path, message } of checkCharges(charges)) {
    context.addIssue({ code: 'custom', path, message });
  }
});

/** Whether the member pays (`charge`) or is paid (`credit`), see {@link chargeSchema}. */
export function chargeDirection(
  charge: Pick<Charge, 'on' | 'per' | 'direction'>,
): 'charge' | 'credit' {
  if (charge.direction !== undefined) return charge.direction;
  return charge.per === 'kWh' && OUTFLOWS.includes(charge.on) ? 'credit' : 'charge';
}
