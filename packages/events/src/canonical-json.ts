import { compareIds } from '@microgrid/units';
import { EventsError } from './error.js';

/** Anything that JSON can say. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const encoder = new TextEncoder();

// With the u flag only surrogates that are not part of a pair match.
const LONE_SURROGATE = /\p{Surrogate}/u;

function refuse(path: string, what: string): never {
  throw new EventsError(
    'not-json',
    `${path === '' ? 'value' : path}: ${what} has no JSON form; leave it out or convert it first`,
  );
}

function write(value: unknown, path: string): string {
  switch (typeof value) {
    case 'string':
      if (LONE_SURROGATE.test(value)) refuse(path, 'a string with a lone surrogate');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) refuse(path, String(value));
      return JSON.stringify(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, path) : writeObject(value, path);
    default:
      return refuse(path, `a value of type ${typeof value}`);
  }
}

function writeArray(value: readonly unknown[], path: string): string {
  return `[${value.map((item, index) => write(item, `${path}[${index}]`)).join(',')}]`;
}

/** Also true for plain objects of another realm (a worker's, a test runner's). */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function writeObject(value: object, path: string): string {
  if (!isPlainObject(value)) refuse(path, `an object of class ${value.constructor.name}`);
  const fields = Object.entries(value).sort(([a], [b]) => compareIds(a, b));
  const written = fields.map(
    ([key, field]) => `${write(key, path)}:${write(field, path === '' ? key : `${path}.${key}`)}`,
  );
  return `{${written.join(',')}}`;
}

/**
 * The one text a JSON value has for hashing and signing: RFC 8785 (JSON Canonicalization Scheme):
 * keys by UTF-16 code units, no white space, numbers as ECMAScript prints them.
 * @throws EventsError `not-json` naming the path of undefined, NaN, bigint, a class instance and the like.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '');
}

/** {@link canonicalJson} as UTF-8 bytes. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encoder.encode(canonicalJson(value));
}
