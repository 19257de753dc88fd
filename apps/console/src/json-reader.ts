import { parseInstant } from '@microgrid/units';
import { ConsoleError } from './console-error.js';

/** Checks one JSON value found at a path and returns it typed. @throws ConsoleError `malformed`. */
export type Read<T> = (value: unknown, path: string) => T;

type Fields = Readonly<Record<string, Read<unknown>>>;
type Shaped<R extends Fields, O extends Fields> = {
  readonly [K in keyof R]: ReturnType<R[K]>;
} & { readonly [K in keyof O]?: ReturnType<O[K]> };

function refuse(value: unknown, path: string, expected: string): ConsoleError {
  const got = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
  return new ConsoleError('malformed', `${path}: got ${got}, expected ${expected}`);
}

/** Reads any text, the empty one too. */
export const text: Read<string> = (value, path) => {
  if (typeof value === 'string') return value;
  throw refuse(value, path, 'a text');
};

/** Reads a finite number. */
export const finite: Read<number> = (value, path) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw refuse(value, path, 'a number');
};

/** Reads true or false. */
export const flag: Read<boolean> = (value, path) => {
  if (typeof value === 'boolean') return value;
  throw refuse(value, path, 'true or false');
};

/** Reads a set point's value: a number, or on and off. */
export const numberOrFlag: Read<number | boolean> = (value, path) =>
  typeof value === 'boolean' ? value : finite(value, path);

/** Reads an instant in its wire spelling, `YYYY-MM-DDTHH:MM:SSZ`. */
export const instant: Read<string> = (value, path) => {
  const spelled = text(value, path);
  try {
    parseInstant(spelled);
    return spelled;
  } catch {
    throw refuse(value, path, 'an instant such as 2026-06-21T10:00:00Z');
  }
};

/** Reads an energy total: a decimal integer of mWh in a text, since totals may pass 2^53. */
export const energyTotal: Read<string> = (value, path) => {
  const digits = text(value, path);
  if (/^-?\d{1,30}$/.test(digits)) return digits;
  throw refuse(value, path, 'whole milliwatt-hours as a text of digits');
};

/** Reads one of the named texts. */
export function oneOf<const Names extends readonly string[]>(...names: Names): Read<Names[number]> {
  return (value, path) => {
    if (typeof value === 'string' && names.includes(value)) return value;
    throw refuse(value, path, `one of ${names.join(', ')}`);
  };
}

/** Reads a list whose members `item` accepts. */
export function list<T>(item: Read<T>): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw refuse(value, path, 'a list');
    return value.map((member, index) => item(member, `${path}[${index}]`));
  };
}

/**
 * Reads an object: every `required` key must be there, an `optional` one may be missing (but not
 * null), and keys the page does not know are left out, so that a newer gateway may send more.
 */
export function shape<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Read<Shaped<R, O>> {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refuse(value, path, 'an object');
    }
    const given = value as Readonly<Record<string, unknown>>;
    const out: Record<string, unknown> = {};
    for (const [key, read] of Object.entries(required))
      out[key] = read(given[key], `${path}.${key}`);
    for (const [key, read] of Object.entries(optional)) {
      if (given[key] !== undefined) out[key] = read(given[key], `${path}.${key}`);
    }
    return out as Shaped<R, O>;
  };
}

/** Refuses a document of another kind or version before its fields are looked at. */
export function expectVersion(value: unknown, kind: string, version: number): void {
  const given = shape({ kind: text, version: finite }, {})(value, kind);
  if (given.kind !== kind) throw refuse(given.kind, `${kind}.kind`, `"${kind}"`);
  if (given.version === version) return;
  throw new ConsoleError(
    'other-version',
    `${kind}: the gateway speaks version ${given.version}, this page version ${version}; reload the page`,
  );
}
