import {
  isRegisterPoint,
  pointSize,
  type Profile,
  type ProfileControl,
  type ProfilePoint,
  type ProfileVector,
  type RegisterPoint,
} from '@microgrid/devices';

/**
 * A second, slow decoder written from the description of the format alone, so that the vectors are
 * checked without the driver. It handles bytes, the driver handles registers.
 */

const bytesOf = (hex: string): number[] =>
  (hex.replaceAll(' ', '').match(/../g) ?? []).map((byte) => parseInt(byte, 16));

/** Two bytes for each register and one for each bit; what the vector does not name is zero. */
type Memory = (table: string, address: number) => readonly number[];

function memoryOf(vector: ProfileVector): Memory {
  const cells = new Map<string, readonly number[]>();
  for (const { table, address, bytes } of vector.registers) {
    const width = table === 'coil' || table === 'discrete' ? 1 : 2;
    const all = bytesOf(bytes);
    for (let at = 0; at < all.length; at += width) {
      cells.set(`${table}/${address + at / width}`, all.slice(at, at + width));
    }
  }
  return (table, address) =>
    cells.get(`${table}/${address}`) ?? (table === 'coil' || table === 'discrete' ? [0] : [0, 0]);
}

function rawOf(point: RegisterPoint, memory: Memory): { raw: number; hex: string } {
  const cells = Array.from({ length: pointSize(point) }, (_, index) =>
    memory(point.table, point.address + index),
  );
  const hex = cells
    .flat()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
  const ordered = point.wordOrder === 'little' ? [...cells].reverse() : cells;
  const bytes = Buffer.from(ordered.flat());
  const { encoding } = point;
  const bits = Number(encoding.slice(1));
  let raw = NaN;
  if (encoding === 'bit') raw = bytes[0] ?? 0;
  else if (encoding === 'f32') raw = bytes.readFloatBE();
  else if (encoding === 'f64') raw = bytes.readDoubleBE();
  else if (encoding.startsWith('u')) raw = Number(BigInt(`0x${bytes.toString('hex')}`));
  else if (encoding.startsWith('s') && encoding !== 'string') {
    raw = Number(BigInt.asIntN(bits, BigInt(`0x${bytes.toString('hex')}`)));
  }
  return { raw, hex };
}

type Value = (id: string) => number | undefined;

const MILLIWATT_HOURS: Partial<Record<string, number>> = { kWh: 1_000_000, Wh: 1000, mWh: 1 };

function registerValue(
  profile: Profile,
  point: RegisterPoint,
  memory: Memory,
  valueOf: Value,
): number | undefined {
  const { raw, hex } = rawOf(point, memory);
  const sentinels =
    point.absent ??
    (point.encoding === 'string' || point.encoding === 'bit'
      ? []
      : (profile.sentinels?.[point.encoding] ?? []));
  if (!Number.isFinite(raw)) return undefined;
  if (sentinels.some((one) => one === raw || String(one).toUpperCase() === hex)) return undefined;
  if (!Number.isSafeInteger(raw) && /^[us]64$/.test(point.encoding)) return undefined;
  let value = raw;
  if (point.bitMask !== undefined) {
    value = Number(BigInt(value) & BigInt(point.bitMask)) / (point.bitMask & -point.bitMask);
  }
  if (point.oneOf !== undefined) value = point.oneOf.includes(value) ? 1 : 0;
  if (point.absolute === true) value = Math.abs(value);
  value *= point.scale ?? 1;
  if (point.scaleFrom !== undefined) {
    const exponent = valueOf(point.scaleFrom);
    if (exponent === undefined) return undefined;
    value *= 10 ** exponent;
  }
  value = (value + (point.offset ?? 0)) * (point.sign ?? 1);
  if (point.signFrom !== undefined) {
    const direction = profile.points.find(({ id }) => id === point.signFrom?.point);
    if (direction === undefined || !isRegisterPoint(direction)) return undefined;
    if (point.signFrom.minus.includes(rawOf(direction, memory).raw)) value = -value;
  }
  const energy = MILLIWATT_HOURS[point.unit];
  return energy === undefined ? value : Math.round(value * energy);
}

function plausible(point: ProfilePoint, value: number, valueOf: Value): boolean {
  if (point.minimum !== undefined && value < point.minimum - 1e-9) return false;
  if (point.maximum !== undefined && value > point.maximum + 1e-9) return false;
  if (point.nameplate === undefined) return true;
  const { nameplate } = point;
  const most =
    typeof nameplate === 'number'
      ? nameplate
      : (valueOf(nameplate.point) ?? Infinity) * (nameplate.factor ?? 1);
  return Math.abs(value) <= most;
}

