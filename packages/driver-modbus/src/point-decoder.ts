import type { Profile, RegisterPoint, Sentinel } from '@microgrid/devices';
import { absentPattern, decode, isAbsent } from '@microgrid/modbus';

/** Registers or bits of one reply. */
export type Reply = ArrayLike<number> | ArrayLike<boolean>;

/**
 * Turns a reply into the value of one point; undefined where there is none.
 * @param exponent the value of the point's scale factor; undefined when it has none or is absent.
 */
export type PointDecoder = (reply: Reply, exponent: number | undefined) => number | undefined;

const ENERGY_FACTORS: Partial<Record<RegisterPoint['unit'], number>> = {
  kWh: 1_000_000,
  Wh: 1000,
  mWh: 1,
};

/** Exact powers of ten: multiplying or dividing by one of them rounds once at most. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** The value times ten to the power of a whole exponent from -22 to 22. */
export function timesPowerOfTen(value: number, exponent: number): number {
  const power = POWERS[Math.abs(exponent)];
  if (power === undefined) return NaN;
  return exponent < 0 ? value / power : value * power;
}

/** Multiplies by a factor; a factor such as 0.001 divides by 1000, which rounds correctly. */
function scaler(scale: number): (value: number) => number {
  if (scale === 1) return (value) => value;
  const inverse = Math.round(1 / scale);
  if (Math.abs(scale) < 1 && 1 / inverse === scale) return (value) => value / inverse;
  return (value) => value * scale;
}

/** Reads the raw number of a point; NaN where the registers hold none. */
export function rawReader(
  point: Pick<RegisterPoint, 'encoding' | 'wordOrder'>,
  offset: number,
): (reply: Reply) => number {
  const { encoding, wordOrder = 'big' } = point;
  switch (encoding) {
    case 'bit':
      return (reply) => (reply[offset] ? 1 : 0);
    case 'u16':
      return (reply) => reply[offset] as number;
    case 's16':
      return (reply) => ((reply[offset] as number) << 16) >> 16;
    case 'string':
      return () => NaN;
    case 'u64':
    case 's64':
      return (reply) => {
        const raw = decode(encoding, reply as ArrayLike<number>, wordOrder, offset);
        // What a number cannot hold exactly is no value rather than a wrong one.
        return Number.isSafeInteger(Number(raw)) ? Number(raw) : NaN;
      };
    default:
      return (reply) => decode(encoding, reply as ArrayLike<number>, wordOrder, offset);
  }
}

/** Keeps the bits of a mask and shifts them down to bit 0. */
export function bitsOf(mask: number): (raw: number) => number {
  const lowest = mask & -mask;
  const shift = 31 - Math.clz32(lowest);
  return (raw) => ((raw & mask) >>> 0) / 2 ** shift;
}

/** Raw values that mean "there is none": the point's own, or else the profile's for its encoding. */
export function sentinelsOf(profile: Profile, point: RegisterPoint): readonly Sentinel[] {
  const { encoding } = point;
  if (point.absent !== undefined) return point.absent;
  return encoding === 'string' || encoding === 'bit' ? [] : (profile.sentinels?.[encoding] ?? []);
}

/** Tells whether a reply holds one of the sentinels; undefined where there are none. */
export function compileAbsence(
  sentinels: readonly Sentinel[],
  offset: number,
): ((reply: Reply, raw: number) => boolean) | undefined {
  if (sentinels.length === 0) return undefined;
  const numbers = new Set(sentinels.filter((one) => typeof one === 'number'));
  const patterns = sentinels.filter((one) => typeof one === 'string').map(absentPattern);
  if (patterns.length === 0) return (_reply, raw) => numbers.has(raw);
  return (reply, raw) => numbers.has(raw) || isAbsent(reply as ArrayLike<number>, patterns, offset);
}

/** What a point's decoder needs besides the point. */
export interface PointSurroundings {
  /** Raw values that mean "there is none". Default: the point's `absent`. */
  readonly sentinels?: readonly Sentinel[];
  /** Whether the direction kept elsewhere in the reply turns the sign round; undefined = not known. */
  readonly turned?: ((reply: Reply) => boolean | undefined) | undefined;
}

/**
 * Compiles a point: the profile is looked at once, a poll only runs the result.
 * @param offset place of the point's first register in the reply.
 */
export function compilePoint(
  point: RegisterPoint,
  offset: number,
  surroundings: PointSurroundings = {},
): PointDecoder {
  const raw = rawReader(point, offset);
  const { sentinels = point.absent ?? [], turned } = surroundings;
  const absent = compileAbsence(sentinels, offset);
  const mask = point.bitMask === undefined ? undefined : bitsOf(point.bitMask);
  const listed = point.oneOf === undefined ? undefined : new Set(point.oneOf);
  const scale = scaler(point.scale ?? 1);
  const scaled = point.scaleFrom !== undefined;
  const shift = point.offset ?? 0;
  const sign = point.sign ?? 1;
  const energy = ENERGY_FACTORS[point.unit];
  const wantsScale = point.unit === 'exponent';
  const { absolute } = point;
  return (reply, exponent) => {
    let value = raw(reply);
    if (!Number.isFinite(value) || absent?.(reply, value)) return undefined;
    if (wantsScale) return Math.abs(value) <= 10 ? value : undefined;
    if (mask !== undefined) value = mask(value);
    if (listed !== undefined) value = listed.has(value) ? 1 : 0;
    if (absolute === true) value = Math.abs(value);
    value = scale(energy === undefined ? value : value * energy);
    if (scaled) {
      if (exponent === undefined) return undefined;
      value = timesPowerOfTen(value, exponent);
    }
    if (turned !== undefined) {
      const round = turned(reply);
      if (round === undefined) return undefined;
      if (round) value = -value;
    }
    // Adding 0 turns -0 into 0.
    value = (value + shift * (energy ?? 1)) * sign + 0;
    if (energy === undefined) return value;
    const whole = Math.round(value) + 0;
    return Number.isSafeInteger(whole) ? whole : undefined;
  };
}
