import { z } from 'zod';

/**
 * Marks a field of a driver's configuration as secret: its value is replaced by `***` in logs,
 * errors, outcomes, causes and descriptions, and never stored. Optional or with a default it stays
 * secret: `secret(z.string()).optional()`.
 *
 * @returns the same schema, marked
 */
export function secret<T extends z.ZodType>(schema: T): T {
  const known = schema.meta() ?? {};
  return schema.meta({ ...known, secret: true });
}

function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.['secret'] === true;
}

/** The schemas directly inside one, with the path step that leads there (`*` = any element or key). */
function inside(
  schema: z.ZodType,
): { readonly step: string | undefined; readonly inner: unknown }[] {
  const definition = schema._zod.def as unknown as Record<string, unknown>;
  const found: { step: string | undefined; inner: unknown }[] = [];
  const { shape, element, valueType, innerType, options, left, right, items, rest, getter } =
    definition;
  if (typeof shape === 'object' && shape !== null) {
    for (const [step, inner] of Object.entries(shape)) found.push({ step, inner });
  }
  for (const inner of [element, valueType, rest]) found.push({ step: '*', inner });
  if (Array.isArray(items)) items.forEach((inner) => found.push({ step: '*', inner }));
  for (const inner of [innerType, left, right, definition['in'], definition['out']]) {
    found.push({ step: undefined, inner });
  }
  if (Array.isArray(options)) options.forEach((inner) => found.push({ step: undefined, inner }));
  if (typeof getter === 'function') {
    found.push({ step: undefined, inner: (getter as () => unknown)() });
  }
  return found.filter(({ inner }) => inner instanceof Object && '_zod' in inner);
}

/** Where a configuration's secrets stand, as in `['accounts', '*', 'token']`. */
export type SecretPath = readonly string[];

/** One field of a configuration's schema. */
export interface ConfigField {
  readonly path: SecretPath;
  readonly secret: boolean;
}

/**
 * Every field of a schema and whether it is marked with {@link secret}, also inside optional, nested
 * and repeated ones.
 */
export function configFields(schema: z.ZodType): readonly ConfigField[] {
  const fields: ConfigField[] = [];
  const under = new Set<z.ZodType>();
  const walk = (inner: z.ZodType, path: SecretPath): void => {
    // A schema that contains itself has the same fields deeper down.
    if (under.has(inner)) return;
    under.add(inner);
    const marked = isSecret(inner);
    const nested = marked ? [] : inside(inner);
    if (marked || nested.length === 0) fields.push({ path, secret: marked });
    for (const { step, inner: next } of nested) {
      walk(next as z.ZodType, step === undefined ? path : [...path, step]);
    }
    under.delete(inner);
  };
  walk(schema, []);
  return fields;
}

/** Where the secrets of a schema stand. */
export function secretPaths(schema: z.ZodType): readonly SecretPath[] {
  return configFields(schema)
    .filter(({ secret: marked }) => marked)
    .map(({ path }) => path);
}

/** The values that stand at secret paths of a configuration, whatever their type. */
export function secretsIn(value: unknown, paths: readonly SecretPath[]): readonly unknown[] {
  return paths.flatMap((path) => valuesAt(value, path)).filter((found) => found !== undefined);
}

function valuesAt(value: unknown, [step, ...rest]: SecretPath): readonly unknown[] {
  if (step === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value).flatMap((inner) => valuesAt(inner, rest));
  return Object.hasOwn(value, step) ? valuesAt((value as Record<string, unknown>)[step], rest) : [];
}
