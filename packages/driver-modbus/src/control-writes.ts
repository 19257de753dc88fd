import {
  appliesTo,
  dependsOnCommand,
  pointSize,
  type ProfileControl,
  type WriteField,
  type WriteStep,
} from '@microgrid/devices';
import { encode, type WriteRequest } from '@microgrid/modbus';
import { timesPowerOfTen } from './point-decoder.js';

/** Gives the value of a point; undefined where there is none. */
export type Lookup = (point: string) => number | undefined;

/** One write with what its sending must heed: the pause after it, ms, and its wear. */
export type PlannedWrite = WriteRequest & {
  readonly delayMs?: number;
  /** It wears out although the control does not. */
  readonly once?: boolean;
};

/** The writes of a command, or what is missing to know them. */
export type WritePlan =
  | { readonly ok: true; readonly writes: readonly PlannedWrite[] }
  | { readonly ok: false; readonly reason: string };

/** A command's value as the number that expressions take. */
export function commandNumber(value: number | boolean): number {
  return typeof value === 'boolean' ? Number(value) : value;
}

function fieldNumber(field: WriteField, command: number, lookup: Lookup): number | string {
  if (typeof field.value === 'number') return field.value;
  if ('map' in field.value) {
    const entry = field.value.map.find(([listed]) => listed === command);
    return entry === undefined ? `${command} is not among the values it may have` : entry[1];
  }
  const { scaleFrom } = field.value;
  let value: number;
  if ('point' in field.value) {
    const told = lookup(field.value.point);
    if (told === undefined) return `${field.value.point} is not known`;
    value = told * (field.value.factor ?? 1);
  } else {
    const { factor = 1, over, offset = 0 } = field.value;
    value = command * factor;
    if (over !== undefined) {
      const divisor = lookup(over);
      if (divisor === undefined || divisor === 0) return `${over} is not known`;
      value /= divisor;
    }
    value += offset;
  }
  if (scaleFrom === undefined) return value;
  const exponent = lookup(scaleFrom);
  return exponent === undefined ? `${scaleFrom} is not known` : timesPowerOfTen(value, -exponent);
}

/** Half away from zero, so that a field and its negative agree. */
function roundAway(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value)) + 0;
}

function toRaw({ encoding }: WriteField, value: number): number {
  return encoding === 'f32' || encoding === 'f64' ? value : roundAway(value);
}

/** The raw number a field writes for a command; undefined while something it needs is not known. */
function rawOf(field: WriteField, command: number, lookup: Lookup): number | undefined {
  const value = fieldNumber(field, command, lookup);
  return typeof value === 'number' ? toRaw(field, value) : undefined;
}

