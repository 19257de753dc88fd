import { z } from 'zod';
import { idField, reasonField } from '@microgrid/events';
import { chargesSchema, holidaySet, priceText, roundingSchema, vatSchema } from '@microgrid/tariff';
import {
  NOT_EVALUABLE_POLICIES,
  PLANT_ORDERS,
  UNUSED_RULES,
  VOLTAGE_LEVELS,
} from './contract-rules.js';
import { coefficientText, dateText, percentText, quantityText } from './decimal-fields.js';
import { spanField } from './time-fields.js';

const validDays = {
  validFrom: dateText.optional().meta({ description: 'First day; absent: from the beginning' }),
  validTo: dateText.optional().meta({ description: 'First day no longer; absent: no end' }),
};

const kilowatts = quantityText('a power in kW');
const kilometres = quantityText('a distance in km');
const holds = z.literal(true, { error: 'true; a condition that is not asked is left out' });

const notEvaluable = z
  .enum(NOT_EVALUABLE_POLICIES, { error: `one of ${NOT_EVALUABLE_POLICIES.join(', ')}` })
  .meta({ description: 'What holds where the facts are absent' });

/** Where a point is connected, as written in a file. */
export const connectionInput = z.strictObject({
  voltageLevel: z.enum(VOLTAGE_LEVELS, { error: `one of ${VOLTAGE_LEVELS.join(', ')}` }),
  kilometres: kilometres
    .optional()
    .meta({ description: 'Distance to the plant farthest from the point, km' }),
  sameTransformerStation: z.boolean({ error: 'true or false' }).optional(),
  sameSubstation: z.boolean({ error: 'true or false' }).optional(),
  lowDensity: z.boolean({ error: 'true or false' }).optional(),
  decision: z
    .strictObject({
      eligible: z.boolean({ error: 'true or false' }),
      document: reasonField,
      ...validDays,
    })
    .optional()
    .meta({ description: "An authority's decision, which stands above the rule" }),
});

/** A part of a point's energy in one community, as written in a file. */
export const participationInput = z.strictObject({
  community: idField,
  percent: z
    .int({ error: 'a whole percent from 1 to 100' })
    .min(1, { error: 'a whole percent from 1 to 100' })
    .max(100, { error: 'a whole percent from 1 to 100' }),
  ...validDays,
});

const proximityTests = z
  .array(
    z.strictObject({
      withinKilometres: kilometres.optional(),
      sameTransformerStation: holds.optional(),
      sameSubstation: holds.optional(),
      lowDensity: holds.optional(),
    }),
  )
  .meta({ description: 'At least one test holds; a test holds when all its conditions do' });

const exportEligibility = z.strictObject({
  productionMeter: z.literal('required', { error: 'required, or the field left out' }).optional(),
  proximity: z
    .array(
      z.strictObject({
        ...validDays,
        levels: z.partialRecord(
          z.enum(VOLTAGE_LEVELS, { error: `one of ${VOLTAGE_LEVELS.join(', ')}` }),
          proximityTests,
        ),
      }),
    )
    .optional(),
  maximumInstalledKilowatts: kilowatts.optional(),
  maximumInstalledKilowattsPerPlant: kilowatts.optional(),
  whenNotEvaluable: notEvaluable,
});

const priceLimits = z.strictObject({
  minimum: z
    .union([z.literal('export'), priceText], { error: 'export, or a price per kWh in quotes' })
    .optional(),
  maximum: z
    .union([z.literal('import'), priceText], { error: 'import, or a price per kWh in quotes' })
    .optional(),
  outside: z.enum(['refuse', 'limit'], { error: 'refuse or limit' }),
});

const exportConstraint = z.strictObject({
  ...validDays,
  points: z.array(idField).min(1, { error: 'at least one metering point' }).optional(),
  hours: z.array(spanField).min(1, { error: 'at least one span of hours' }).optional(),
  limitKilowatts: kilowatts,
});

