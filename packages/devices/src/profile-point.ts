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

/**
 * How a value lies in registers. `bcd16` and `bcd32` hold four and eight decimal digits, one in each
 * half byte; `bit` is one coil or discrete input.
 */
export const encodingField = z.enum([
  'u16',
  's16',
  'u32',
  's32',
  'u64',
  's64',
  'f32',
  'f64',
  'bcd16',
  'bcd32',
  'string',
  'bit',
]);
export type ProfileEncoding = z.infer<typeof encodingField>;

/**
 * A raw value that means "there is none": the number as decoded, or the registers as they come in
 * hexadecimal (`7F7FFFFF`), first register first whatever the word order.
 */
export const sentinelField = z.union([
  z.number(),
  z
    .string()
    .regex(/^(?:[0-9A-Fa-f]{4})+$/, { error: 'whole registers in hexadecimal, as in 7F7FFFFF' }),
]);
export type Sentinel = z.infer<typeof sentinelField>;

/** How sure the author is of a profile, a point or a control. */
export const confidenceField = z.enum(['verified', 'high', 'medium', 'believed']);
export type Confidence = z.infer<typeof confidenceField>;

/** Sentences about what is believed and not verified; shown to the user. */
export const believedField = z.array(z.string().min(1).max(400));

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

/** A number, or one that the device tells: the value of a point times `factor` (default 1). */
export const quantity = z.union([
  z.number(),
  z.strictObject({ point: nameField, factor: z.number().optional() }),
]);
export type Quantity = z.infer<typeof quantity>;

/** A whole number as a key. */
const rawKey = z.string().regex(/^(?:0|-?[1-9][0-9]{0,15})$/, { error: 'a whole number' });
const bitKey = z.string().regex(/^(?:[0-9]|[1-5][0-9]|6[0-3])$/, { error: 'a bit from 0 to 63' });
const label = z.string().min(1).max(100);

/**
 * A value read from registers. It becomes, in this order: the decoded raw number; nothing, if that
 * is one of `absent`; its masked bits; 1 or 0 by `oneOf`; times `scale`; times ten to the power of
 * `scaleFrom`; plus `offset`; times `sign`, and -1 more where `signFrom` says so.
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
  /** Publishes the magnitude, for currents that a device signs by direction; before `sign`. */
  absolute: z.boolean().optional(),
  /** -1 turns the device's sign into the house's; must be stated for every power. */
  sign: z.union([z.literal(1), z.literal(-1)]).optional(),
  /**
   * Turns the sign round while another point of the same block has one of these raw values, for
   * devices that keep a direction apart from its amount.
   */
  signFrom: z.strictObject({ point: nameField, minus: z.array(z.int()).min(1) }).optional(),
  /**
   * Raw values that mean "there is none"; default: the profile's `sentinels` of this encoding; an
   * empty list = every value is one. NaN, infinities, digits above 9 in BCD and 64-bit integers
   * beyond 2^53 always mean none.
   */
  absent: z.array(sentinelField).optional(),
  /**
   * The device may change the registers of one value between sending them: two reads must agree
   * before it counts. For counters wider than one register.
   */
  agreement: z.boolean().optional(),
  /** Names of raw values (after `bitMask`): the point is one of a few states. */
  enum: z.record(rawKey, label).optional(),
  /** Names of bits, counted from 0 = least significant: the point is a set of them. */
  bits: z.record(bitKey, label).optional(),
  /** Keeps these bits of the raw value and shifts them down to bit 0. */
  bitMask: z.int().min(1).max(0xffff_ffff).optional(),
  /** The value is 1 if the raw value is listed here, else 0. */
  oneOf: z.array(z.int()).min(1).optional(),
  rate: rateField,
  /** Outside these bounds, in the published unit (mWh for energy), there is no value. */
  minimum: finite.optional(),
  maximum: finite.optional(),
  /**
   * Most that the nameplate allows in either direction, in the published unit: beyond it there is no
   * value. Usually a rating the device tells, with a factor: `{ point: 'ratedPower', factor: 1.5 }`.
   */
  nameplate: quantity.optional(),
  /** What a simulated twin shows here from the start, in `unit`. */
  twin: finite.optional(),
  /** Where it differs from the profile's. */
  confidence: confidenceField.optional(),
  believed: believedField.optional(),
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
  nameplate: quantity.optional(),
  confidence: confidenceField.optional(),
  believed: believedField.optional(),
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
  bcd16: 1,
  bcd32: 2,
  bit: 1,
} as const;

/** How many registers (or bits) a point takes. */
export function pointSize(point: Pick<RegisterPoint, 'encoding' | 'count'>): number {
  return point.encoding === 'string' ? (point.count ?? 1) : REGISTERS[point.encoding];
}
