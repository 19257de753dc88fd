import { z } from 'zod';
import { energyField, idField, wattsField } from './fields.js';

/** What a device is to its site. */
export const deviceRole = z.enum([
  'gridMeter',
  'meter',
  'pvInverter',
  'batteryInverter',
  'hybridInverter',
  'charger',
  'load',
  'switch',
]);
export type DeviceRole = z.infer<typeof deviceRole>;

/** One thing that can be commanded on a device, with what its safety rests on. */
export const deviceControl = z.strictObject({
  id: idField,
  /** `state`: one of the numbered `states`. */
  unit: z.enum(['W', 'A', 'bool', 'percent', 'state']),
  /** The values a control of unit `state` may be given, with their names. */
  states: z
    .array(z.strictObject({ value: z.int(), name: z.string().min(1).max(60) }))
    .min(2)
    .optional(),
  /** Where the set point acts; positive is into the device at that terminal. */
  terminal: z.enum(['ac', 'dc']).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  step: z.number().positive().optional(),
  /** Whether the device keeps it in memory that writing does not wear out. */
  volatile: z.boolean(),
  /** After this long without a refresh the device acts as `onLoss` says; absent: it never does. */
  expiresAfterMs: z.int().min(1).optional(),
  /** What the device does by itself when communication is lost. */
  onLoss: z.string().min(1).max(200),
});
export type DeviceControl = z.infer<typeof deviceControl>;

/** What control needs to know of a device without importing its driver. */
export const deviceDescriptionV1 = z.strictObject({
  kind: z.literal('deviceDescription'),
  version: z.literal(1),
  device: idField,
  role: deviceRole,
  manufacturer: z.string().max(100).optional(),
  model: z.string().max(100).optional(),
  serial: z.string().max(100).optional(),
  phases: z.union([z.literal(1), z.literal(3)]),
  points: z.array(idField),
  controls: z.array(deviceControl),
  limits: z.strictObject({
    maxImportWatts: wattsField.min(0).optional(),
    maxExportWatts: wattsField.min(0).optional(),
    maxChargeWatts: wattsField.min(0).optional(),
    maxDischargeWatts: wattsField.min(0).optional(),
    minCurrentAmperes: z.number().min(0).optional(),
    maxCurrentAmperes: z.number().min(0).optional(),
    capacityMilliwattHours: energyField.optional(),
  }),
});
export type DeviceDescriptionV1 = z.infer<typeof deviceDescriptionV1>;
