import { checkStructure, freezeStructure } from './check-structure.js';
import {
  NET_SCHEMA,
  type ArcStructure,
  type ArcWeights,
  type ChoiceArcStructure,
  type NetStructure,
  type NetTransitions,
  type PlaceStructure,
  type PlaceTokens,
  type TransitionStructure,
} from './net-structure.js';
import {
  isStandardSchema,
  rememberSchemas,
  type PlaceSchemas,
  type SchemaOutput,
  type StandardSchema,
} from './standard-schema.js';
import type { Black, TokenType } from './token-type.js';

/** No arcs of this kind. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- exactly the type without keys is meant
export type NoArcs = {};

type Plain = string | number | bigint | boolean;

/** Fields of a token that hold a plain value; `$` for a token that is one. */
export type KeyField<Token> = [Token] extends [Plain]
  ? '$'
  : {
      [Field in keyof Token & string]: [Token[Field]] extends [Plain] ? Field : never;
    }[keyof Token & string];

/** An inhibitor arc: its weight, or its weight and key. */
export interface TestArc<Token> {
  /** Integer from 1. Default 1. */
  readonly weight?: number;
  /** See `ChoiceArc.key`; on an inhibitor only tokens with the same key count. */
  readonly key?: KeyField<Token> | readonly KeyField<Token>[];
}

/** An input or read arc: its weight, or more about which tokens it takes. */
export interface ChoiceArc<Token> extends TestArc<Token> {
  /**
   * Field (or fields, compared in order) by which tokens are matched: those of all arcs with a key
   * have to be equal. They are found by index, not by trying.
   */
  readonly key?: KeyField<Token> | readonly KeyField<Token>[];
  /** A delay: takes only tokens that lie there at least so long, integer from 0, ms. */
  readonly afterMs?: number;
  /** A deadline: takes only tokens that lie there at most so long, integer from 0, ms. */
  readonly withinMs?: number;
}

type WeightsOver<Places> = { readonly [Place in keyof Places & string]?: number };
type TestsOver<Places> = {
  readonly [Place in keyof Places & string]?: number | TestArc<Places[Place]>;
};
type ChoicesOver<Places> = {
  readonly [Place in keyof Places & string]?: number | ChoiceArc<Places[Place]>;
};

/** Makes a key that is not a place a compile error at that key. */
type OnlyPlaces<Weights, Places> = {
  readonly [Key in Exclude<keyof Weights, keyof Places>]: never;
};

/** Makes a name that is taken a compile error. */
type Unused<Name, Taken> = Name extends keyof Taken ? never : unknown;

type WeightOf<Arc> = Arc extends number
  ? Arc
  : Arc extends { readonly weight: infer Weight extends number }
    ? Weight
    : 1;

type Weighed<Arcs> = { readonly [Place in keyof Arcs & string]: WeightOf<Arcs[Place]> };

/** The arcs of a transition: place → weight (an integer from 1), or an object that says more. */
export interface TransitionDeclaration<Places, In, Read, Inhibit, Out, Reset, Emits> {
  /** Tokens taken. */
  readonly in?: In & OnlyPlaces<In, Places>;
  /** Tokens needed and shown to guard and `out`, but left in place. */
  readonly read?: Read & OnlyPlaces<Read, Places>;
  /** Cannot fire while the place holds this many tokens or more. */
  readonly inhibit?: Inhibit & OnlyPlaces<Inhibit, Places>;
  /** Tokens put. */
  readonly out?: Out & OnlyPlaces<Out, Places>;
  /** Places emptied, after the inputs are taken and before the outputs are put; all are shown. */
  readonly reset?: readonly Reset[];
  /** Type of what the transition tells the outside: `emits: token<Mail>()`. Default nothing. */
  readonly emits?: TokenType<Emits>;
  /** Integer, higher fires first. Default 0. */
  readonly priority?: number;
}

