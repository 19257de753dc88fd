import { PetriError } from './petri-error.js';

/** Result of a `safe…` function: the value, or the error its throwing twin would throw. */
export type SafeResult<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly error: PetriError };

/** Runs a throwing parser and catches this package's errors only. */
export function safely<Value>(parse: () => Value): SafeResult<Value> {
  try {
    return { success: true, data: parse() };
  } catch (error) {
    if (error instanceof PetriError) return { success: false, error };
    throw error;
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `'${value.slice(0, 80)}'`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' || value === null ? String(value) : `of type ${typeof value}`;
}

/** Throws `bad-json`: what is where, and what should be. */
export function refuse(path: string, found: unknown, expected: string): never {
  throw new PetriError('bad-json', `${path} is ${show(found)}, expected ${expected}`);
}

/** An object with exactly these keys; the optional ones may be absent, then they are undefined. */
export function objectAt<const Key extends string, const Optional extends string = never>(
  value: unknown,
  path: string,
  keys: readonly Key[],
  optional: readonly Optional[] = [],
): Readonly<Record<Key | Optional, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(path, value, `an object with ${keys.join(', ')}`);
  for (const key of Object.keys(value))
    if (![...keys, ...optional].includes(key as Key | Optional))
      refuse(`${path}.${key}`, (value as Record<string, unknown>)[key], 'no such key');
  for (const key of keys)
    if (!Object.hasOwn(value, key)) refuse(`${path}.${key}`, undefined, 'a value');
  return value as Readonly<Record<Key | Optional, unknown>>;
}

/** An object with any keys. */
export function recordAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(path, value, 'an object');
  return value as Readonly<Record<string, unknown>>;
}

/** A list, each item read by `item` with its path. */
export function listAt<Item>(
  value: unknown,
  path: string,
  item: (value: unknown, path: string) => Item,
): Item[] {
  if (!Array.isArray(value)) return refuse(path, value, 'a list');
  return (value as readonly unknown[]).map((entry, index) => item(entry, `${path}[${index}]`));
}

/** A text. */
export function textAt(value: unknown, path: string): string {
  return typeof value === 'string' ? value : refuse(path, value, 'a text');
}

/** A safe integer. */
export function integerAt(value: unknown, path: string): number {
  return Number.isSafeInteger(value) ? (value as number) : refuse(path, value, 'an integer');
}

/** A safe integer from 0. */
export function countAt(value: unknown, path: string): number {
  const count = integerAt(value, path);
  return count >= 0 ? count : refuse(path, value, 'an integer from 0');
}

/** What `read` makes of the value as the member `name`; no member where the value is absent. */
export function optionalAt<const Name extends string, Value>(
  name: Name,
  value: unknown,
  path: string,
  read: (value: unknown, path: string) => Value,
): { readonly [Key in Name]?: Value } {
  if (value === undefined) return {};
  return { [name]: read(value, `${path}.${name}`) } as { readonly [Key in Name]?: Value };
}

/** One of the given texts. */
export function choiceAt<const Choice extends string>(
  value: unknown,
  path: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value);
  return found ?? refuse(path, value, choices.map((choice) => `'${choice}'`).join(' or '));
}
