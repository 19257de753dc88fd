import { concrete, type LinearOperations } from './affine-output.js';
import { PetriError } from './petri-error.js';

/**
 * How much one token of a place weighs in a law: a constant, or a function of the token. A function
 * that returns a field, or combines fields by the operations it is passed, is linear: `bind` can
 * then check the law without tokens.
 */
export type TokenWeight<Token> =
  number | ((token: Token, operations: LinearOperations) => number | bigint);

/** A quantity that no firing may change: the weighted sum over all tokens. */
export interface Law<Places> {
  /** Names the quantity in errors: `energy`, `money` … */
  readonly name: string;
  /** Places that are not named weigh 0. Weights are integers (safe integers or bigint). */
  readonly weights: { readonly [Place in keyof Places]?: TokenWeight<Places[Place]> };
}

/** A law with its token types forgotten, as a bound net holds it. */
export type ErasedLaw = Law<Readonly<Record<string, never>>>;

/**
 * Declares a linear law: `conserve('energy', { offered: (t) => t.total, shared: (t) => t.total })`.
 * `bind` checks it where weights and outputs are constant or linear (see `affine`) and says in
 * `lawProofs` where it could not; `fire`, `step` and `run` check every firing when asked to (`checkLaws`).
 */
export function conserve<Places>(name: string, weights: Law<Places>['weights']): Law<Places> {
  return Object.freeze({ name, weights: Object.freeze({ ...weights }) });
}

function exact(law: string, place: string, amount: number | bigint): bigint {
  if (typeof amount === 'bigint') return amount;
  if (!Number.isSafeInteger(amount))
    throw new PetriError(
      'law-broken',
      `law '${law}': a token of '${place}' weighs ${amount}, expected a safe integer or a bigint`,
    );
  return BigInt(amount);
}

/** The law's weight of one token. Exact, never a float. */
export function weigh(law: ErasedLaw, place: string, token: unknown): bigint {
  const weight = (law.weights as Readonly<Record<string, TokenWeight<unknown> | undefined>>)[place];
  if (weight === undefined) return 0n;
  return exact(law.name, place, typeof weight === 'function' ? weight(token, concrete) : weight);
}
