/** What a JSON file holds. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonRecord = Readonly<Record<string, Json>>;

/** Whether a value is an object with named fields. */
export function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * A name without what spellings differ in: case, separators and the unit at its end, so that
 * `sold_to_grid_kWh` is `soldtogrid`.
 */
export function plainName(name: string): string {
  const withoutUnit = name.replace(/_(?:kWh|Wh|MWh|kW|kVA|EUR|cents?|ct|min)$/i, '');
  return withoutUnit.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** A value as text: what a text says, a number as it prints, anything else as JSON; nothing is empty. */
export function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
