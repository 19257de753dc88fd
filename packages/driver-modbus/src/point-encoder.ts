import { pointSize, type RegisterPoint, type Sentinel } from '@microgrid/devices';
import { absentPattern, encode, type WordOrder } from '@microgrid/modbus';
import { timesPowerOfTen } from './point-decoder.js';

const RANGES = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0, Number.MAX_SAFE_INTEGER],
  s64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  bcd16: [0, 9999],
  bcd32: [0, 99_999_999],
  bit: [0, 1],
} as const;

/** The nearest value an integer encoding can hold; floats hold any. */
export function saturate(encoding: RegisterPoint['encoding'], value: number): number {
  if (encoding === 'f32' || encoding === 'f64' || encoding === 'string') return value;
  const [least, most] = RANGES[encoding];
  return Math.min(most, Math.max(least, Math.round(value)));
}

/** Registers (or one bit as 0 or 1) of a raw number. */
export function encodeRaw(
  encoding: RegisterPoint['encoding'],
  raw: number,
  wordOrder: WordOrder = 'big',
): ArrayLike<number> {
  if (encoding === 'bit') return [raw];
  if (encoding === 'string') return [];
  return encode(encoding, raw, wordOrder);
}

const FACTORS: Partial<Record<RegisterPoint['unit'], number>> = {
  kWh: 1_000_000,
  Wh: 1000,
  mWh: 1,
};

/** The raw number of a value, before it is rounded to what the encoding can hold. */
export function exactRaw(point: RegisterPoint, value: number, exponent = 0): number {
  const energy = FACTORS[point.unit] ?? 1;
  const shifted = value * (point.sign ?? 1) - (point.offset ?? 0) * energy;
  return timesPowerOfTen(shifted / energy, -exponent) / (point.scale ?? 1);
}

/** The registers that say "there is none": the first sentinel, NaN for a float, or else zero. */
function encodeAbsence(
  { encoding, wordOrder = 'big' }: RegisterPoint,
  sentinels: readonly Sentinel[],
): ArrayLike<number> {
  const [first] = sentinels;
  if (typeof first === 'string') return absentPattern(first);
  const float = encoding === 'f32' || encoding === 'f64';
  return encodeRaw(encoding, first ?? (float ? NaN : 0), wordOrder);
}

/**
 * The registers that decode to a value as nearly as the encoding allows (out of range: its nearest
 * end, as a device does); undefined gives the first sentinel, NaN for a float, or else zero.
 * @param exponent value of the point's scale factor, default 0.
 * @param sentinels raw values that mean "there is none"; default: the point's `absent`.
 */
export function encodePoint(
  point: RegisterPoint,
  value: number | undefined,
  exponent = 0,
  sentinels: readonly Sentinel[] = point.absent ?? [],
): ArrayLike<number> {
  const { encoding, wordOrder = 'big' } = point;
  if (value === undefined || Number.isNaN(value)) return encodeAbsence(point, sentinels);
  const exact =
    point.oneOf === undefined
      ? exactRaw(point, value, exponent)
      : listed(point.oneOf, exactRaw(point, value, exponent));
  if (point.bitMask !== undefined) {
    const lowest = (point.bitMask & -point.bitMask) >>> 0;
    // In floating point: a mask may reach bit 31, where shifting would turn the sign.
    const shifted = Math.min(point.bitMask / lowest, Math.max(0, Math.round(exact)));
    return encodeBits(point, ((shifted * lowest) & point.bitMask) >>> 0);
  }
  // The direction is shown elsewhere.
  let raw = saturate(encoding, point.signFrom === undefined ? exact : Math.abs(exact));
  // A value must not turn into a sentinel by accident: one step beside it is nearer the truth.
  while (sentinels.includes(raw)) raw += raw > 0 ? -1 : 1;
  return encodeRaw(encoding, raw, wordOrder);
}

const UNSIGNED: Partial<Record<RegisterPoint['encoding'], 'u16' | 'u32' | 'u64'>> = {
  s16: 'u16',
  s32: 'u32',
  s64: 'u64',
};

/** Registers of a bit pattern, whatever the sign of the encoding. */
export function encodeBits(
  { encoding, wordOrder = 'big' }: Pick<RegisterPoint, 'encoding' | 'wordOrder'>,
  bits: number,
): ArrayLike<number> {
  return encodeRaw(UNSIGNED[encoding] ?? encoding, bits, wordOrder);
}

/** A raw value that a list of meanings turns into 1 or into 0. */
function listed(oneOf: readonly number[], value: number): number {
  if (value !== 0) return oneOf[0] ?? 1;
  let other = 0;
  while (oneOf.includes(other)) other += 1;
  return other;
}

/** Registers of a text, padded with NUL; too long a text is cut. */
export function encodeText(point: RegisterPoint, text: string): ArrayLike<number> {
  const count = pointSize(point);
  let cut = text.replaceAll('\0', '');
  while (new TextEncoder().encode(cut).length > count * 2) cut = cut.slice(0, -1);
  return encode('string', cut, 'big', count);
}
