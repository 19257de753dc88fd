import {
  formOf,
  isAffine,
  NotAffine,
  symbolic,
  symbolicOutput,
  symbolicToken,
  unknownAt,
  ZERO,
  type LinearForm,
} from './affine-output.js';
import type { ErasedLaw, TokenWeight } from './law.js';
import type { NetStructure, TransitionStructure } from './net-structure.js';
import { PetriError } from './petri-error.js';
import type { ErasedFunction } from './transition-functions.js';

/** What building the net could say about one law at one transition. */
export interface LawProof {
  readonly law: string;
  readonly transition: string;
  /** `proved` for all tokens; `open`: only `checkLaws` and tests can tell. */
  readonly verdict: 'proved' | 'open';
  /** Why it is open. */
  readonly reason?: string;
}

function weightOf(law: ErasedLaw, place: string): TokenWeight<unknown> {
  const weights = law.weights as Readonly<Record<string, TokenWeight<unknown> | undefined>>;
  return (Object.hasOwn(weights, place) ? weights[place] : undefined) ?? 0;
}

function weighForm(law: ErasedLaw, place: string, token: unknown): LinearForm {
  const weight = weightOf(law, place);
  if (typeof weight === 'number') return formOf(weight);
  try {
    return formOf(weight(token, symbolic));
  } catch {
    throw new NotAffine(`the weight of '${place}' is no linear form`);
  }
}

function taken(law: ErasedLaw, { inputs, resets = [] }: TransitionStructure): LinearForm {
  const emptied = resets.find((place) => weightOf(law, place) !== 0);
  if (emptied !== undefined) throw new NotAffine(`'${emptied}' is emptied, however much it holds`);
  let sum = ZERO;
  for (const { place, weight } of inputs)
    for (let at = 0; at < weight; at += 1)
      sum = sum.plus(weighForm(law, place, unknownAt(weight === 1 ? place : `${place}.${at}`)), 1);
  return sum;
}

function made(
  law: ErasedLaw,
  { name, inputs, reads, outputs, resets = [] }: TransitionStructure,
  functions: ErasedFunction,
): LinearForm {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- looked up, never called
  const { out } = functions;
  const seen = [...inputs, ...reads].map(({ place }) => place).concat(resets);
  const tokens = Object.fromEntries(seen.map((place) => [place, unknownAt(place)]));
  const produced =
    out !== undefined && isAffine(out) ? symbolicOutput(out, tokens, name) : undefined;
  let sum = ZERO;
  for (const { place, weight } of outputs) {
    const law1 = weightOf(law, place);
    if (typeof law1 === 'number') sum = sum.plus(formOf(law1), weight);
    else {
      if (produced === undefined) throw new NotAffine(`its 'out' is a plain function`);
      const value = produced[place];
      for (let at = 0; at < weight; at += 1) {
        const one = weight === 1 ? value : (value as Readonly<Record<number, unknown>>)[at];
        sum = sum.plus(weighForm(law, place, symbolicToken(one)), 1);
      }
    }
  }
  return sum;
}

function prove(
  law: ErasedLaw,
  transition: TransitionStructure,
  functions: ErasedFunction,
  net: string,
): LawProof {
  const about = { law: law.name, transition: transition.name };
  const open = (reason: string): LawProof => Object.freeze({ ...about, verdict: 'open', reason });
  let difference: LinearForm;
  try {
    difference = made(law, transition, functions).plus(taken(law, transition), -1);
  } catch (error) {
    if (error instanceof NotAffine) return open(error.message);
    throw error;
  }
  if (difference.isConstant && difference.constant === 0)
    return Object.freeze({ ...about, verdict: 'proved' });
  // A guard may admit only tokens for which the difference is zero.
  if (functions.guard !== undefined && !difference.isConstant)
    return open(`its guard has to see to it that ${difference.toString()} = 0`);
  throw new PetriError(
    'law-broken',
    `net '${net}', law '${law.name}': transition '${transition.name}' changes it by ${difference.toString()}; correct its outputs or the law's weights`,
  );
}

/**
 * Checks the laws on every transition as far as that can be done without tokens: where weights are
 * constants, or linear in fields, and `out` is `affine`. Throws `law-broken` for a transition that
 * breaks a law for some tokens that no guard keeps out.
 */
export function proveLaws(
  structure: NetStructure,
  functions: Readonly<Record<string, ErasedFunction | undefined>>,
  laws: readonly ErasedLaw[],
): readonly LawProof[] {
  return Object.freeze(
    laws.flatMap((law) =>
      structure.transitions.map((transition) => {
        const own = Object.hasOwn(functions, transition.name)
          ? functions[transition.name]
          : undefined;
        return prove(law, transition, own ?? {}, structure.name);
      }),
    ),
  );
}