/** The value of each point by id, undefined where there is none; energies in mWh. */
export function decodeVector(profile: Profile, vector: ProfileVector): Value {
  const memory = memoryOf(vector);
  const valueOf: Value = (id) => {
    const point = profile.points.find((candidate) => candidate.id === id);
    if (point === undefined) return undefined;
    let value: number | undefined;
    if (isRegisterPoint(point)) {
      value = registerValue(profile, point, memory, valueOf);
    } else {
      const terms = point.sum.map((term) => ({ ...term, value: valueOf(term.point) }));
      const missing = terms.some((term) => term.value === undefined && term.optional !== true);
      const found = terms.filter((term) => term.value !== undefined);
      if (!missing && found.length > 0) {
        value = found.reduce((sum, term) => sum + (term.value ?? 0) * (term.factor ?? 1), 0);
      }
    }
    return value === undefined || !plausible(point, value, valueOf) ? undefined : value;
  };
  return valueOf;
}

const APPLIES: Record<string, (command: number) => boolean> = {
  zero: (command) => command === 0,
  nonzero: (command) => command !== 0,
  positive: (command) => command > 0,
  negative: (command) => command < 0,
  notPositive: (command) => command <= 0,
  notNegative: (command) => command >= 0,
};

type Field = ProfileControl['steps'][number]['fields'][number];

function fieldNumber({ value }: Field, command: number, valueOf: Value): number {
  if (typeof value === 'number') return value;
  if ('map' in value) return value.map.find(([from]) => from === command)?.[1] ?? NaN;
  const exponent = value.scaleFrom === undefined ? 0 : (valueOf(value.scaleFrom) ?? NaN);
  if ('point' in value) {
    return ((valueOf(value.point) ?? NaN) * (value.factor ?? 1)) / 10 ** exponent;
  }
  const divisor = value.over === undefined ? 1 : (valueOf(value.over) ?? NaN);
  return ((command * (value.factor ?? 1)) / divisor + (value.offset ?? 0)) / 10 ** exponent;
}

function fieldBytes(field: Field, command: number, valueOf: Value): string {
  const number = fieldNumber(field, command, valueOf);
  const { encoding } = field;
  if (encoding === 'bit') return number === 0 ? '00' : '01';
  const width = { 16: 2, 32: 4, 64: 8 }[Number(encoding.slice(1))] ?? 2;
  const bytes = Buffer.alloc(width);
  if (encoding === 'f32') bytes.writeFloatBE(number);
  else if (encoding === 'f64') bytes.writeDoubleBE(number);
  else {
    const whole = BigInt(Math.sign(number) * Math.round(Math.abs(number)));
    bytes.write(
      BigInt.asUintN(width * 8, whole)
        .toString(16)
        .padStart(width * 2, '0'),
      'hex',
    );
  }
  const cells = bytes.toString('hex').toUpperCase().match(/..../g) ?? [];
  return (field.wordOrder === 'little' ? cells.reverse() : cells).join('');
}

/** The writes of a command, in order, as vectors state them. */
export function writesOf(
  steps: ProfileControl['steps'],
  command: number,
  valueOf: Value,
): { table: string; address: number; bytes: string }[] {
  return steps
    .filter(({ when }) => when === undefined || APPLIES[when]?.(command) === true)
    .map(({ table, address, fields }) => ({
      table,
      address,
      bytes: fields.map((field) => fieldBytes(field, command, valueOf)).join(''),
    }));
}

/** Registers and bits that a vector states, as `table/address`. */
export function namedRegisters(vector: ProfileVector): ReadonlySet<string> {
  return new Set(
    vector.registers.flatMap(({ table, address, bytes }) => {
      const width = table === 'coil' || table === 'discrete' ? 1 : 2;
      const count = bytesOf(bytes).length / width;
      return Array.from({ length: count }, (_, index) => `${table}/${address + index}`);
    }),
  );
}

/** Registers and bits that a point's value is made of, without the terms that may be left out. */
export function registersOfValue(profile: Profile, id: string): string[] {
  const point = profile.points.find((candidate) => candidate.id === id);
  if (point === undefined) return [];
  if (!isRegisterPoint(point)) {
    return point.sum.flatMap((term) =>
      term.optional === true ? [] : registersOfValue(profile, term.point),
    );
  }
  const own = Array.from(
    { length: pointSize(point) },
    (_, index) => `${point.table}/${point.address + index}`,
  );
  const others = [point.scaleFrom, point.signFrom?.point].filter((name) => name !== undefined);
  return [...own, ...others.flatMap((name) => registersOfValue(profile, name))];
}
