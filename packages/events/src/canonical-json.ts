import { compareIds } from '@microgrid/units';
import { EventsError } from './error.js';

/** Anything that JSON can say. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const encoder = new TextEncoder();

// With the u flag only surrogates that are not part of a pair match.
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Printable ASCII but quotation mark and backslash: text that JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Thrown where a value has no JSON form; the way to it is looked for only then. */
class NoJsonForm extends Error {}

/** Also true for plain objects of another realm (a worker's, a test runner's). */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}

/** As `compareIds` orders them: strings are compared by UTF-16 code units. */
function isOrdered(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] as string) > (keys[index] as string)) return false;
  }
  return true;
}

/** Keys as they are written; there are few, and each is in every object of its kind. */
const spelledKeys = new Map<string, string>();
const MOST_SPELLED_KEYS = 1024;

function writeKey(key: string): string {
  let text = spelledKeys.get(key);
  if (text === undefined) {
    text = `${write(key)}:`;
    // Keys may be ids from strangers' files: they must not fill the memory.
    if (spelledKeys.size >= MOST_SPELLED_KEYS) spelledKeys.clear();
    spelledKeys.set(key, text);
  }
  return text;
}

function write(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      // Most texts need no escape: several times faster.
      if (PLAIN.test(value)) return `"${value}"`;
      const text = JSON.stringify(value);
      // JSON.stringify writes what is no text as an escape.
      if (text.includes('\\ud') && LONE_SURROGATE.test(value)) throw new NoJsonForm();
      return text;
    }
    case 'number':
      if (!Number.isFinite(value)) throw new NoJsonForm();
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value) : writeObject(value);
    default:
      throw new NoJsonForm();
  }
}

function arePlainTexts(value: readonly unknown[]): value is readonly string[] {
  for (let index = 0; index < value.length; index++) {
    const text = value[index];
    if (typeof text !== 'string' || !PLAIN.test(text)) return false;
  }
  return value.length > 0;
}

function writeArray(value: readonly unknown[]): string {
  // Lists of hashes are most of a statement.
  if (arePlainTexts(value)) return `["${value.join('","')}"]`;
  let text = '[';
  for (let index = 0; index < value.length; index++) {
    if (index > 0) text += ',';
    text += write(value[index]);
  }
  return `${text}]`;
}

function writeObject(value: object): string {
  if (!isPlainObject(value)) throw new NoJsonForm();
  const keys = Object.keys(value);
  if (!isOrdered(keys)) keys.sort(compareIds);
  let text = '{';
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (index > 0) text += ',';
    text += writeKey(key) + write((value as Readonly<Record<string, unknown>>)[key]);
  }
  return `${text}}`;
}

/** Where a value has no JSON form, and why. */
function refuse(value: unknown, path: string): void {
  const fail = (what: string): never => {
    throw new EventsError(
      'not-json',
      `${path === '' ? 'value' : path}: ${what} has no JSON form; leave it out or convert it first`,
    );
  };
  if (typeof value === 'string' && LONE_SURROGATE.test(value))
    fail('a string with a lone surrogate');
  if (typeof value === 'number' && !Number.isFinite(value)) fail(String(value));
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuse(item, `${path}[${index}]`);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    if (!isPlainObject(value)) fail(`an object of class ${value.constructor.name}`);
    for (const [key, field] of Object.entries(value).sort(([a], [b]) => compareIds(a, b))) {
      refuse(key, path);
      refuse(field, path === '' ? key : `${path}.${key}`);
    }
    return;
  }
  if (!['string', 'number', 'boolean', 'object'].includes(typeof value)) {
    fail(`a value of type ${typeof value}`);
  }
}

/**
 * The one text a JSON value has for hashing and signing: RFC 8785 (JSON Canonicalization Scheme):
 * keys by UTF-16 code units, no white space, numbers as ECMAScript prints them.
 * @throws EventsError `not-json` naming the path of undefined, NaN, bigint, a class instance and the like.
 */
export function canonicalJson(value: unknown): string {
  try {
    return write(value);
  } catch (error) {
    if (error instanceof NoJsonForm) refuse(value, '');
    throw error;
  }
}

/** {@link canonicalJson} as UTF-8 bytes. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encoder.encode(canonicalJson(value));
}
