import { z } from 'zod';
import {
  addressField,
  believedField,
  confidenceField,
  encodingField,
  nameField,
  quantity,
  wordOrderField,
} from './profile-point.js';

/**
 * What is written:
 *
 * - a constant;
 * - a linear function of the command's value (true = 1, false = 0):
 *   `(value * factor / over + offset) / 10^scaleFrom`, rounded to the nearest integer for integer
 *   encodings; `factor` defaults to 1, `over` and `scaleFrom` name points of this profile;
 * - by `map`, the raw value beside the command; a command that is not listed is refused;
 * - by `point`, what the device tells times `factor`, whatever the command.
 */
export const fieldValue = z.union([
  z.number(),
  z.strictObject({
    factor: z.number().optional(),
    over: nameField.optional(),
    offset: z.number().optional(),
    scaleFrom: nameField.optional(),
  }),
  z.strictObject({ map: z.array(z.tuple([z.number(), z.number()])).min(1) }),
  z.strictObject({
    point: nameField,
    factor: z.number().optional(),
    scaleFrom: nameField.optional(),
  }),
]);
export type FieldValue = z.infer<typeof fieldValue>;

/** One value inside one write. */
export const writeField = z.strictObject({
  encoding: encodingField.exclude(['string']),
  wordOrder: wordOrderField.optional(),
  value: fieldValue,
});
export type WriteField = z.infer<typeof writeField>;

/** Commands a step is for, by their sign. */
export const stepCondition = z.enum([
  'zero',
  'nonzero',
  'positive',
  'negative',
  'notPositive',
  'notNegative',
]);
export type StepCondition = z.infer<typeof stepCondition>;

/** One write request; its fields lie one after another from `address`. */
export const writeStep = z.strictObject({
  table: z.enum(['holding', 'coil']),
  address: addressField,
  fields: z.array(writeField).min(1),
  /** Only for commands of this sign; default always. */
  when: stepCondition.optional(),
  /**
   * What it is for: `fallback` prepares what happens on loss, `setPoint` carries the command,
   * `enable` makes it effective. They must come in this order. Default: `setPoint` where a field
   * depends on the command; of the others `fallback` before the first of those and `enable` after.
   */
  purpose: z.enum(['fallback', 'setPoint', 'enable']).optional(),
  /**
   * These registers wear out although the control's do not (a work mode that must be on): written when
   * a set point begins and they hold something else, never refreshed, within 24 writes a day.
   */
  once: z.boolean().optional(),
  /** Forces function code 16 (15 for coils) for a single value. */
  multiple: z.boolean().optional(),
  /** Pause after this write before the next one, ms; default none. */
  delayMs: z.int().min(1).max(600_000).optional(),
});
export type WriteStep = z.infer<typeof writeStep>;

/**
 * What the device does by itself on loss, as a set point: a quantity in the control's unit;
 * `unlimited` = as if there were no set point; `last` = it keeps the last one for ever; `own` = it
 * regulates by its own meter, which raises neither import nor export; `unknown` counts as worst.
 */
export const fallbackValue = z.union([quantity, z.enum(['unlimited', 'last', 'own', 'unknown'])]);
export type FallbackValue = z.infer<typeof fallbackValue>;

/**
 * One control and the facts its safety rests on. Steps are written in order: the fallback first, the
 * set point next, what makes it effective last.
 */
export const profileControl = z.strictObject({
  id: nameField,
  unit: z.enum(['W', 'A', 'bool', 'state']),
  /** Where the set point acts; positive is into the device at that terminal. */
  terminal: z.enum(['ac', 'dc']).optional(),
  minimum: quantity.optional(),
  maximum: quantity.optional(),
  /** Besides minimum..maximum zero is allowed (a charger's pause). */
  allowZero: z.boolean().optional(),
  /** Values are rounded down to a multiple of this. */
  step: z.number().positive().optional(),
  /** The values a control of unit `state` may be given, with their names. */
  states: z
    .array(z.strictObject({ value: z.int(), name: z.string().min(1).max(60) }))
    .min(2)
    .optional(),
  steps: z.array(writeStep).min(1),
  /**
   * How a write is confirmed: by reading the written registers back, by a point that comes within
   * `tolerance` of the command, or not at all. What is not confirmed within `responseMs` is an
   * alarm; it is asked again at each poll and not written again.
   */
  verify: z.union([
    z.literal('registers'),
    z.literal('none'),
    z.strictObject({
      point: nameField,
      tolerance: z.number().min(0),
    }),
  ]),
  /**
   * What is measured when the device obeys: a point times `factor` (default 1) that lies between rest
   * and the set point, for limits and currents at or below it, give or take `tolerance`. Beyond that
   * for longer than `responseMs` and the dwell the device is reported as disobeying.
   */
  follows: z
    .strictObject({
      point: nameField,
      factor: z.number().optional(),
      tolerance: z.number().min(0),
    })
    .optional(),
  /** Whether writing wears the device out; `unknown` is treated as `stored`. */
  storage: z.enum(['volatile', 'stored', 'unknown']),
  /** After this long without a write the device falls back by itself; absent: it never does. */
  expiryMs: z.int().min(1).optional(),
  /**
   * How often the set point is rewritten while it holds; default half of `expiryMs`, for stored and
   * unknown registers never, unless stated and within the budget.
   */
  refreshMs: z.int().min(1).optional(),
  /** What the device does by itself when it hears nothing more, for people. */
  onLoss: z.string().min(1).max(200),
  /** The same as a set point; `configurable`: an installer may have changed it. */
  fallback: z
    .strictObject({ value: fallbackValue, configurable: z.boolean().optional() })
    .optional(),
  /** The set point that does least harm when nobody is sure any more, in the control's unit (true = 1). */
  safeValue: quantity.optional(),
  /** What may grow beyond bounds when the set point is lost. */
  risk: z.enum(['import', 'export', 'both']).optional(),
  /** Longest time from a write until reading back shows it, ms; 0 = at once. */
  responseMs: z.int().min(0).max(600_000).optional(),
  /** Least time between two different values, ms; default 0, for stored and unknown registers 300,000. */
  minimumDwellMs: z.int().min(0).optional(),
  /** Most writes in any 24 h; default 24 for stored and unknown registers, none for volatile ones. */
  writesPerDay: z.int().min(1).max(1000).optional(),
  /** Writes that hand control back to the device; functions are taken at a command of 0. */
  release: z.array(writeStep).min(1),
  /** Controls that share registers with this one: only one of them may hold a set point. */
  excludes: z.array(nameField).optional(),
  /** Where it differs from the profile's. */
  confidence: confidenceField.optional(),
  believed: believedField.optional(),
});
export type ProfileControl = z.infer<typeof profileControl>;
