import { z } from 'zod';
import { idField } from '@microgrid/events';
import { priceText, tariffSchema, type Tariff } from '@microgrid/tariff';
import { coefficientText, ratioText } from './decimal-fields.js';
import {
  COEFFICIENT_DAY_TYPES,
  COEFFICIENT_SUMS,
  isFileName,
  MARKET_MECHANISMS,
  type CoefficientSum,
  type Coefficients,
  type MarketMechanism,
  type PairCoefficients,
} from './sharing-key.js';
import { spanField, yearPart } from './time-fields.js';

const FILE =
  'the name of a file beside the contract, such as "coefficients.csv" (.txt .csv .json .yaml)';

/** Names a file that is passed beside the contract. */
export const fileNameField = z
  .string({ error: FILE })
  .refine(isFileName, { error: FILE })
  .meta({ description: 'Name of a file beside the contract, without folders' });

const constantCoefficients = z.record(idField, coefficientText);

const fileCoefficients = z.strictObject({ file: fileNameField });

const coefficientRow = z.strictObject({
  seasons: z.array(yearPart).min(1, { error: 'at least one season' }).optional(),
  dayTypes: z
    .array(z.enum(COEFFICIENT_DAY_TYPES, { error: `one of ${COEFFICIENT_DAY_TYPES.join(', ')}` }))
    .min(1, { error: 'at least one day type' })
    .optional(),
  hours: z.array(spanField).min(1, { error: 'at least one span of hours' }).optional(),
  coefficients: constantCoefficients,
});

/** Which of the forms of coefficients a value is meant to be. */
export function coefficientsForm(value: unknown): 0 | 1 | 2 {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray((value as { calendar?: unknown }).calendar)) return 1;
  const { file } = value as { file?: unknown };
  return typeof file === 'string' && Object.keys(value).length === 1 && !/^[\d.]+$/.test(file)
    ? 2
    : 0;
}

const coefficientsInput: z.ZodType<Coefficients, Coefficients> = z
  .union([
    constantCoefficients,
    z.strictObject({ calendar: z.array(coefficientRow).min(1, { error: 'at least one row' }) }),
    fileCoefficients,
  ] as const)
  .meta({
    description:
      'Coefficient of each metering point (one that is not named takes no share), or rows of a calendar, or a file',
  }) as never;

const pairsInput: z.ZodType<PairCoefficients, PairCoefficients> = z
  .union([z.record(idField, constantCoefficients), fileCoefficients])
  .meta({ description: 'Coefficient by producer, then by consumer; or a file' });

const sumField = z
  .enum(COEFFICIENT_SUMS, { error: `one of ${COEFFICIENT_SUMS.join(', ')}` })
  .meta({ description: 'What the coefficients must add up to; default at-most-1' });

/** A price at all times or a tariff. */
export const priceInput = z
  .union([priceText, tariffSchema])
  .meta({ description: 'One price per kWh in quotes, or a tariff' });

const limitPrices = z.record(idField, priceInput);

/** A group of a key as written in a file. */
export interface KeyGroupInput {
  readonly id: string;
  readonly points: string[];
  readonly key: SharingKeyInput;
}

/** A sharing key as written in a file. */
export type SharingKeyInput =
  | { readonly type: 'proportional' }
  | {
      readonly type: 'fixed';
      readonly coefficients: Coefficients;
      readonly sum?: CoefficientSum | undefined;
    }
  | { readonly type: 'priority'; readonly groups: KeyGroupInput[] }
  | { readonly type: 'nested'; readonly groups: (KeyGroupInput & { readonly share: string })[] }
  | { readonly type: 'exPost'; readonly file: string; readonly values: 'energy' | 'coefficient' }
  | {
      readonly type: 'pairs';
      readonly coefficients: PairCoefficients;
      readonly sum?: CoefficientSum | undefined;
    }
  | { readonly type: 'combined'; readonly steps: SharingKeyInput[] }
  | {
      readonly type: 'twoSided';
      readonly scarce: SharingKeyInput;
      readonly abundant: SharingKeyInput;
    }
  | {
      readonly type: 'market';
      readonly mechanism: MarketMechanism;
      readonly bids?: Record<string, string | Tariff> | undefined;
      readonly asks?: Record<string, string | Tariff> | undefined;
      readonly options?:
        | { readonly divider?: string | undefined; readonly compensation?: string | undefined }
        | undefined;
    };

/** How the pool is shared out, as written in a file. */
export const sharingKeyInput: z.ZodType<SharingKeyInput, SharingKeyInput> = z.lazy(() => keyUnion);

const groupFields = {
  id: idField,
  points: z.array(idField).min(1, { error: 'at least one metering point' }),
  key: sharingKeyInput,
};

const keyUnion = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({ type: z.literal('proportional') }),
      z.strictObject({
        type: z.literal('fixed'),
        coefficients: coefficientsInput,
        sum: sumField.optional(),
      }),
      z.strictObject({
        type: z.literal('priority'),
        groups: z.array(z.strictObject(groupFields)).min(1, { error: 'at least one group' }),
      }),
      z.strictObject({
        type: z.literal('nested'),
        groups: z
          .array(z.strictObject({ ...groupFields, share: coefficientText }))
          .min(1, { error: 'at least one group' }),
      }),
      z.strictObject({
        type: z.literal('exPost'),
        file: fileNameField,
        values: z.enum(['energy', 'coefficient'], { error: 'energy (kWh) or coefficient' }),
      }),
      z.strictObject({
        type: z.literal('pairs'),
        coefficients: pairsInput,
        sum: sumField.optional(),
      }),
      z.strictObject({
        type: z.literal('combined'),
        steps: z.array(sharingKeyInput).min(1, { error: 'at least one step' }),
      }),
      z.strictObject({
        type: z.literal('twoSided'),
        scarce: sharingKeyInput,
        abundant: sharingKeyInput,
      }),
      z.strictObject({
        type: z.literal('market'),
        mechanism: z.enum(MARKET_MECHANISMS, { error: `one of ${MARKET_MECHANISMS.join(', ')}` }),
        bids: limitPrices.optional(),
        asks: limitPrices.optional(),
        options: z
          .strictObject({ divider: ratioText.optional(), compensation: ratioText.optional() })
          .optional(),
      }),
    ],
    {
      error:
        'a sharing key of type proportional, fixed, priority, nested, exPost, pairs, combined, twoSided or market',
    },
  )
  .meta({ id: 'sharingKey' });
