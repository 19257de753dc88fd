import { PetriError } from './petri-error.js';

/**
 * The Standard Schema interface, version 1 (standardschema.dev), typed here so that no library is
 * needed: a schema of zod, valibot, arktype and others fits.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardResult<Output> | PromiseLike<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema answers: a value, or issues. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** The type of the values a schema answers with. */
export type SchemaOutput<Schema extends StandardSchema> = NonNullable<
  Schema['~standard']['types']
>['output'];

/** The schemas of a net's places, by place. */
export type PlaceSchemas = Readonly<Record<string, StandardSchema | undefined>>;

/** True for anything with the interface of a Standard Schema. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    '~standard' in value
  );
}

/**
 * The token as its place's schema answers it. Throws `bad-token` naming the place and every issue,
 * or when the schema answers asynchronously: a firing cannot wait.
 */
export function checkToken(schema: StandardSchema, place: string, token: unknown): unknown {
  const result = schema['~standard'].validate(token);
  if (!('issues' in result) && 'then' in result)
    throw new PetriError(
      'bad-token',
      `place '${place}': its schema answers asynchronously, expected one that answers at once`,
    );
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => {
    const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return at === '' ? message : `${at}: ${message}`;
  });
  throw new PetriError(
    'bad-token',
    `a token for place '${place}' is refused: ${issues.join('; ')}`,
  );
}

const schemasOf = new WeakMap<object, PlaceSchemas>();

/** Remembers the schemas a builder was given: they are functions and no part of the net's data. */
export function rememberSchemas<Structure extends object>(
  structure: Structure,
  schemas: PlaceSchemas,
): Structure {
  if (Object.keys(schemas).length > 0) schemasOf.set(structure, schemas);
  return structure;
}

/** The schemas a structure was built with; none for nets read from JSON. */
export function rememberedSchemas(structure: object): PlaceSchemas {
  return schemasOf.get(structure) ?? {};
}
