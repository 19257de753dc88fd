import { decode, encode } from '@microgrid/modbus';

/** Types of SunSpec points, SunSpec Device Information Model Specification, section "Point types". */
export type PointType =
  | 'int16'
  | 'uint16'
  | 'count'
  | 'acc16'
  | 'enum16'
  | 'bitfield16'
  | 'pad'
  | 'sunssf'
  | 'int32'
  | 'uint32'
  | 'acc32'
  | 'enum32'
  | 'bitfield32'
  | 'ipaddr'
  | 'int64'
  | 'uint64'
  | 'acc64'
  | 'bitfield64'
  | 'float32'
  | 'float64'
  | 'ipv6addr'
  | 'eui48'
  | 'string';

/** A point as it stands in its registers: 64-bit integers as bigint, addresses and texts as text. */
export type RawValue = number | bigint | string;

/** Registers that each type takes; a string says its own length. */
export const POINT_REGISTERS: Readonly<Record<Exclude<PointType, 'string'>, number>> = {
  int16: 1,
  uint16: 1,
  count: 1,
  acc16: 1,
  enum16: 1,
  bitfield16: 1,
  pad: 1,
  sunssf: 1,
  int32: 2,
  uint32: 2,
  acc32: 2,
  enum32: 2,
  bitfield32: 2,
  ipaddr: 2,
  int64: 4,
  uint64: 4,
  acc64: 4,
  bitfield64: 4,
  float32: 2,
  float64: 4,
  ipv6addr: 8,
  eui48: 4,
};

/** Whether a text names a point type. */
export function isPointType(name: string): name is PointType {
  return name === 'string' || Object.hasOwn(POINT_REGISTERS, name);
}

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

const unless = <T>(value: T, absent: T): T | undefined => (value === absent ? undefined : value);

/**
 * Reads one point; undefined where the device says that it does not implement it. The sentinel
 * belongs to the type: 0x8000 in an int16, 0xFFFF in a uint16, 0 in an accumulator. A bit field
 * whose top bit is set says nothing by its other bits, so it is absent too. NaN and infinities are absent.
 * @param size registers of the point; matters for strings only.
 */
export function decodeRaw(
  type: PointType,
  registers: ArrayLike<number>,
  offset: number,
  size: number,
): RawValue | undefined {
  switch (type) {
    case 'int16':
    case 'sunssf':
      return unless(decode('s16', registers, 'big', offset), -0x8000);
    case 'uint16':
    case 'count':
    case 'enum16':
      return unless(decode('u16', registers, 'big', offset), 0xffff);
    case 'acc16':
      return unless(decode('u16', registers, 'big', offset), 0);
    case 'bitfield16': {
      const bits = decode('u16', registers, 'big', offset);
      return bits >= 0x8000 ? undefined : bits;
    }
    case 'pad':
      return undefined;
    case 'int32':
      return unless(decode('s32', registers, 'big', offset), -0x8000_0000);
    case 'uint32':
    case 'enum32':
      return unless(decode('u32', registers, 'big', offset), 0xffff_ffff);
    case 'acc32':
      return unless(decode('u32', registers, 'big', offset), 0);
    case 'bitfield32': {
      const bits = decode('u32', registers, 'big', offset);
      return bits >= 0x8000_0000 ? undefined : bits;
    }
    case 'int64':
      return unless(decode('s64', registers, 'big', offset), -(1n << 63n));
    case 'uint64':
      return unless(decode('u64', registers, 'big', offset), (1n << 64n) - 1n);
    case 'acc64':
      return unless(decode('u64', registers, 'big', offset), 0n);
    case 'bitfield64': {
      const bits = decode('u64', registers, 'big', offset);
      return bits >= 1n << 63n ? undefined : bits;
    }
    case 'float32':
    case 'float64': {
      const value = decode(type === 'float32' ? 'f32' : 'f64', registers, 'big', offset);
      return Number.isFinite(value) ? value : undefined;
    }
    default:
      return decodeText(
        type,
        Array.from({ length: size }, (_, at) => registers[offset + at] ?? 0),
      );
  }
}

