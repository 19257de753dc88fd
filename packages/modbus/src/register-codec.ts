import { ModbusError } from './modbus-error.js';

/**
 * Encodings of one fixed-length number in consecutive registers. `bcd16` and `bcd32` are four and
 * eight decimal digits, one in each half byte.
 */
export type NumberEncoding = 'u16' | 's16' | 'u32' | 's32' | 'f32' | 'f64' | 'bcd16' | 'bcd32';

/** Encodings of 64-bit integers, decoded to `bigint` because they do not fit a number exactly. */
export type BigintEncoding = 'u64' | 's64';

/** How a value lies in registers. `string` is UTF-8, two bytes a register, first byte high. */
export type Encoding = NumberEncoding | BigintEncoding | 'string';

/**
 * Order of the registers of one value: `big` = most significant word first (the usual one),
 * `little` = least significant word first. Bytes inside a register are always big-endian.
 * Strings and 16-bit values do not depend on it.
 */
export type WordOrder = 'big' | 'little';

/** How many registers a value of a fixed-length encoding takes. */
export const registersOf: Readonly<Record<NumberEncoding | BigintEncoding, 1 | 2 | 4>> = {
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
};

// One scratch value for all conversions: JavaScript runs them one at a time.
const scratch = new DataView(new ArrayBuffer(8));

/**
 * Reads one value from `registers`, starting at index `offset` (default 0). It never invents: NaN
 * and infinities of floats come back as they are, a half byte that is no digit makes NaN, sentinels
 * are the profile's business.
 *
 * @param wordOrder - default `big`
 * @returns a number for 16- and 32-bit integers and floats; a `bigint` for u64 and s64; for
 * `string` all registers from `offset` up to the first NUL byte, invalid UTF-8 as U+FFFD
 * @throws ModbusError `bad-value` when the registers end before the value does
 */
export function decode(
  encoding: NumberEncoding,
  registers: ArrayLike<number>,
  wordOrder?: WordOrder,
  offset?: number,
): number;
export function decode(
  encoding: BigintEncoding,
  registers: ArrayLike<number>,
  wordOrder?: WordOrder,
  offset?: number,
): bigint;
export function decode(
  encoding: 'string',
  registers: ArrayLike<number>,
  wordOrder?: WordOrder,
  offset?: number,
): string;
export function decode(
  encoding: Encoding,
  registers: ArrayLike<number>,
  wordOrder?: WordOrder,
  offset?: number,
): number | bigint | string;
export function decode(
  encoding: Encoding,
  registers: ArrayLike<number>,
  wordOrder: WordOrder = 'big',
  offset = 0,
): number | bigint | string {
  if (encoding === 'string') return decodeText(registers, offset);
  load(encoding, registers, wordOrder, offset);
  switch (encoding) {
    case 'u16':
      return scratch.getUint16(0);
    case 's16':
      return scratch.getInt16(0);
    case 'u32':
      return scratch.getUint32(0);
    case 's32':
      return scratch.getInt32(0);
    case 'f32':
      return scratch.getFloat32(0);
    case 'f64':
      return scratch.getFloat64(0);
    case 'u64':
      return scratch.getBigUint64(0);
    case 's64':
      return scratch.getBigInt64(0);
    case 'bcd16':
      return fromBcd(scratch.getUint16(0));
    case 'bcd32':
      return fromBcd(scratch.getUint32(0));
  }
}

