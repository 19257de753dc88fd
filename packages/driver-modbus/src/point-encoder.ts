import { pointSize, type RegisterPoint } from '@microgrid/devices';
import { encode, type WordOrder } from '@microgrid/modbus';
import { timesPowerOfTen } from './point-decoder.js';

const RANGES = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  u64: [0, Number.MAX_SAFE_INTEGER],
  s64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
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

/**
 * The registers that decode to a value as nearly as the encoding allows (out of range: its nearest
 * end, as a device does); undefined gives the point's first sentinel, NaN for a float, or else zero.
 * @param exponent value of the point's scale factor, default 0.
 */
export function encodePoint(
  point: RegisterPoint,
  value: number | undefined,
  exponent = 0,
): ArrayLike<number> {
  const { encoding, absent = [], wordOrder = 'big' } = point;
  if (value === undefined || Number.isNaN(value)) {
    const float = encoding === 'f32' || encoding === 'f64';
    return encodeRaw(encoding, absent[0] ?? (float ? NaN : 0), wordOrder);
  }
  if (point.oneOf !== undefined) return encodeRaw(encoding, listed(point.oneOf, value), wordOrder);
  if (point.bitMask !== undefined) {
    const lowest = point.bitMask & -point.bitMask;
    return encodeRaw(encoding, ((value * lowest) & point.bitMask) >>> 0, wordOrder);
  }
  const energy = FACTORS[point.unit] ?? 1;
  const shifted = value * (point.sign ?? 1) - (point.offset ?? 0) * energy;
  const exact = timesPowerOfTen(shifted / energy, -exponent) / (point.scale ?? 1);
  let raw = saturate(encoding, exact);
  // A value must not turn into a sentinel by accident: one step beside it is nearer the truth.
  if (absent.includes(raw)) raw += raw > 0 ? -1 : 1;
  return encodeRaw(encoding, raw, wordOrder);
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
