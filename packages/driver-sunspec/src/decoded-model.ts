import type { ModelDefinition } from './model-definition.js';
import { layOutModel, type PlacedPoint } from './model-layout.js';
import { decodeRaw, type RawValue } from './point-type.js';

/**
 * Why a point has no value.
 *
 * - `not-implemented`: the device shows its type's sentinel.
 * - `scale-factor-not-implemented`, `scale-factor-out-of-range`: a power of ten outside -10..10.
 * - `too-large`: an integer that a number cannot hold exactly.
 */
export type Absence =
  'not-implemented' | 'scale-factor-not-implemented' | 'scale-factor-out-of-range' | 'too-large';

/** One point read from registers: a value or the reason why there is none. */
export type DecodedPoint =
  | { readonly raw: RawValue; readonly value: number | string; readonly absence?: undefined }
  | { readonly raw?: RawValue; readonly value?: undefined; readonly absence: Absence };

const POWERS = Array.from({ length: 11 }, (_, exponent) => Number(`1e${exponent}`));

/** The value times ten to a whole power in -10..10; one rounding at most. */
export function timesPowerOfTen(value: number, exponent: number): number {
  const power = POWERS[Math.abs(exponent)] ?? NaN;
  return exponent < 0 ? value / power : value * power;
}

/** The power of ten of a point, 0 for one without a scale factor, or why there is none. */
export function scaleOf(point: PlacedPoint, registers: ArrayLike<number>): number | Absence {
  const { scaleFactor = 0 } = point.definition;
  if (typeof scaleFactor === 'number') return scaleFactor;
  if (point.scaleOffset === undefined) return 'scale-factor-not-implemented';
  const scale = decodeRaw('sunssf', registers, point.scaleOffset, 1);
  if (typeof scale !== 'number') return 'scale-factor-not-implemented';
  return Math.abs(scale) <= 10 ? scale : 'scale-factor-out-of-range';
}

/** Reads one point from the registers of its model. */
export function decodePoint(point: PlacedPoint, registers: ArrayLike<number>): DecodedPoint {
  const { type, size } = point.definition;
  const raw = decodeRaw(type, registers, point.offset, size);
  if (raw === undefined) return { absence: 'not-implemented' };
  if (typeof raw === 'string') return { raw, value: raw };
  if (type === 'sunssf' && Math.abs(Number(raw)) > 10) {
    return { raw, absence: 'scale-factor-out-of-range' };
  }
  const scale = scaleOf(point, registers);
  if (typeof scale === 'string') return { raw, absence: scale };
  const number = Number(raw);
  if (typeof raw === 'bigint' && !Number.isSafeInteger(number))
    return { raw, absence: 'too-large' };
  return { raw, value: timesPowerOfTen(number, scale) + 0 };
}

/**
 * Reads a quantity in thousandths of the point's unit (mWh of a point in Wh) as a whole number,
 * without passing through a fraction; half away from zero where the device counts finer.
 */
export function decodeThousandths(point: PlacedPoint, registers: ArrayLike<number>): DecodedPoint {
  const { type, size } = point.definition;
  const raw = decodeRaw(type, registers, point.offset, size);
  if (raw === undefined || typeof raw === 'string') return { absence: 'not-implemented' };
  const scale = scaleOf(point, registers);
  if (typeof scale === 'string') return { raw, absence: scale };
  const value =
    typeof raw === 'number' && !Number.isInteger(raw)
      ? Math.round(timesPowerOfTen(raw, scale) * 1000)
      : Number(wholeTimesPowerOfTen(BigInt(raw), scale + 3));
  return Number.isSafeInteger(value) ? { raw, value: value + 0 } : { raw, absence: 'too-large' };
}

function wholeTimesPowerOfTen(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  const half = value < 0n ? -divisor / 2n : divisor / 2n;
  return (value + half) / divisor;
}

/** All points of a model by path, as in `Crv[0].Pt[2].V`, scaled into their unit. */
export function decodeModel(
  definition: ModelDefinition,
  registers: ArrayLike<number>,
): ReadonlyMap<string, DecodedPoint> {
  const { points } = layOutModel(definition, registers);
  return new Map(points.map((point) => [point.path, decodePoint(point, registers)]));
}
