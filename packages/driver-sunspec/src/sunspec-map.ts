import { DriverSunspecError } from './driver-sunspec-error.js';
import type { GroupDefinition, ModelDefinition, PointDefinition } from './model-definition.js';
import { modelDefinition } from './model-registry.js';
import { absentRegisters, encodeRaw, type RawValue } from './point-type.js';
import { END_MODEL, SUNSPEC_MARKER, type FoundModel } from './scan.js';

/** Raw values of points by name, of groups by name; what is missing or null is not implemented. */
export interface GroupValues {
  readonly [name: string]: RawValue | null | undefined | GroupValues | readonly GroupValues[];
}

/** One model of a simulated device. */
export interface MapModel {
  readonly id: number;
  /** Registers after the header. Default: what definition and values need; a must for unknown models. */
  readonly length?: number;
  /** Default: nothing is implemented. Unscaled, as in the registers. */
  readonly values?: GroupValues;
}

/** How a simulated device is laid out. */
export interface MapOptions {
  /** Register of the marker. Default 40000. */
  readonly base?: number;
  /** Whether an end model follows. Default true; false makes a faulty device. */
  readonly endModel?: boolean;
}

/** Registers of a simulated device from the marker on. */
export interface SunspecMap {
  readonly base: number;
  readonly registers: Uint16Array;
  readonly models: readonly FoundModel[];
}

/**
 * Lays SunSpec models out as a device does: marker, models, end model.
 * @throws DriverSunspecError `bad-map` for an unknown model without a length, a value that does not
 *   fit its point, or a map beyond register 65535.
 */
export function buildMap(models: readonly MapModel[], options: MapOptions = {}): SunspecMap {
  const { base = 40_000, endModel = true } = options;
  const parts: number[] = [...SUNSPEC_MARKER];
  const found: FoundModel[] = [];
  for (const model of models) {
    const body = modelRegisters(model);
    found.push({ id: model.id, address: base + parts.length, length: body.length });
    parts.push(model.id, body.length, ...body);
  }
  if (endModel) parts.push(END_MODEL, 0);
  if (base + parts.length > 0x1_0000) {
    throw new DriverSunspecError(
      'bad-map',
      `the models end at register ${base + parts.length - 1}, expected at most 65535`,
    );
  }
  return { base, registers: Uint16Array.from(parts), models: found };
}

function modelRegisters({ id, length, values = {} }: MapModel): number[] {
  const definition = modelDefinition(id);
  const body = definition === undefined ? [] : encodeModel(definition, values);
  if (definition === undefined && length === undefined) {
    throw new DriverSunspecError(
      'bad-map',
      `model ${id}: got no length, expected one: it is unknown`,
    );
  }
  const wanted = length ?? body.length;
  while (body.length < wanted) body.push(0);
  body.length = wanted;
  return body;
}

function encodeModel(definition: ModelDefinition, values: GroupValues): number[] {
  const registers: number[] = [];
  encodeGroup(definition, values, registers, [values], `model ${definition.id}`);
  return registers;
}

function encodeGroup(
  group: GroupDefinition,
  values: GroupValues,
  registers: number[],
  scopes: readonly GroupValues[],
  path: string,
): void {
  for (const point of group.points) {
    registers.push(...encodePoint(point, values[point.name], `${path}.${point.name}`));
  }
  for (const inner of group.groups) {
    const given = values[inner.name];
    const where = `${path}.${inner.name}`;
    if (inner.count === 'once') {
      const one = asGroup(given);
      encodeGroup(inner, one, registers, [one, ...scopes], where);
      continue;
    }
    const all = Array.isArray(given) ? (given as readonly GroupValues[]) : [];
    const count = inner.count === 'rest' ? all.length : countIn(scopes, inner.count.point);
    for (let index = 0; index < count; index += 1) {
      const one = all[index] ?? {};
      encodeGroup(inner, one, registers, [one, ...scopes], `${where}[${index}]`);
    }
  }
}

function countIn(scopes: readonly GroupValues[], name: string): number {
  for (const scope of scopes) {
    const value = scope[name];
    if (typeof value === 'number') return value === 0xffff ? 0 : value;
  }
  return 0;
}

const asGroup = (value: GroupValues[string]): GroupValues =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as GroupValues)
    : {};

function encodePoint(
  { type, size }: PointDefinition,
  value: GroupValues[string],
  path: string,
): Uint16Array {
  if (value === null || value === undefined) return absentRegisters(type, size);
  if (typeof value === 'object') {
    throw new DriverSunspecError('bad-map', `${path}: got a group, expected a ${type}`);
  }
  try {
    return encodeRaw(type, value, size);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DriverSunspecError('bad-map', `${path}: ${reason}`);
  }
}