function stepWrite(step: WriteStep, command: number, lookup: Lookup): WriteRequest | string {
  const registers: number[] = [];
  for (const field of step.fields) {
    const value = fieldNumber(field, command, lookup);
    if (typeof value === 'string') return value;
    if (field.encoding === 'bit') {
      registers.push(value === 0 ? 0 : 1);
      continue;
    }
    try {
      registers.push(...encode(field.encoding, toRaw(field, value), field.wordOrder));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  const multiple = step.multiple === undefined ? {} : { multiple: step.multiple };
  return step.table === 'coil'
    ? { table: 'coil', address: step.address, values: registers.map(Boolean), ...multiple }
    : { table: 'holding', address: step.address, values: registers, ...multiple };
}

/**
 * The writes of one command in the order they must be sent. Pure.
 * @param lookup values of the points that the profile's expressions name.
 */
export function controlWrites(
  steps: readonly WriteStep[],
  command: number,
  lookup: Lookup,
): WritePlan {
  const writes: PlannedWrite[] = [];
  for (const step of steps) {
    if (!appliesTo(step, command)) continue;
    const write = stepWrite(step, command, lookup);
    if (typeof write === 'string') return { ok: false, reason: write };
    const { delayMs, once } = step;
    writes.push({
      ...write,
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(once === undefined ? {} : { once }),
    });
  }
  return { ok: true, writes };
}

/** Commands for which a field would carry this raw number; undefined for what carries none. */
function commandsOf(field: WriteField, raw: number, lookup: Lookup): number[] | undefined {
  if (!dependsOnCommand(field) || typeof field.value === 'number') return undefined;
  if ('map' in field.value) {
    return field.value.map.filter(([, listed]) => listed === raw).map(([command]) => command);
  }
  if ('point' in field.value) return undefined;
  const { factor = 1, over, offset = 0, scaleFrom } = field.value;
  if (factor === 0) return undefined;
  const exponent = scaleFrom === undefined ? 0 : lookup(scaleFrom);
  const divisor = over === undefined ? 1 : lookup(over);
  if (exponent === undefined || divisor === undefined) return undefined;
  return [((timesPowerOfTen(raw, exponent) - offset) * divisor) / factor + 0];
}

/** Reads written registers or bits back; undefined = not readable. */
export type ReadBack = (
  table: 'holding' | 'coil',
  address: number,
  count: number,
) => ArrayLike<number> | undefined;

/** Reads the raw number of a field. */
export type DecodeField = (field: WriteField, registers: ArrayLike<number>, at: number) => number;

interface FoundField {
  readonly field: WriteField;
  readonly raw: number;
}

/** The raw values of a step's fields as they stand in the device. */
function fieldsOf(
  step: WriteStep,
  read: ReadBack,
  decode: DecodeField,
): readonly FoundField[] | undefined {
  const count = step.fields.reduce((sum, field) => sum + pointSize(field), 0);
  const registers = read(step.table, step.address, count);
  if (registers === undefined) return undefined;
  let place = 0;
  return step.fields.map((field) => {
    const raw = decode(field, registers, place);
    place += pointSize(field);
    return { field, raw };
  });
}

const AGREEING = 1e-6;

/** The command that a set of steps, if it is the one in force, was written for. */
function commandOfSteps(
  steps: readonly WriteStep[],
  read: ReadBack,
  decode: DecodeField,
  lookup: Lookup,
): number | 'any' | undefined {
  // What tells one kind of command from another must stand, and what makes the set point effective.
  const telling = steps.filter(
    (step, index) => step.when !== undefined || index === steps.length - 1,
  );
  if (telling.length === 0) return undefined;
  for (const step of telling) {
    const found = fieldsOf(step, read, decode);
    if (found === undefined) return undefined;
    const stands = found.every(
      ({ field, raw }) => dependsOnCommand(field) || raw === rawOf(field, 0, lookup),
    );
    if (!stands) return undefined;
  }
  const choices = steps
    .flatMap((step) => fieldsOf(step, read, decode) ?? [])
    .map(({ field, raw }) => commandsOf(field, raw, lookup))
    .filter((commands) => commands !== undefined);
  const [first, ...rest] = choices;
  if (first === undefined) return 'any';
  // Fields are rounded on their own, so they agree up to one step of each.
  return first.find((command) =>
    rest.every((commands) =>
      commands.some(
        (other) => Math.abs(other - command) <= AGREEING * Math.max(1, Math.abs(command)),
      ),
    ),
  );
}

/**
 * What a control's registers say its set point is: the inverse of {@link controlWrites}. The last
 * step makes a set point effective, so its constants must stand there; where several fields carry
 * the command they must agree. Undefined = no set point is in force.
 */
export function commandIn(
  control: ProfileControl,
  read: ReadBack,
  decode: DecodeField,
  lookup: Lookup,
): number | undefined {
  const zeroApart = control.steps.some(({ when }) => when !== undefined && when !== 'nonzero');
  for (const sign of [1, -1, 0]) {
    const steps = control.steps.filter((step) => appliesTo(step, sign));
    const found = commandOfSteps(steps, read, decode, lookup);
    if (found === undefined) continue;
    if (found === 'any') {
      // Nothing carries a number: what stands is the one command that writes just these constants.
      const listed =
        control.states?.map(({ value }) => value) ?? (control.unit === 'bool' ? [0, 1] : []);
      const [only, ...others] = listed.filter((command) =>
        control.steps.every((step) => appliesTo(step, command) === appliesTo(step, sign)),
      );
      if (zeroApart && only !== undefined && others.length === 0) return only;
      if (sign !== 0) continue;
      return zeroApart ? 0 : undefined;
    }
    if (control.steps.some((step) => appliesTo(step, found) !== appliesTo(step, sign))) continue;
    return found;
  }
  return undefined;
}