/** Declares a net step by step; every step returns a new builder that knows one name more. */
export interface NetBuilder<Places extends PlaceTokens, Transitions extends NetTransitions> {
  /** Adds a place of black tokens. */
  place<const Name extends string>(
    name: Name & Unused<Name, Places>,
  ): NetBuilder<Places & Readonly<Record<Name, Black>>, Transitions>;
  /** Adds a place whose tokens from outside a Standard Schema checks (zod, valibot …). */
  place<const Name extends string, Schema extends StandardSchema>(
    name: Name & Unused<Name, Places>,
    schema: Schema,
  ): NetBuilder<Places & Readonly<Record<Name, SchemaOutput<Schema>>>, Transitions>;
  /** Adds a place whose tokens carry a value: `.place('cart', token<Cart>())`. */
  place<const Name extends string, Token>(
    name: Name & Unused<Name, Places>,
    type: TokenType<Token>,
  ): NetBuilder<Places & Readonly<Record<Name, Token>>, Transitions>;
  /** Adds a transition; declaration order is firing order among equal priorities. */
  transition<
    const Name extends string,
    const In extends ChoicesOver<Places> = NoArcs,
    const Read extends ChoicesOver<Places> = NoArcs,
    const Inhibit extends TestsOver<Places> = NoArcs,
    const Out extends WeightsOver<Places> = NoArcs,
    const Reset extends keyof Places & string = never,
    Emits = never,
  >(
    name: Name & Unused<Name, Transitions>,
    arcs: TransitionDeclaration<Places, In, Read, Inhibit, Out, Reset, Emits>,
  ): NetBuilder<
    Places,
    Transitions &
      Readonly<
        Record<
          Name,
          {
            in: Weighed<In>;
            read: Weighed<Read>;
            inhibit: Weighed<Inhibit>;
            out: Weighed<Out> extends ArcWeights ? Weighed<Out> : ArcWeights;
            reset: Reset;
            emits: Emits;
          }
        >
      >
  >;
  /** The net as frozen data. Throws `PetriError` `bad-net` naming the first contradiction. */
  build(): NetStructure<Places, Transitions>;
}

interface ErasedArc {
  readonly weight?: number;
  readonly key?: string | readonly string[];
  readonly afterMs?: number;
  readonly withinMs?: number;
}

type ErasedArcs = Readonly<Record<string, number | ErasedArc | undefined>>;

function arcOf(place: string, arc: number | ErasedArc): ChoiceArcStructure {
  if (typeof arc === 'number') return { place, weight: arc };
  const { weight = 1, key, afterMs, withinMs } = arc;
  return {
    place,
    weight,
    ...(key !== undefined && { key: typeof key === 'string' ? [key] : [...key] }),
    ...(afterMs !== undefined && { afterMs }),
    ...(withinMs !== undefined && { withinMs }),
  };
}

function arcList(arcs: ErasedArcs | undefined): ChoiceArcStructure[] {
  return Object.entries(arcs ?? {}).flatMap(([place, arc]) =>
    arc === undefined ? [] : [arcOf(place, arc)],
  );
}

interface ErasedDeclaration {
  readonly in?: ErasedArcs;
  readonly read?: ErasedArcs;
  readonly inhibit?: ErasedArcs;
  readonly out?: ErasedArcs;
  readonly reset?: readonly string[];
  readonly emits?: unknown;
  readonly priority?: number;
}

/** The untyped inside: the interface above is what callers see. */
class Builder {
  constructor(
    private readonly name: string,
    private readonly places: readonly PlaceStructure[],
    private readonly transitions: readonly TransitionStructure[],
    private readonly schemas: PlaceSchemas,
  ) {}

  place(name: string, type?: TokenType<unknown> | StandardSchema): Builder {
    const place: PlaceStructure = { name, tokens: type === undefined ? 'black' : 'data' };
    const schemas = isStandardSchema(type) ? { ...this.schemas, [name]: type } : this.schemas;
    return new Builder(this.name, [...this.places, place], this.transitions, schemas);
  }

  transition(name: string, arcs: ErasedDeclaration): Builder {
    const transition: TransitionStructure = {
      name,
      priority: arcs.priority ?? 0,
      inputs: arcList(arcs.in),
      reads: arcList(arcs.read),
      inhibitors: arcList(arcs.inhibit),
      outputs: arcList(arcs.out) satisfies ArcStructure[],
      ...(arcs.reset !== undefined && { resets: [...arcs.reset] }),
      ...(arcs.emits !== undefined && { emits: true }),
    };
    return new Builder(this.name, this.places, [...this.transitions, transition], this.schemas);
  }

  build(): NetStructure {
    const structure = freezeStructure(
      checkStructure({
        schema: NET_SCHEMA,
        name: this.name,
        places: this.places.map((place) => ({ ...place })),
        transitions: this.transitions.map((transition) => ({ ...transition })),
      }),
    );
    return rememberSchemas(structure, this.schemas);
  }
}

/**
 * Starts the declaration of a net.
 *
 * `net('order').place('cart', token<Cart>()).place('paid').transition('pay', { in: { cart: 1 }, out: { paid: 1 } }).build()`
 *
 * An arc to a place that was not declared, a key that is no field of the token, and a name used
 * twice do not compile.
 */
export function net(name: string): NetBuilder<NoArcs, NoArcs> {
  return new Builder(name, [], [], {}) as unknown as NetBuilder<NoArcs, NoArcs>;
}
