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

type Emptied<Places, Reset> = {
  readonly [Place in Reset & keyof Places & string]: readonly Places[Place][];
};

/**
 * What a guard and an `out` function see: the chosen tokens of input and read arcs, by place, and
 * all tokens of the places that are emptied.
 */
export type ChosenTokens<Places, Arcs extends TransitionArcs> = TokensOver<Places, Arcs['in']> &
  TokensOver<Places, Arcs['read']> &
  Emptied<Places, Arcs['reset']>;

type DataPlaces<Places, Weights> = {
  [Place in keyof Weights & keyof Places]: [Places[Place]] extends [Black] ? never : Place;
}[keyof Weights & keyof Places];

/** What an `out` function returns: a token (a list for weights above 1) for every output place with data. */
export type ProducedTokens<Places, Weights extends ArcWeights> = {
  readonly [Place in DataPlaces<Places, Weights>]: Shown<Places[Place], Weights[Place]>;
};

/** Asked for a guard; allowed always. */
interface Guarded<Places, Arcs extends TransitionArcs> {
  /** Which combinations of tokens may fire. Default: all. */
  readonly guard?: (tokens: ChosenTokens<Places, Arcs>) => boolean;
}

/** Needed where data tokens are put, forbidden elsewhere. */
type Making<Places, Arcs extends TransitionArcs> = [DataPlaces<Places, Arcs['out']>] extends [never]
  ? { readonly out?: never }
  : {
      /** The tokens to put; black tokens are put by themselves. */
      readonly out: (tokens: ChosenTokens<Places, Arcs>) => ProducedTokens<Places, Arcs['out']>;
    };

/** Needed where the transition emits, forbidden elsewhere. */
type Emitting<Places, Arcs extends TransitionArcs> = [Arcs['emits']] extends [never]
  ? { readonly emit?: never }
  : {
      /** What to tell the outside; the host acts on it after the firing. */
      readonly emit: (
        tokens: ChosenTokens<Places, Arcs>,
        produced: TokensOver<Places, Arcs['out']>,
      ) => readonly Arcs['emits'][];
    };

/** The functions of one transition. All must be pure: same tokens, same answer. */
export type TransitionFunction<Places, Arcs extends TransitionArcs> = Guarded<Places, Arcs> &
  Making<Places, Arcs> &
  Emitting<Places, Arcs>;

type Needing<Places, Transitions extends NetTransitions> = {
  [Name in keyof Transitions]: [
    DataPlaces<Places, Transitions[Name]['out']> | Transitions[Name]['emits'],
  ] extends [never]
    ? never
    : Name;
}[keyof Transitions];

/**
 * The functions of a net, by transition name. `out` is required where a transition puts data tokens
 * and `emit` where it emits, both forbidden elsewhere; `guard` is always optional.
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
      readonly [Name in Exclude<keyof Transitions, Needing<Places, Transitions>>]?: Guarded<
        Places,
        Transitions[Name]
      >;
    };

/** A transition's functions with the types forgotten: those of a net read from JSON. */
export interface ErasedFunction {
  /** See `TransitionFunction.guard`. */
  guard?(tokens: Readonly<Record<string, unknown>>): boolean;
  /** See `TransitionFunction.out`. */
  out?(tokens: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** See `TransitionFunction.emit`. */
  emit?(
    tokens: Readonly<Record<string, unknown>>,
    produced: Readonly<Record<string, unknown>>,
  ): readonly unknown[];
}
