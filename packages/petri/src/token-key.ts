import { PetriError } from './petri-error.js';

/** What tokens are matched by. */
export type TokenKey = string | number | bigint | boolean;

function partOf(value: unknown, field: string, place: string): TokenKey {
  const part: unknown =
    field === '$'
      ? value
      : typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, unknown>>)[field]
        : undefined;
  if (
    typeof part === 'string' ||
    typeof part === 'number' ||
    typeof part === 'bigint' ||
    typeof part === 'boolean'
  )
    return part;
  throw new PetriError(
    'bad-token',
    `a token of place '${place}' has ${part === null ? 'null' : typeof part} at key '${field}', expected text, a number, a bigint or a boolean: an arc matches tokens by it`,
  );
}

/**
 * The key of a token: one field as it is, several as one text. The field `$` is the token itself.
 * Throws `bad-token` where a field is absent or no plain value.
 */
export function keyOf(value: unknown, fields: readonly string[], place: string): TokenKey {
  if (fields.length === 1) return partOf(value, fields[0] ?? '$', place);
  return fields
    .map((field) => {
      const part = partOf(value, field, place);
      return typeof part === 'string' ? JSON.stringify(part) : `${typeof part}:${part}`;
    })
    .join(',');
}
