import { z } from 'zod';
import { cycleTariff } from './cycle-tariff.js';
import { nameText, percentText } from './decimal-fields.js';
import { flatTariffShape, timeOfUseShape } from './time-of-use.js';

/** A tariff whose prices are all listed: flat, time of use, or a period table with prices. */
export const listedTariff = z.discriminatedUnion(
  'type',
  [flatTariffShape, timeOfUseShape, cycleTariff],
  { error: 'a tariff of type flat, timeOfUse or cycle' },
);
/** See {@link listedTariff}. */
export type ListedTariff = z.infer<typeof listedTariff>;

/** One voltage level's prices: use of networks and system, and the part that pays for policy (CIEG). */
export const accessLevel = z.strictObject({ network: listedTariff, cieg: listedTariff.optional() });

/**
 * An access tariff (Portugal's TAR): prices by voltage level and period. Its price is the network part
 * plus the CIEG part, the latter reduced by the exemption percentage. The level is the tariff's own,
 * or the one of the point it is applied to.
 */
export const accessTariff = z
  .strictObject({
    type: z.literal('access'),
    voltageLevel: nameText.optional(),
    levels: z.record(nameText, accessLevel),
    exemptionPercent: percentText
      .refine((text) => Number(text) <= 100, { error: 'at most 100 percent' })
      .optional()
      .meta({ description: 'Exemption from CIEG: 0 (default) to 100' }),
  })
  .superRefine(({ voltageLevel, levels }, context) => {
    const names = Object.keys(levels);
    if (names.length === 0) {
      context.addIssue({ code: 'custom', path: ['levels'], message: 'at least one voltage level' });
    }
    if (voltageLevel === undefined || names.includes(voltageLevel)) return;
    const message = `one of the levels: ${names.join(', ')}`;
    context.addIssue({ code: 'custom', path: ['voltageLevel'], message });
  });
/** See {@link accessTariff}. */
export type AccessTariff = z.infer<typeof accessTariff>;
