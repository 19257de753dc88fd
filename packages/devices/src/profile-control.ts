import { z } from 'zod';
import { addressField, encodingField, nameField, wordOrderField } from './profile-point.js';

/** A number, or one that the device tells: the value of a point times `factor` (default 1). */
export const quantity = z.union([
  z.number(),
  z.strictObject({ point: nameField, factor: z.number().optional() }),
]);
export type Quantity = z.infer<typeof quantity>;

/**
 * What is written: a constant, or a linear function of the command's value (true = 1, false = 0):
 * `(value * factor / over + offset) / 10^scaleFrom`, rounded to the nearest integer for integer
 * encodings. `factor` defaults to 1; `over` and `scaleFrom` name points of this profile.
 */
export const fieldValue = z.union([
  z.number(),
  z.strictObject({
    factor: z.number().optional(),
    over: nameField.optional(),
    offset: z.number().optional(),
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

/** One write request; its fields lie one after another from `address`. */
export const writeStep = z.strictObject({
  table: z.enum(['holding', 'coil']),
  address: addressField,
  fields: z.array(writeField).min(1),
  /** Only for a command of zero or false, or only for any other; default always. */
  when: z.enum(['zero', 'nonzero']).optional(),
  /** Forces function code 16 (15 for coils) for a single value. */
  multiple: z.boolean().optional(),
});
export type WriteStep = z.infer<typeof writeStep>;

/**
 * One control and the facts its safety rests on. Steps are written in order: the fallback first, the
 * set point next, what makes it effective last.
 */
export const profileControl = z.strictObject({
  id: nameField,
  unit: z.enum(['W', 'A', 'bool']),
  /** Where the set point acts; positive is into the device at that terminal. */
  terminal: z.enum(['ac', 'dc']).optional(),
  minimum: quantity.optional(),
  maximum: quantity.optional(),
  /** Besides minimum..maximum zero is allowed (a charger's pause). */
  allowZero: z.boolean().optional(),
  /** Values are rounded down to a multiple of this. */
  step: z.number().positive().optional(),
  steps: z.array(writeStep).min(1),
  /**
   * How a write is confirmed: by reading the written registers back, by a point that comes within
   * `tolerance` of the command, or not at all. What is not confirmed at once is asked again at each
   * poll.
   */
  verify: z.union([
    z.literal('registers'),
    z.literal('none'),
    z.strictObject({
      point: nameField,
      tolerance: z.number().min(0),
    }),
  ]),
  /** Whether writing wears the device out; `unknown` is treated as `stored`. */
  storage: z.enum(['volatile', 'stored', 'unknown']),
  /** After this long without a write the device falls back by itself; absent: it never does. */
  expiryMs: z.int().min(1).optional(),
  /** How often a volatile set point is rewritten while it holds; default half of `expiryMs`. */
  refreshMs: z.int().min(1).optional(),
  /** What the device does by itself when it hears nothing more. */
  onLoss: z.string().min(1).max(200),
  /** Least time between two different values, ms. */
  minimumDwellMs: z.int().min(0).optional(),
  /** Most writes in any 24 h; default 24 for stored and unknown registers, none for volatile ones. */
  writesPerDay: z.int().min(1).optional(),
  /** Writes that hand control back to the device; functions are taken at a command of 0. */
  release: z.array(writeStep).min(1),
});
export type ProfileControl = z.infer<typeof profileControl>;
