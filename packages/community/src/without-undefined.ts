/** A type whose optional fields may also be there and undefined, at every depth. */
export type Loose<T> = T extends readonly (infer Item)[]
  ? readonly Loose<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Loose<T[K]> | (undefined extends T[K] ? undefined : never) }
    : T;

/** The value without fields that are there but undefined, at every depth: canonical JSON has no such thing. */
export function withoutUndefined<T>(value: Loose<T>): T {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item as never)) as never;
  if (typeof value !== 'object' || value === null) return value as never;
  const entries = Object.entries(value as object).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    entries.map(([key, field]) => [key, withoutUndefined(field as never)]),
  ) as never;
}
