import { z } from 'zod';
import { accessTariff } from './access-tariff.js';
import { cycleTariff } from './cycle-tariff.js';
import { dateText } from './decimal-fields.js';
import { dayAheadTariff, tipTariff } from './market-tariff.js';
import { flatTariffShape, timeOfUseShape } from './time-of-use.js';

const components = [
  flatTariffShape,
  timeOfUseShape,
  cycleTariff,
  accessTariff,
  dayAheadTariff,
  tipTariff,
] as const;

const componentTariff = z.discriminatedUnion('type', components, {
  error: 'a tariff of type flat, timeOfUse, cycle, access, dayAhead or tip',
});
/** A tariff that is not made of others. */
export type ComponentTariff = z.infer<typeof componentTariff>;

/** The sum of tariffs, such as a supplier's energy price and the access tariff. */
export const sumTariff = z.strictObject({
  type: z.literal('sum'),
  parts: z.array(componentTariff).min(1),
});
/** See {@link sumTariff}. */
export type SumTariff = z.infer<typeof sumTariff>;

/**
 * A tariff that was changed at dates: each version holds from its local day until the next one's. The
 * first may have no date. Energy takes the version of its own time, whenever it is priced.
 */
export const datedTariff = z
  .strictObject({
    type: z.literal('dated'),
    versions: z
      .array(
        z.strictObject({
          validFrom: dateText.optional(),
          tariff: z.discriminatedUnion('type', [...components, sumTariff], {
            error: 'a tariff of type flat, timeOfUse, cycle, access, dayAhead, tip or sum',
          }),
        }),
      )
      .min(1),
  })
  .superRefine(({ versions }, context) => {
    const seen = new Set<string>();
    for (const [index, { validFrom = '' }] of versions.entries()) {
      if (seen.has(validFrom)) {
        const message = validFrom === '' ? 'one version without a date' : 'each date once';
        context.addIssue({ code: 'custom', path: ['versions', index, 'validFrom'], message });
      }
      seen.add(validFrom);
    }
  });
/** See {@link datedTariff}. */
export type DatedTariff = z.infer<typeof datedTariff>;

/** A price per kWh over time. Every form says of any instant what a kWh costs, or fails by name. */
export const tariffSchema = z.discriminatedUnion('type', [...components, sumTariff, datedTariff], {
  error: 'a tariff of type flat, timeOfUse, cycle, access, dayAhead, tip, sum or dated',
});
/** See {@link tariffSchema}. */
export type Tariff = z.infer<typeof tariffSchema>;
