import { checkStructure, freezeStructure } from './check-structure.js';
import {
  NET_SCHEMA,
  type ArcStructure,
  type ArcWeights,
  type NetStructure,
  type NetTransitions,
  type PlaceStructure,
  type PlaceTokens,
  type TransitionStructure,
} from './net-structure.js';
import type { Black, TokenType } from './token-type.js';

/** No arcs of this kind. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- exactly the type without keys is meant
export type NoArcs = {};

type WeightsOver<Places> = { readonly [Place in keyof Places & string]?: number };

/** Makes a key that is not a place a compile error at that key. */
type OnlyPlaces<Weights, Places> = {
  readonly [Key in Exclude<keyof Weights, keyof Places>]: never;
};

/** Makes a name that is taken a compile error. */
type Unused<Name, Taken> = Name extends keyof Taken ? never : unknown;

type Weighed<Weights> = Weights extends ArcWeights ? Weights : ArcWeights;

/** The arcs of a transition: place → weight (an integer from 1). */
export interface TransitionDeclaration<Places, In, Read, Inhibit, Out> {
  /** Tokens taken. */
  readonly in?: In & OnlyPlaces<In, Places>;
  /** Tokens needed and shown to guard and `out`, but left in place. */
  readonly read?: Read & OnlyPlaces<Read, Places>;
  /** Cannot fire while the place holds this many tokens or more. */
  readonly inhibit?: Inhibit & OnlyPlaces<Inhibit, Places>;
  /** Tokens put. */
  readonly out?: Out & OnlyPlaces<Out, Places>;
  /** Integer, higher fires first. Default 0. */
  readonly priority?: number;
}

/** Declares a net step by step; every step returns a new builder that knows one name more. */
export interface NetBuilder<Places extends PlaceTokens, Transitions extends NetTransitions> {
  /** Adds a place of black tokens. */
  place<const Name extends string>(
    name: Name & Unused<Name, Places>,
  ): NetBuilder<Places & Readonly<Record<Name, Black>>, Transitions>;
  /** Adds a place whose tokens carry a value: `.place('cart', token<Cart>())`. */
  place<const Name extends string, Token>(
    name: Name & Unused<Name, Places>,
    type: TokenType<Token>,
  ): NetBuilder<Places & Readonly<Record<Name, Token>>, Transitions>;
  /** Adds a transition; declaration order is firing order among equal priorities. */
  transition<
    const Name extends string,
    const In extends WeightsOver<Places> = NoArcs,
    const Read extends WeightsOver<Places> = NoArcs,
    const Inhibit extends WeightsOver<Places> = NoArcs,
    const Out extends WeightsOver<Places> = NoArcs,
  >(
    name: Name & Unused<Name, Transitions>,
    arcs: TransitionDeclaration<Places, In, Read, Inhibit, Out>,
  ): NetBuilder<
    Places,
    Transitions &
      Readonly<
        Record<
          Name,
          { in: Weighed<In>; read: Weighed<Read>; inhibit: Weighed<Inhibit>; out: Weighed<Out> }
        >
      >
  >;
  /** The net as frozen data. Throws `PetriError` `bad-net` naming the first contradiction. */
  build(): NetStructure<Places, Transitions>;
}

function arcList(
  weights: Readonly<Record<string, number | undefined>> | undefined,
): ArcStructure[] {
  return Object.entries(weights ?? {}).flatMap(([place, weight]) =>
    weight === undefined ? [] : [{ place, weight }],
  );
}

interface ErasedDeclaration {
  readonly in?: Readonly<Record<string, number>>;
  readonly read?: Readonly<Record<string, number>>;
  readonly inhibit?: Readonly<Record<string, number>>;
  readonly out?: Readonly<Record<string, number>>;
  readonly priority?: number;
}

/** The untyped inside: the interface above is what callers see. */
class Builder {
  constructor(
    private readonly name: string,
    private readonly places: readonly PlaceStructure[],
    private readonly transitions: readonly TransitionStructure[],
  ) {}

  place(name: string, type?: TokenType<unknown>): Builder {
    const place: PlaceStructure = { name, tokens: type === undefined ? 'black' : 'data' };
    return new Builder(this.name, [...this.places, place], this.transitions);
  }

  transition(name: string, arcs: ErasedDeclaration): Builder {
    const transition: TransitionStructure = {
      name,
      priority: arcs.priority ?? 0,
      inputs: arcList(arcs.in),
      reads: arcList(arcs.read),
      inhibitors: arcList(arcs.inhibit),
      outputs: arcList(arcs.out),
    };
    return new Builder(this.name, this.places, [...this.transitions, transition]);
  }

  build(): NetStructure {
    return freezeStructure(
      checkStructure({
        schema: NET_SCHEMA,
        name: this.name,
        places: this.places.map((place) => ({ ...place })),
        transitions: this.transitions.map((transition) => ({ ...transition })),
      }),
    );
  }
}

/**
 * Starts the declaration of a net.
 *
 * `net('order').place('cart', token<Cart>()).place('paid').transition('pay', { in: { cart: 1 }, out: { paid: 1 } }).build()`
 *
 * An arc to a place that was not declared, and a name used twice, do not compile.
 */
export function net(name: string): NetBuilder<NoArcs, NoArcs> {
  return new Builder(name, [], []) as unknown as NetBuilder<NoArcs, NoArcs>;
}