function decodeText(
  type: 'ipaddr' | 'ipv6addr' | 'eui48' | 'string',
  registers: readonly number[],
): string | undefined {
  if (registers.every((register) => register === 0)) return undefined;
  if (type === 'ipaddr') {
    return registers.flatMap((register) => [register >> 8, register & 0xff]).join('.');
  }
  if (type === 'ipv6addr') return registers.map((register) => register.toString(16)).join(':');
  if (type === 'eui48') {
    const [, ...address] = registers;
    if (address.every((register) => register === 0xffff)) return undefined;
    return address
      .map((register) => `${hex(register >> 8, 2)}:${hex(register & 0xff, 2)}`)
      .join(':');
  }
  // Some devices fill a text they do not have with ones or with the sentinel of integers.
  const [first] = registers;
  if (registers.every((register) => register === first) && (first === 0xffff || first === 0x8000)) {
    return undefined;
  }
  const text = decode('string', registers).trim();
  return text === '' ? undefined : text;
}

/** What a device shows in a point that it does not implement. */
export function absentRegisters(type: PointType, size: number): Uint16Array {
  switch (type) {
    case 'int16':
    case 'sunssf':
    case 'pad':
      return Uint16Array.of(0x8000);
    case 'int32':
      return Uint16Array.of(0x8000, 0);
    case 'int64':
      return Uint16Array.of(0x8000, 0, 0, 0);
    case 'uint16':
    case 'count':
    case 'enum16':
    case 'bitfield16':
      return Uint16Array.of(0xffff);
    case 'uint32':
    case 'enum32':
    case 'bitfield32':
      return Uint16Array.of(0xffff, 0xffff);
    case 'uint64':
    case 'bitfield64':
      return Uint16Array.of(0xffff, 0xffff, 0xffff, 0xffff);
    case 'float32':
      return Uint16Array.of(0x7fc0, 0);
    case 'float64':
      return Uint16Array.of(0x7ff8, 0, 0, 0);
    case 'eui48':
      return Uint16Array.of(0, 0xffff, 0xffff, 0xffff);
    default:
      return new Uint16Array(size);
  }
}

/**
 * Puts a point into registers; the inverse of {@link decodeRaw} for values that are implemented.
 * @throws ModbusError `bad-value` for a value that does not fit the type.
 */
export function encodeRaw(type: PointType, value: RawValue, size: number): Uint16Array {
  switch (type) {
    case 'int16':
    case 'sunssf':
      return encode('s16', value);
    case 'int32':
      return encode('s32', value);
    case 'int64':
      return encode('s64', value);
    case 'uint32':
    case 'acc32':
    case 'enum32':
    case 'bitfield32':
      return encode('u32', value);
    case 'uint64':
    case 'acc64':
    case 'bitfield64':
      return encode('u64', value);
    case 'float32':
      return encode('f32', value);
    case 'float64':
      return encode('f64', value);
    case 'string':
      return encode('string', value, 'big', size);
    case 'ipaddr':
      return parts(value, '.', 10, (bytes) => pairs(bytes));
    case 'ipv6addr':
      return parts(value, ':', 16, (words) => words);
    case 'eui48':
      return parts(value, ':', 16, (bytes) => [0, ...pairs(bytes)]);
    default:
      return encode('u16', value);
  }
}

function parts(
  value: RawValue,
  separator: string,
  radix: number,
  join: (numbers: readonly number[]) => readonly number[],
): Uint16Array {
  const numbers = String(value)
    .split(separator)
    .map((part) => Number.parseInt(part, radix));
  return Uint16Array.from(join(numbers));
}

const pairs = (bytes: readonly number[]): number[] =>
  Array.from(
    { length: bytes.length >> 1 },
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
