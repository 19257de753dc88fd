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
 */
export const chargeSchema = z.strictObject({
  id: nameText,
  on: z.enum(CHARGE_BASES, { error: `one of ${CHARGE_BASES.join(', ')}` }),
  per: z.enum(CHARGE_UNITS, { error: `one of ${CHARGE_UNITS.join(', ')}` }),
  rate: chargeRate,
  /** Of `percent` charges: ids of the charges whose amounts are the base. */
  of: z.array(nameText).min(1).optional(),
  /**
   * `charge` is paid by the member, `credit` to the member. Default: what flows out (export, surplus,
   * sharedOut) earns when per kWh, everything else costs.
   */
  direction: z.enum(['charge', 'credit'], { error: 'charge or credit' }).optional(),
  /** Reduces the rate by this percentage; of an access tariff only its CIEG part. */
  exemptionPercent: percentText.optional(),
  /** First local day of this version; absent: from the beginning. */
  validFrom: dateText.optional(),
  /** First local day it no longer holds; absent: no end. */
  validTo: dateText.optional(),
  /** Account of the ledger at the other side: it receives a charge and pays a credit. */
  payTo: nameText,
  /** Id of the VAT that applies; absent: outside the scope of VAT. */
  vat: nameText.optional(),
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
