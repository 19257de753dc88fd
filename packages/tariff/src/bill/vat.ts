import { z } from 'zod';
import { ENERGY_FLOWS } from '../charge/charge-base.js';
import { compareFractions, fraction, parseFraction, sumFractions } from '../number/fraction.js';
import { roundingStep } from '../number/rounding.js';
import { dateText, isDecimal, nameText, percentText, positiveText } from '../decimal-fields.js';

const BLOCK = 'at least one condition: firstKilowattHoursPer30Days or upToKilovoltAmperes';

/**
 * A rate for part of the energy. It holds up to a contracted power and, of charges per kWh, for the
 * first kWh of each 30 days, prorated for the actual number of days. A bill's kWh are not in order of
 * time: each line has the same part of its kWh in the block, unless `periodShares` splits the block
 * over named price periods. Without a limit in kWh, the rate holds for every charge of that VAT.
 */
export const vatBlock = z
  .strictObject({
    percent: percentText,
    firstKilowattHoursPer30Days: positiveText.optional(),
    largeFamilyKilowattHoursPer30Days: positiveText.optional().meta({
      description: 'The limit for large families; without it, they have the same as everybody',
    }),
    upToKilovoltAmperes: positiveText
      .optional()
      .meta({ description: 'The most contracted power that has the rate, inclusive' }),
    periodShares: z
      .record(nameText, percentText)
      .optional()
      .meta({ description: 'Percentage of the block for each named price period; together 100' }),
    flows: z.array(z.enum(ENERGY_FLOWS)).min(1).optional().meta({
      description:
        'Flows whose kWh fill one block together; others have none. Default: each flow fills its own',
    }),
    limitRounding: roundingStep.optional().meta({
      description:
        "Rounds the prorated kWh of the block, and each price period's part of them. Default: exact",
    }),
  })
  .superRefine((block, context) => {
    const { firstKilowattHoursPer30Days: first, upToKilovoltAmperes } = block;
    if (first === undefined && upToKilovoltAmperes === undefined) {
      context.addIssue({ code: 'custom', path: [], message: BLOCK });
    }
    const needKilowattHours = [
      'largeFamilyKilowattHoursPer30Days',
      'periodShares',
      'flows',
      'limitRounding',
    ] as const;
    for (const field of needKilowattHours) {
      if (block[field] === undefined || first !== undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [field],
        message: 'firstKilowattHoursPer30Days beside it',
      });
    }
    // A share that is no decimal has been said to be none already.
    const shares = Object.values(block.periodShares ?? {});
    if (shares.length === 0 || !shares.every(isDecimal)) return;
    if (compareFractions(sumFractions(shares.map(parseFraction)), fraction(100)) !== 0) {
      context.addIssue({
        code: 'custom',
        path: ['periodShares'],
        message: 'shares of 100 together',
      });
    }
  });
export type VatBlock = z.infer<typeof vatBlock>;

/** A VAT rate from a local date on, until the next rate. */
export const vatRate = z.strictObject({
  /** First local day of this rate. */
  validFrom: dateText,
  percent: percentText,
  block: vatBlock.optional(),
});
export type VatRate = z.infer<typeof vatRate>;

/** A VAT: its rates over time, in any order, each date once. */
export const vatSchema = z.strictObject({
  id: nameText,
  category: nameText.optional().meta({
    description:
      'VATs of one category are summed together by percentage, as the category codes of EN 16931 (S, Z, E) are. Default: the id',
  }),
  rates: z
    .array(vatRate)
    .min(1)
    .refine((rates) => new Set(rates.map(({ validFrom }) => validFrom)).size === rates.length, {
      error: 'rates with different dates validFrom',
    }),
});
export type Vat = z.infer<typeof vatSchema>;
