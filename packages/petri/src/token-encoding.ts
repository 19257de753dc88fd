import { decodeBase64, encodeBase64 } from './base64.js';
import { PetriError } from './petri-error.js';

/** Plain JSON. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Turns a token into the bytes that are hashed: equal tokens, equal bytes, and only those. */
export type TokenEncoder = (token: unknown) => Uint8Array;

const typedArrays = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
} as const;

type TypedArrayName = keyof typeof typedArrays;

/** Cycles show as depth. */
const DEEPEST = 200;

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Swaps each element's bytes on machines that are not little-endian; a copy either way. */
function littleEndianBytes(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const copy = bytes.slice();
  if (littleEndian || elementBytes === 1) return copy;
  for (let at = 0; at < copy.length; at += elementBytes)
    copy.subarray(at, at + elementBytes).reverse();
  return copy;
}

function bad(path: string, found: string): never {
  throw new PetriError(
    'bad-token',
    `token at ${path}: ${found} has no canonical form; use JSON values, bigint or typed arrays, or pass an encoder`,
  );
}

function writeNumber(value: number): string {
  if (Number.isFinite(value) && !Object.is(value, -0)) return JSON.stringify(value);
  return `{"$number":"${Object.is(value, -0) ? '-0' : String(value)}"}`;
}

function writeTypedArray(value: ArrayBufferView, path: string): string {
  const name = value[Symbol.toStringTag as never] as unknown;
  if (typeof name !== 'string' || !Object.hasOwn(typedArrays, name)) bad(path, 'this buffer view');
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const { BYTES_PER_ELEMENT } = typedArrays[name as TypedArrayName];
  return `{"$${name}":"${encodeBase64(littleEndianBytes(bytes, BYTES_PER_ELEMENT))}"}`;
}

function writeObject(value: object, path: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Plain objects of another realm (a worker, a frame) have another Object.prototype.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    bad(path, 'a class instance');
  const members = Object.entries(value)
    .map(([key, member]) => [key.startsWith('$') ? `$${key}` : key, member, key] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([written, member, key]) =>
        `${JSON.stringify(written)}:${write(member, `${path}.${key}`, depth + 1)}`,
    );
  return `{${members.join(',')}}`;
}

function write(value: unknown, path: string, depth: number): string {
  if (depth > DEEPEST) bad(path, `nesting deeper than ${DEEPEST} (a cycle?)`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string')
    return JSON.stringify(value);
  if (typeof value === 'number') return writeNumber(value);
  if (typeof value === 'bigint') return `{"$bigint":"${value}"}`;
  if (typeof value !== 'object') bad(path, typeof value);
  if (ArrayBuffer.isView(value)) return writeTypedArray(value, path);
  if (Array.isArray(value)) {
    const items = Array.from(value as readonly unknown[], (item, index) =>
      write(item, `${path}[${index}]`, depth + 1),
    );
    return `[${items.join(',')}]`;
  }
  return writeObject(value, path, depth);
}

/**
 * The token's canonical text: JSON with keys in UTF-16 order and no spaces; what JSON lacks is
 * tagged: `{"$bigint":"-5"}`, `{"$number":"NaN"}` (also `Infinity`, `-Infinity`, `-0`),
 * `{"$Float64Array":"<base64 of the little-endian bytes>"}`. A key of the token's own that starts
 * with `$` gets one `$` more. Equal text means equal tokens.
 *
 * Throws `bad-token` naming the path of a value without such a form (undefined, function, Date,
 * Map, class instance, cycle).
 */
export function tokenText(token: unknown): string {
  return write(token, '$', 0);
}

/** The default `TokenEncoder`: the UTF-8 bytes of `tokenText`. */
export function encodeToken(token: unknown): Uint8Array {
  return new TextEncoder().encode(tokenText(token));
}

/** The token as plain JSON, for storing; `tokenFromJson` is its inverse. */
export function tokenToJson(token: unknown): Json {
  return JSON.parse(tokenText(token)) as Json;
}

function badJson(path: string, found: string, expected: string): never {
  throw new PetriError('bad-json', `token at ${path}: ${found}, expected ${expected}`);
}

function untag(tag: string, value: Json | undefined, path: string): unknown {
  if (typeof value !== 'string') badJson(path, `tag '${tag}' with no text`, 'a string');
  if (tag === '$bigint' && /^(?:0|-?[1-9]\d*)$/.test(value)) return BigInt(value);
  if (tag === '$number' && ['NaN', 'Infinity', '-Infinity', '-0'].includes(value))
    return Number(value);
  const name = tag.slice(1);
  if (!Object.hasOwn(typedArrays, name))
    badJson(path, `tag '${tag}' with '${value}'`, 'a documented tag and value');
  const arrayType = typedArrays[name as TypedArrayName];
  const bytes = decodeBase64(value);
  if (bytes === undefined || bytes.length % arrayType.BYTES_PER_ELEMENT !== 0)
    badJson(path, `'${value.slice(0, 40)}'`, `base64 of whole ${name} elements`);
  const ordered = littleEndianBytes(bytes, arrayType.BYTES_PER_ELEMENT);
  return new arrayType(ordered.buffer as ArrayBuffer);
}

function read(json: Json, path: string, depth: number): unknown {
  if (depth > DEEPEST) badJson(path, 'deeper nesting', `at most ${DEEPEST} levels`);
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json))
    return (json as readonly Json[]).map((item, index) =>
      read(item, `${path}[${index}]`, depth + 1),
    );
  const members = Object.entries(json as Readonly<Record<string, Json>>);
  const tag = members.find(([key]) => key.startsWith('$') && !key.startsWith('$$'));
  if (tag !== undefined) {
    if (members.length !== 1) badJson(path, `tag '${tag[0]}' beside other keys`, 'the tag alone');
    return untag(tag[0], tag[1], path);
  }
  return Object.fromEntries(
    members.map(([key, value]) => [
      key.startsWith('$') ? key.slice(1) : key,
      read(value, `${path}.${key}`, depth + 1),
    ]),
  );
}

/** The inverse of `tokenToJson`. Throws `bad-json` naming the path. */
export function tokenFromJson(json: Json): unknown {
  return read(json, '$', 0);
}
