import { isRegisterPoint, type Profile, type RegisterPoint } from '@microgrid/devices';
import { decode } from '@microgrid/modbus';
import { bitsOf, compileAbsence, rawReader, sentinelsOf, type Reply } from './point-decoder.js';

/** Reads a text; undefined where there is none. */
export type TextDecoder = (reply: Reply) => string | undefined;

/**
 * Compiles what a point says in words: a text without the padding of its registers, the name of a
 * state, or the names of the bits that are set; undefined for a point that is a mere number.
 */
export function compileText(
  profile: Profile,
  point: RegisterPoint,
  offset: number,
): TextDecoder | undefined {
  if (point.encoding === 'string') return textReader(profile, point, offset);
  const { enum: states, bits, bitMask } = point;
  if (states === undefined && bits === undefined) return undefined;
  const raw = rawReader(point, offset);
  const absent = compileAbsence(sentinelsOf(profile, point), offset);
  const mask = bitMask === undefined ? (value: number) => value : bitsOf(bitMask);
  return (reply) => {
    const value = raw(reply);
    if (!Number.isFinite(value) || absent?.(reply, value)) return undefined;
    const masked = mask(value);
    if (states !== undefined) return states[String(masked)] ?? `unknown (${masked})`;
    return namesOfBits(bits ?? {}, masked);
  };
}

function textReader(profile: Profile, point: RegisterPoint, offset: number): TextDecoder {
  const { count = 1 } = point;
  const absent = compileAbsence(sentinelsOf(profile, point), offset);
  return (reply) => {
    if (absent?.(reply, NaN)) return undefined;
    const registers = Array.from(reply as ArrayLike<number>).slice(offset, offset + count);
    return decode('string', registers).trim();
  };
}

/** Bits without a name are shown by their number: a fault nobody named is a fault all the same. */
function namesOfBits(names: Readonly<Record<string, string>>, value: number): string {
  const set: string[] = [];
  // In floating point, since a mask of 32 bits does not fit the signed integers of shifts.
  const pattern = value < 0 ? value + 2 ** 32 : value;
  for (let bit = 0; bit < 53; bit += 1) {
    if (Math.floor(pattern / 2 ** bit) % 2 === 1) set.push(names[String(bit)] ?? `bit ${bit}`);
  }
  return set.join(', ');
}

/**
 * Whether the direction that another point of the same reply holds turns a value round; undefined for
 * a point that keeps its sign itself. The reader gives undefined where the direction is not known.
 */
export function compileDirection(
  profile: Profile,
  point: RegisterPoint,
  start: number,
): ((reply: Reply) => boolean | undefined) | undefined {
  const { signFrom } = point;
  if (signFrom === undefined) return undefined;
  const other = profile.points.find(({ id }) => id === signFrom.point);
  if (other === undefined || !isRegisterPoint(other)) return undefined;
  const offset = other.address - start;
  const raw = rawReader(other, offset);
  const absent = compileAbsence(sentinelsOf(profile, other), offset);
  const mask = other.bitMask === undefined ? (value: number) => value : bitsOf(other.bitMask);
  const minus = new Set(signFrom.minus);
  return (reply) => {
    const value = raw(reply);
    if (!Number.isFinite(value) || absent?.(reply, value)) return undefined;
    return minus.has(mask(value));
  };
}
