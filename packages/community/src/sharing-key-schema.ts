import { z } from 'zod';
import { idField } from '@microgrid/events';
import { coefficientText } from './decimal-fields.js';
import { marketKeyInput, type MarketKeyInput } from './market-key-schema.js';
import {
  COEFFICIENT_DAY_TYPES,
  COEFFICIENT_SUMS,
  isFileName,
  type CoefficientSum,
  type Coefficients,
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

const conditions = {
  seasons: z.array(yearPart).min(1, { error: 'at least one season' }).optional(),
  dayTypes: z
    .array(z.enum(COEFFICIENT_DAY_TYPES, { error: `one of ${COEFFICIENT_DAY_TYPES.join(', ')}` }))
    .min(1, { error: 'at least one day type' })
    .optional(),
  hours: z.array(spanField).min(1, { error: 'at least one span of hours' }).optional(),
};

const coefficientRow = z.strictObject({ ...conditions, coefficients: constantCoefficients });

/** Coefficients as written in a file; `equal` is 1 for each point that is no producer, divided by their number. */
export type CoefficientsInput = Coefficients | 'equal';

const coefficientsInput: z.ZodType<CoefficientsInput, CoefficientsInput> = z
  .union([
    z.literal('equal', {
      error: 'equal, or the coefficient of each metering point, or { calendar }, or { file }',
    }),
    constantCoefficients,
    z.strictObject({ calendar: z.array(coefficientRow).min(1, { error: 'at least one row' }) }),
    fileCoefficients,
  ] as const)
  .meta({
    description:
      'Coefficient of each metering point (one that is not named takes no share), or rows of a calendar, or a file; equal: the same for every point that is no producer',
  }) as never;

const pairsInput: z.ZodType<PairCoefficients, PairCoefficients> = z
  .union([z.record(idField, constantCoefficients), fileCoefficients])
  .meta({ description: 'Coefficient by producer, then by consumer; or a file' });

const sumField = z
  .enum(COEFFICIENT_SUMS, { error: `one of ${COEFFICIENT_SUMS.join(', ')}` })
  .meta({ description: 'What the coefficients must add up to; default at-most-1' });

/** A group of a key as written in a file. */
export interface KeyGroupInput {
  readonly id: string;
  readonly points: string[];
  readonly key: SharingKeyInput;
}

/** The key of part of the time as written in a file. */
export type CalendarKeyRowInput = z.input<z.ZodObject<typeof conditions>> & {
  readonly key: SharingKeyInput;
};

/** A sharing key as written in a file. */
export type SharingKeyInput =
  | { readonly type: 'proportional' }
  | {
      readonly type: 'fixed';
      readonly coefficients: CoefficientsInput;
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
  | { readonly type: 'calendar'; readonly rows: CalendarKeyRowInput[] }
  | MarketKeyInput;

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
        type: z.literal('calendar'),
        rows: z
          .array(z.strictObject({ ...conditions, key: sharingKeyInput }))
          .min(1, { error: 'at least one row' }),
      }),
      marketKeyInput,
    ],
    {
      error:
        'a sharing key of type proportional, fixed, priority, nested, exPost, pairs, combined, twoSided, calendar or market',
    },
  )
  .meta({ id: 'sharingKey' });