const reserveLevel = z.strictObject({
  ...validDays,
  point: idField,
  minimumPercent: percentText,
  whenNotEvaluable: notEvaluable,
});

/** The slots of a contract beside its key and prices, as written in a file; each may be absent. */
export const contractSlots = {
  decidedBy: z.enum(['community', 'dso'], { error: 'community or dso' }).optional().meta({
    description:
      'Whose allocation counts; with dso, gateway data alone gives preliminary runs only. Default community',
  }),
  unused: z
    .enum(UNUSED_RULES, { error: `one of ${UNUSED_RULES.join(', ')}` })
    .optional()
    .meta({
      description:
        'What a point cannot use of its part: feeds the grid (default), stays its own surplus (member), or goes back to the pool in rounds',
    }),
  plants: z
    .strictObject({
      by: z.enum(PLANT_ORDERS, { error: `one of ${PLANT_ORDERS.join(', ')}` }),
    })
    .optional()
    .meta({ description: 'How what was shared is attributed to plants; default by injection' }),
  calendar: z
    .strictObject({
      holidays: z
        .union([z.array(dateText), holidaySet], {
          error: 'days as "YYYY-MM-DD", or a national calendar as { calendar: PT }',
        })
        .meta({ description: 'Days, or a national calendar with days added and removed' }),
    })
    .optional()
    .meta({ description: 'Holidays of calendar coefficients' }),
  missing: z
    .enum(['stop', 'substitute'], { error: 'stop or substitute' })
    .optional()
    .meta({ description: 'What a missing interval does to a run; default stop' }),
  minimumMeasuredEnergyShare: coefficientText.optional().meta({
    description: "Least part of a member's energy that is measured or corrected, 0 to 1",
  }),
  charges: chargesSchema.optional().meta({
    description:
      'Price stack beside the three prices: charges of every point, or of the points they name',
  }),
  vat: z
    .array(vatSchema)
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, {
      error: 'VATs with different ids',
    })
    .optional()
    .meta({ description: 'VAT rates that charges name' }),
  rounding: roundingSchema
    .optional()
    .meta({ description: 'Where money is rounded; default cents per line' }),
  exportEligibility: exportEligibility.optional(),
  priceLimits: priceLimits.optional(),
  exportConstraints: z.array(exportConstraint).optional(),
  reserveLevels: z.array(reserveLevel).optional(),
};

const OPERATOR_ID = 'an id of 1 to 64 printable characters without spaces, in quotes';

/** The fields of a metering point that contract rules ask for; each may be absent. */
export const pointSlots = {
  operatorId: z
    .string({ error: OPERATOR_ID })
    .regex(/^[\x21-\x7e]{1,64}$/, { error: OPERATOR_ID })
    .optional()
    .meta({ description: "Its id in the grid operator's files, such as a CUPS, CPE or PRM" }),
  contractedKilovoltAmperes: quantityText('an apparent power in kVA')
    .optional()
    .meta({ description: 'Contracted power, which charges and VAT blocks ask for' }),
  largeFamily: z.literal(true, { error: 'true, or the field left out' }).optional(),
  role: z
    .enum(['producer', 'consumer', 'storage'], { error: 'producer, consumer or storage' })
    .optional()
    .meta({
      description:
        'producer: claims nothing; consumer: offers nothing; storage: one or the other, by the larger flow of each interval; absent: both',
    }),
  entryIntoService: dateText.optional().meta({ description: 'Day its plant entered into service' }),
  installedKilowatts: kilowatts
    .optional()
    .meta({ description: 'Installed power of its plant, kW' }),
  productionMeter: z
    .strictObject(validDays)
    .optional()
    .meta({ description: 'When the meter of its plant is registered' }),
  connection: connectionInput.optional(),
  participation: z
    .array(participationInput)
    .min(1, { error: 'at least one factor' })
    .optional()
    .meta({
      description:
        'Factors of all communities it takes part in; at most 5 at once, together at most 100',
    }),
};
