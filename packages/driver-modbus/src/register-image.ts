import { isRegisterPoint, pointSize, type Profile, type RegisterPoint } from '@microgrid/devices';
import { ModbusException, type Table } from '@microgrid/modbus';
import { DriverModbusError } from './driver-modbus-error.js';
import { planBlocks } from './block-plan.js';
import { matchLength } from './identity-check.js';
import { sentinelsOf } from './point-decoder.js';
import { encodeBits, encodePoint, encodeRaw, encodeText, exactRaw } from './point-encoder.js';

interface Span {
  readonly table: Table;
  readonly address: number;
  /** Registers, or bits as 0 and 1. */
  readonly registers: Uint16Array;
}

const ILLEGAL_ADDRESS = 2;

/**
 * The registers of a simulated device, laid out by its profile. A read or write outside them is
 * answered with exception 2, as devices do.
 */
export class RegisterImage {
  private readonly spans: readonly Span[];
  private readonly byId: ReadonlyMap<string, RegisterPoint>;
  private readonly exponents = new Map<string, number>();
  private readonly scaledBy = new Map<string, RegisterPoint[]>();
  private readonly lastValues = new Map<string, number | undefined>();

  constructor(readonly profile: Profile) {
    this.spans = spansOf(profile);
    const points = profile.points.filter(isRegisterPoint);
    this.byId = new Map(points.map((point) => [point.id, point]));
    for (const point of points) {
      if (point.scaleFrom === undefined) continue;
      const others = this.scaledBy.get(point.scaleFrom) ?? [];
      this.scaledBy.set(point.scaleFrom, [...others, point]);
    }
    for (const match of profile.identity?.match ?? []) {
      const registers =
        'anyOf' in match
          ? (match.anyOf[0] ?? [])
          : encodeRaw(match.encoding, match.minimum, match.wordOrder);
      this.put(match.table, match.address, registers);
    }
    const rank = ({ unit }: RegisterPoint): number => (unit === 'exponent' ? 0 : 1);
    for (const point of [...points].sort((a, b) => rank(a) - rank(b))) {
      if (point.encoding !== 'string') this.setPoint(point, point.twin);
    }
  }

  /**
   * Shows values: of published and internal points by id, in their published unit and sign (energy
   * in mWh), texts for texts; undefined shows "there is none". Points not named keep theirs.
   * @throws DriverModbusError `unknown-point` for a sum or a name outside the profile,
   *   `not-encodable` for a text in a number or a number in a text.
   */
  set(values: Readonly<Record<string, number | string | undefined>>): void {
    for (const [id, value] of Object.entries(values)) {
      const point = this.byId.get(id);
      if (point === undefined) {
        throw new DriverModbusError(
          'unknown-point',
          `${this.profile.id}: ${id}: expected a point of the profile that has registers`,
        );
      }
      if (point.encoding === 'string') {
        if (typeof value === 'number') throw notEncodable(this.profile, id, value, 'a text');
        this.put(point.table, point.address, encodeText(point, value ?? ''));
      } else {
        if (typeof value === 'string') throw notEncodable(this.profile, id, value, 'a number');
        this.setPoint(point, value);
      }
    }
  }

  private setPoint(point: RegisterPoint, value: number | undefined): void {
    this.lastValues.set(point.id, value);
    const exponent = point.scaleFrom === undefined ? 0 : (this.exponents.get(point.scaleFrom) ?? 0);
    const sentinels = sentinelsOf(this.profile, point);
    if (point.unit !== 'exponent') {
      this.show(point, value, encodePoint(point, value, exponent, sentinels));
      if (point.signFrom !== undefined && value !== undefined) {
        this.showDirection(point.signFrom, exactRaw(point, value, exponent) < 0);
      }
      return;
    }
    this.exponents.set(point.id, value ?? 0);
    this.put(point.table, point.address, encodePoint(point, value, 0, sentinels));
    // Values shown with the old scale factor would be wrong by powers of ten.
    for (const scaled of this.scaledBy.get(point.id) ?? []) {
      if (this.lastValues.has(scaled.id)) this.setPoint(scaled, this.lastValues.get(scaled.id));
    }
  }

  /** Several points may be bits of one register: only its own bits change. */
  private show(
    point: RegisterPoint,
    value: number | undefined,
    registers: ArrayLike<number>,
  ): void {
    const { bitMask, table, address } = point;
    if (bitMask === undefined || !this.has(table, address, registers.length)) {
      this.put(table, address, registers);
      return;
    }
    const mask = encodeBits(point, bitMask);
    const before = this.read(table, address, registers.length);
    const merged = Array.from(registers, (register, index) => {
      const own = mask[index] ?? 0;
      return ((before[index] ?? 0) & ~own) | (value === undefined ? 0 : register & own);
    });
    this.put(table, address, merged);
  }