/** The number whose decimal digits are the half bytes; NaN when one of them is no digit. */
function fromBcd(bits: number): number {
  let value = 0;
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = (bits >>> shift) & 15;
    if (digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** The inverse of {@link fromBcd}, for integers in 0..99,999,999. */
function toBcd(value: number): number {
  return Number.parseInt(String(value), 16);
}

/** Puts the registers of one value into the scratch buffer, most significant byte first. */
function load(
  encoding: NumberEncoding | BigintEncoding,
  registers: ArrayLike<number>,
  wordOrder: WordOrder,
  offset: number,
): void {
  const count = registersOf[encoding];
  for (let index = 0; index < count; index += 1) {
    const register = registers[offset + (wordOrder === 'big' ? index : count - 1 - index)];
    if (register === undefined) {
      throw new ModbusError(
        'bad-value',
        `${encoding} at register ${offset}: needs ${count} registers, got ${registers.length - offset}`,
      );
    }
    scratch.setUint16(index * 2, register);
  }
}

/**
 * Writes one value as registers; the inverse of {@link decode}.
 *
 * @param value - an integer in the encoding's range (`bigint` or safe number for u64 and s64), any
 * number for floats (f32 rounds to the nearest), or text without NUL for `string`
 * @param wordOrder - default `big`
 * @param count - for `string`: registers to fill, padded with NUL; default as many as it needs
 * @throws ModbusError `bad-value` when the value does not fit the encoding
 */
export function encode(
  encoding: Encoding,
  value: number | bigint | string,
  wordOrder: WordOrder = 'big',
  count?: number,
): Uint16Array {
  if (encoding === 'string') return encodeText(value, count);
  store(encoding, value);
  const length = registersOf[encoding];
  const registers = new Uint16Array(length);
  for (let index = 0; index < length; index += 1) {
    registers[wordOrder === 'big' ? index : length - 1 - index] = scratch.getUint16(index * 2);
  }
  return registers;
}

/** Puts one value into the scratch buffer, most significant byte first. */
function store(encoding: NumberEncoding | BigintEncoding, value: number | bigint | string): void {
  switch (encoding) {
    case 'u16':
      scratch.setUint16(0, integer(encoding, value, 0, 0xffff));
      return;
    case 's16':
      scratch.setInt16(0, integer(encoding, value, -0x8000, 0x7fff));
      return;
    case 'u32':
      scratch.setUint32(0, integer(encoding, value, 0, 0xffff_ffff));
      return;
    case 's32':
      scratch.setInt32(0, integer(encoding, value, -0x8000_0000, 0x7fff_ffff));
      return;
    case 'u64':
      scratch.setBigUint64(0, wide(encoding, value, 0n, (1n << 64n) - 1n));
      return;
    case 's64':
      scratch.setBigInt64(0, wide(encoding, value, -(1n << 63n), (1n << 63n) - 1n));
      return;
    case 'bcd16':
      scratch.setUint16(0, toBcd(integer(encoding, value, 0, 9999)));
      return;
    case 'bcd32':
      scratch.setUint32(0, toBcd(integer(encoding, value, 0, 99_999_999)));
      return;
    case 'f32':
    case 'f64':
      storeFloat(encoding, value);
  }
}

function storeFloat(encoding: 'f32' | 'f64', value: number | bigint | string): void {
  if (typeof value !== 'number') throw unfit(encoding, value, 'a number');
  if (encoding === 'f64') {
    scratch.setFloat64(0, value);
    return;
  }
  scratch.setFloat32(0, value);
  if (Number.isFinite(value) && !Number.isFinite(scratch.getFloat32(0))) {
    throw unfit(encoding, value, 'a number within ±3.4028235e38');
  }
}

function integer(
  encoding: Encoding,
  value: number | bigint | string,
  least: number,
  most: number,
): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) {
    return number;
  }
  throw unfit(encoding, value, `an integer in ${least}..${most}`);
}

function wide(
  encoding: Encoding,
  value: number | bigint | string,
  least: bigint,
  most: bigint,
): bigint {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
    const exact = BigInt(value);
    if (exact >= least && exact <= most) return exact;
  }
  throw unfit(encoding, value, `an integer in ${least}..${most}, a bigint where not safe`);
}

function decodeText(registers: ArrayLike<number>, offset: number): string {
  const bytes = new Uint8Array(Math.max(0, registers.length - offset) * 2);
  for (let index = offset; index < registers.length; index += 1) {
    const register = registers[index] ?? 0;
    bytes[(index - offset) * 2] = register >> 8;
    bytes[(index - offset) * 2 + 1] = register & 0xff;
  }
  const end = bytes.indexOf(0);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    end === -1 ? bytes : bytes.subarray(0, end),
  );
}

function encodeText(value: number | bigint | string, count: number | undefined): Uint16Array {
  if (typeof value !== 'string' || value.includes('\0')) {
    throw unfit('string', value, 'text without NUL');
  }
  const bytes = new TextEncoder().encode(value);
  const registers = new Uint16Array(count ?? Math.ceil(bytes.length / 2));
  if (bytes.length > registers.length * 2) {
    throw unfit('string', value, `at most ${registers.length * 2} bytes of UTF-8`);
  }
  bytes.forEach((byte, index) => {
    const place = index >> 1;
    registers[place] = (registers[place] ?? 0) | (index % 2 === 0 ? byte << 8 : byte);
  });
  return registers;
}

function unfit(encoding: Encoding, value: number | bigint | string, expected: string): ModbusError {
  return new ModbusError('bad-value', `${encoding}: ${value} does not fit, expected ${expected}`);
}
