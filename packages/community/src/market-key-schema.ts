import { z } from 'zod';
import { idField } from '@microgrid/events';
import { priceText } from '@microgrid/tariff';
import { ratioText } from './decimal-fields.js';
import { priceInput } from './price-input.js';

const limitPrices = z.record(idField, priceInput);

const common = {
  type: z.literal('market'),
  bids: limitPrices.optional().meta({
    description: 'Most that each point pays per kWh; a point not named bids the import price',
  }),
  asks: limitPrices.optional().meta({
    description: 'Least that each point takes per kWh; a point not named asks the export price',
  }),
};

const offers = z.enum(['all', 'accepted'], { error: 'all or accepted' }).optional();

const mudaOptions = z
  .strictObject({
    price: priceText.optional(),
    seed: z.string({ error: 'a text in quotes' }).min(1).max(200).optional(),
  })
  .refine(({ price, seed }) => (price === undefined) !== (seed === undefined), {
    error: 'either a price or a seed',
  })
  .meta({ description: 'A price per kWh, or a text that the two halves are drawn with' });

/** A market key as written in a file. */
export const marketKeyInput = z.discriminatedUnion(
  'mechanism',
  [
    z.strictObject({
      ...common,
      mechanism: z.literal('poolCrossing'),
      options: z
        .strictObject({
          price: z
            .enum(['lowest', 'highest', 'middle', 'lastAsk'], {
              error: 'lowest, highest, middle or lastAsk',
            })
            .optional(),
        })
        .optional(),
    }),
    z.strictObject({
      ...common,
      mechanism: z.literal('payAsBid'),
      options: z
        .strictObject({ sellers: z.enum(['bid', 'ask'], { error: 'bid or ask' }).optional() })
        .optional(),
    }),
    z.strictObject({
      ...common,
      mechanism: z.literal('midMarketRate'),
      options: z.strictObject({ divider: ratioText.optional(), offers }).optional(),
    }),
    z.strictObject({
      ...common,
      mechanism: z.literal('supplyDemandRatio'),
      options: z.strictObject({ compensation: ratioText.optional(), offers }).optional(),
    }),
    z.strictObject({
      ...common,
      mechanism: z.literal('doubleAuction'),
      options: z
        .strictObject({
          pricing: z
            .enum(['uniform', 'discriminatory'], { error: 'uniform or discriminatory' })
            .optional(),
          k: ratioText.optional(),
        })
        .optional(),
    }),
    z.strictObject({ ...common, mechanism: z.literal('huang') }),
    z.strictObject({ ...common, mechanism: z.literal('muda'), options: mudaOptions }),
  ],
  {
    error:
      'a mechanism: poolCrossing, payAsBid, midMarketRate, supplyDemandRatio, doubleAuction, huang or muda',
  },
);

/** A market key as written in a file. */
export type MarketKeyInput = z.infer<typeof marketKeyInput>;
