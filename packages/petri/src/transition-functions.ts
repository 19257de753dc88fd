import type { ArcWeights, NetTransitions, PlaceTokens, TransitionArcs } from './net-structure.js';
import type { Black } from './token-type.js';

/** One token for weight 1, a list in token order for more. */
type Shown<Token, Weight> = Weight extends 1
  ? number extends Weight
    ? Token | readonly Token[]
    : Token
  : readonly Token[];

type TokensOver<Places, Weights> = {
  readonly [Place in keyof Weights & keyof Places]: Shown<Places[Place], Weights[Place]>;
};

/** What a guard and an `out` function see: the chosen tokens of input and read arcs, by place. */
export type ChosenTokens<Places, Arcs extends TransitionArcs> = TokensOver<Places, Arcs['in']> &
  TokensOver<Places, Arcs['read']>;

type DataPlaces<Places, Weights> = {
  [Place in keyof Weights & keyof Places]: [Places[Place]] extends [Black] ? never : Place;
}[keyof Weights & keyof Places];

/** What an `out` function returns: a token (a list for weights above 1) for every output place with data. */
export type ProducedTokens<Places, Weights extends ArcWeights> = {
  readonly [Place in DataPlaces<Places, Weights>]: Shown<Places[Place], Weights[Place]>;
};

/** The functions of one transition. Both must be pure: same tokens, same answer. */
export interface TransitionFunction<Places, Arcs extends TransitionArcs> {
  /** Which combinations of tokens may fire. Default: all. */
  readonly guard?: (tokens: ChosenTokens<Places, Arcs>) => boolean;
  /** The tokens to put; black tokens are put by themselves. */
  readonly out: (tokens: ChosenTokens<Places, Arcs>) => ProducedTokens<Places, Arcs['out']>;
}

type Needing<Places, Transitions extends NetTransitions> = {
  [Name in keyof Transitions]: [DataPlaces<Places, Transitions[Name]['out']>] extends [never]
    ? never
    : Name;
}[keyof Transitions];

/**
 * The functions of a net, by transition name. `out` is required where a transition puts data tokens
 * and forbidden elsewhere; `guard` is always optional.
 */
export type TransitionFunctions<
  Places extends PlaceTokens,
  Transitions extends NetTransitions,
> = string extends keyof Transitions
  ? Readonly<Record<string, ErasedFunction>>
  : {
      readonly [Name in Needing<Places, Transitions>]: TransitionFunction<
        Places,
        Transitions[Name]
      >;
    } & {
      readonly [Name in Exclude<keyof Transitions, Needing<Places, Transitions>>]?: Pick<
        TransitionFunction<Places, Transitions[Name]>,
        'guard'
      >;
    };

/** A transition's functions with the types forgotten: those of a net read from JSON. */
export interface ErasedFunction {
  /** See `TransitionFunction.guard`. */
  guard?(tokens: Readonly<Record<string, unknown>>): boolean;
  /** See `TransitionFunction.out`. */
  out?(tokens: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}
