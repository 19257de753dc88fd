import { PetriError } from './petri-error.js';

/** Arithmetic that also works on values nobody knows yet, so that a law can be checked at build time. */
export interface LinearOperations {
  readonly plus: (a: number, b: number) => number;
  readonly minus: (a: number, b: number) => number;
  /** `factor` is an integer constant. */
  readonly times: (factor: number, a: number) => number;
}

type Make = (tokens: never, operations: LinearOperations) => object;

const FORM: unique symbol = Symbol('form');
const REST = '$rest of ';

/** `constant + Σ factor · field`; fields are paths such as `offered.milliwattHours`. */
export class LinearForm {
  constructor(
    readonly constant: number,
    readonly factors: ReadonlyMap<string, number>,
  ) {}

  plus(other: LinearForm, factor: number): LinearForm {
    const factors = new Map(this.factors);
    for (const [field, own] of other.factors)
      factors.set(field, exact((factors.get(field) ?? 0) + factor * own));
    return new LinearForm(exact(this.constant + factor * other.constant), factors);
  }

  /** Every factor is zero: the form does not depend on any token. */
  get isConstant(): boolean {
    return [...this.factors.values()].every((factor) => factor === 0);
  }

  toString(): string {
    const terms = [...this.factors].filter(([, factor]) => factor !== 0);
    const shown = terms.map(([field, factor]) => (factor === 1 ? field : `${factor}·${field}`));
    return [...shown, ...(this.constant === 0 ? [] : [String(this.constant)])].join(' + ') || '0';
  }
}

/** The form that is zero whatever the tokens are. */
export const ZERO = new LinearForm(0, new Map());

/** Thrown inside when a function does more than a linear form can say. */
export class NotAffine extends Error {}

function exact(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new NotAffine(`${value} is no safe integer`);
}

/** A value nobody knows yet, at a path: reading on makes longer paths, computing with it is refused. */
export function unknownAt(path: string): unknown {
  const target = Object.create(null) as object;
  return new Proxy(target, {
    get: (_, name) => {
      if (name === FORM) return path;
      if (typeof name === 'symbol') throw new NotAffine(`computes with ${path}`);
      return unknownAt(`${path}.${name}`);
    },
    has: () => true,
    // Copying a token with `...` shows as one key that stands for all its fields.
    ownKeys: () => [REST + path],
    getOwnPropertyDescriptor: (_, name) => ({
      configurable: true,
      enumerable: true,
      value: name,
    }),
  });
}

/** What a number, a bigint, a form or an unknown value is as a form. */
export function formOf(value: unknown): LinearForm {
  if (value instanceof LinearForm) return value;
  if (typeof value === 'number') return new LinearForm(exact(value), new Map());
  if (typeof value === 'bigint') return new LinearForm(exact(Number(value)), new Map());
  const path = typeof value === 'object' && value !== null ? (value as Unknown)[FORM] : undefined;
  if (typeof path !== 'string') throw new NotAffine('is no number');
  return new LinearForm(0, new Map([[path, 1]]));
}

interface Unknown {
  readonly [FORM]?: unknown;
}

/** The operations on numbers. */
export const concrete: LinearOperations = Object.freeze({
  plus: (a: number, b: number) => a + b,
  minus: (a: number, b: number) => a - b,
  times: (factor: number, a: number) => factor * a,
});

/** The operations over forms; the types are those of numbers so that one function serves both. */
export const symbolic = {
  plus: (a: unknown, b: unknown) => formOf(a).plus(formOf(b), 1),
  minus: (a: unknown, b: unknown) => formOf(a).plus(formOf(b), -1),
  times: (factor: number, a: unknown) => ZERO.plus(formOf(a), exact(factor)),
} as unknown as LinearOperations;

const makers = new WeakMap<object, Make>();

/**
 * An `out` function whose numbers are linear in its tokens' fields, so that `bind` checks the laws
 * on it once and for all: `out: affine((t, { minus }) => ({ rest: { ...t.offered, wh: minus(t.offered.wh, t.wanted.wh) } }))`.
 *
 * It may pass tokens and fields on, copy a token with `...` first and use the operations; anything
 * else (`+`, `if` on a field) is refused by `bind` with `bad-output`.
 */
export function affine<Tokens, Produced extends object>(
  make: (tokens: Tokens, operations: LinearOperations) => Produced,
): (tokens: Tokens) => Produced {
  const out = (tokens: Tokens): Produced => make(tokens, concrete);
  makers.set(out, make);
  return out;
}

/** True for a function made by `affine`. */
export function isAffine(out: object): boolean {
  return makers.has(out);
}

/** What an affine `out` makes of tokens nobody knows. Throws `bad-output` where it is not affine. */
export function symbolicOutput(
  out: object,
  tokens: unknown,
  transition: string,
): Readonly<Record<string, unknown>> {
  try {
    return makers.get(out)?.(tokens as never, symbolic) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new PetriError(
      'bad-output',
      `transition '${transition}': its affine 'out' ${error instanceof Error ? error.message : 'threw'}; use only passing on, '...', plus, minus and times, or give a plain function`,
    );
  }
}

/** A produced token under its unknown fields: what a weight function may read. */
export function symbolicToken(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof LinearForm || (value as Unknown)[FORM] !== undefined) return value;
  const fields = new Map<string, unknown>();
  let rest: string | undefined;
  for (const [name, field] of Object.entries(value)) {
    if (!name.startsWith(REST)) fields.set(name, field);
    else {
      rest = name.slice(REST.length);
      fields.clear();
    }
  }
  return new Proxy(Object.create(null) as object, {
    get: (_, name) => {
      if (typeof name === 'symbol') throw new NotAffine('is no number');
      if (fields.has(name)) return symbolicToken(fields.get(name));
      if (rest !== undefined) return unknownAt(`${rest}.${name}`);
      throw new NotAffine(`has no field '${name}'`);
    },
  });
}
