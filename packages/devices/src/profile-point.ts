import { z } from 'zod';

/** Names a point, a control or a scale factor inside one profile: camelCase. */
export const nameField = z.string().regex(/^[a-z][A-Za-z0-9]{0,47}$/, {
  error: 'a camelCase name: a lower-case letter, then up to 47 letters or digits',
});

/** The four tables of a Modbus unit. */
export const tableField = z.enum(['input', 'holding', 'coil', 'discrete']);

/** First register or bit, zero-based as on the wire, whatever the device's paper counts from. */
export const addressField = z
  .int()
  .min(0)
  .max(65_535, { error: 'a zero-based address from 0 to 65535' });

/** How a value lies in registers; `bit` is one coil or discrete input. */
export const encodingField = z.enum([
  'u16',
  's16',
  'u32',
  's32',
  'u64',
  's64',
  'f32',
  'f64',
  'string',
  'bit',
]);

/** Order of the registers of one value; default `big`, most significant first. */
export const wordOrderField = z.enum(['big', 'little']);

/** How often a point is wanted: at every poll, every `lowRateMs`, or once until the device is lost. */
export const rateField = z.enum(['high', 'low', 'once']);

/**
 * Unit of a point after scaling. Energies are turned into whole mWh by the driver; `exponent` is a
 * power of ten for other points; `text` and `count` serve identity and controls only.
 */
export const profileUnitField = z.enum([
  'W',
  'VA',
  'var',
  'V',
  'A',
  'Hz',
  '%',
  'kWh',
  'Wh',
  'mWh',
  '°C',
  'ratio',
  'bool',
  's',
  'count',
  'exponent',
  'text',
]);

const finite = z.number();

/**
 * A value read from registers. It becomes, in this order: the decoded raw number; nothing, if that
 * is one of `absent`; its masked bits; 1 or 0 by `oneOf`; times `scale`; times ten to the power of
 * `scaleFrom`; plus `offset`; times `sign`.
 */
export const registerPoint = z.strictObject({
  id: nameField,
  /** Not published: a scale factor, a rating, a term of a sum. */
  internal: z.boolean().optional(),
  table: tableField,
  address: addressField,
  encoding: encodingField,
  wordOrder: wordOrderField.optional(),
  /** Registers of a `string`. */
  count: z.int().min(1).max(125).optional(),
  unit: profileUnitField,
  /** Factor from raw to `unit`; default 1. */
  scale: finite.optional(),
  /** Point that holds the power of ten; it is read in the same request. */
  scaleFrom: nameField.optional(),
  /** Added after scaling, in `unit`; default 0. */
  offset: finite.optional(),
  /** -1 turns the device's sign into the house's; must be stated for every power. */
  sign: z.union([z.literal(1), z.literal(-1)]).optional(),
  /** Raw values, as decoded, that mean "there is none". NaN and infinities always do. */
  absent: z.array(finite).optional(),
  /** Keeps these bits of the raw value and shifts them down to bit 0. */
  bitMask: z.int().min(1).max(0xffff_ffff).optional(),
  /** The value is 1 if the raw value is listed here, else 0. */
  oneOf: z.array(z.int()).min(1).optional(),
  rate: rateField,
  /** Outside these bounds, in the published unit (mWh for energy), a reading is suspect. */
  minimum: finite.optional(),
  maximum: finite.optional(),
  /** What a simulated twin shows here from the start, in `unit`. */
  twin: finite.optional(),
});
export type RegisterPoint = z.infer<typeof registerPoint>;

/** A value that is the weighted sum of others; absent as soon as one of them is that is not optional. */
export const sumPoint = z.strictObject({
  id: nameField,
  internal: z.boolean().optional(),
  unit: profileUnitField,
  sum: z
    .array(
      z.strictObject({
        point: nameField,
        /** Default 1. */
        factor: finite.optional(),
        /** Left out while absent, as a second string that is not fitted; the sum needs one term. */
        optional: z.boolean().optional(),
      }),
    )
    .min(1),
  minimum: finite.optional(),
  maximum: finite.optional(),
});
export type SumPoint = z.infer<typeof sumPoint>;

/** One point of a profile. */
export const profilePoint = z.union([registerPoint, sumPoint]);
export type ProfilePoint = z.infer<typeof profilePoint>;

/** Whether a point is read from registers (and not a sum of others). */
export function isRegisterPoint(point: ProfilePoint): point is RegisterPoint {
  return 'table' in point;
}

const REGISTERS = {
  u16: 1,
  s16: 1,
  u32: 2,
  s32: 2,
  f32: 2,
  u64: 4,
  s64: 4,
  f64: 4,
  bit: 1,
} as const;

/** How many registers (or bits) a point takes. */
export function pointSize(point: Pick<RegisterPoint, 'encoding' | 'count'>): number {
  return point.encoding === 'string' ? (point.count ?? 1) : REGISTERS[point.encoding];
}