  private showDirection(
    { point: id, minus }: NonNullable<RegisterPoint['signFrom']>,
    negative: boolean,
  ): void {
    const point = this.byId.get(id);
    if (point === undefined) return;
    let raw = minus[0] ?? 1;
    if (!negative) {
      raw = 0;
      while (minus.includes(raw)) raw += 1;
    }
    const { table, address, encoding, wordOrder, bitMask } = point;
    const plain: RegisterPoint = { id, table, address, encoding, unit: 'count', rate: 'high' };
    const shown = {
      ...plain,
      ...(wordOrder === undefined ? {} : { wordOrder }),
      ...(bitMask === undefined ? {} : { bitMask }),
    };
    this.show(shown, raw, encodePoint(shown, raw));
  }

  /** Reads registers or bits, as a unit handler does; bits as 0 and 1. @throws ModbusException 2. */
  read(table: Table, address: number, count: number): Uint16Array {
    const span = this.spanAt(table, address, count);
    const start = address - span.address;
    return span.registers.subarray(start, start + count);
  }

  /** Writes registers or bits. @throws ModbusException 2. */
  write(table: Table, address: number, values: ArrayLike<number> | ArrayLike<boolean>): void {
    const span = this.spanAt(table, address, values.length);
    for (let index = 0; index < values.length; index += 1) {
      span.registers[address - span.address + index] = Number(values[index]);
    }
  }

  /** Whether registers lie inside the image. */
  has(table: Table, address: number, count: number): boolean {
    return this.find(table, address, count) !== undefined;
  }

  private put(table: Table, address: number, registers: ArrayLike<number>): void {
    if (this.has(table, address, registers.length)) this.write(table, address, registers);
  }

  private find(table: Table, address: number, count: number): Span | undefined {
    return this.spans.find(
      (span) =>
        span.table === table &&
        span.address <= address &&
        address + count <= span.address + span.registers.length,
    );
  }

  private spanAt(table: Table, address: number, count: number): Span {
    const span = this.find(table, address, count);
    if (span === undefined) throw new ModbusException(ILLEGAL_ADDRESS);
    return span;
  }
}

function notEncodable(
  profile: Profile,
  id: string,
  value: number | string,
  expected: string,
): DriverModbusError {
  return new DriverModbusError(
    'not-encodable',
    `${profile.id}: ${id}: got ${JSON.stringify(value)}, expected ${expected}`,
  );
}

/** Registers that exist: the profile's space, or all that it names, joined where they touch. */
function spansOf(profile: Profile): Span[] {
  const named = [
    ...(profile.blocks ?? []),
    // What a read may run over to save a request exists too.
    ...planBlocks(profile, new Set(profile.points.map(({ id }) => id))),
    ...profile.points
      .filter(isRegisterPoint)
      .map((point) => ({ table: point.table, address: point.address, count: pointSize(point) })),
    ...(profile.identity?.match ?? []).map((match) => ({
      table: match.table,
      address: match.address,
      count: matchLength(match),
    })),
  ];
  const written = profile.controls.flatMap(({ steps, release }) =>
    [...steps, ...release].map(({ table, address, fields }) => ({
      table,
      address,
      count: fields.reduce((sum, field) => sum + pointSize(field), 0),
    })),
  );
  const ranges = [...(profile.space ?? named), ...(profile.space === undefined ? written : [])];
  const spans: { table: Table; address: number; end: number }[] = [];
  for (const { table, address, count } of [...ranges].sort((a, b) => a.address - b.address)) {
    const last = spans.findLast((span) => span.table === table);
    if (last !== undefined && address <= last.end) last.end = Math.max(last.end, address + count);
    else spans.push({ table, address, end: address + count });
  }
  return spans.map(({ table, address, end }) => ({
    table,
    address,
    registers: new Uint16Array(end - address),
  }));
}

/**
 * The registers a device of this profile shows for values: the inverse of decoding, for simulators.
 * Values as in {@link RegisterImage.set}; points not named show their declared twin value or none.
 */
export function encodePoints(
  profile: Profile,
  values: Readonly<Record<string, number | string | undefined>>,
): RegisterImage {
  const image = new RegisterImage(profile);
  image.set(values);
  return image;
}
