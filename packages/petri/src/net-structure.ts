declare const placeTokens: unique symbol;
declare const transitionArcs: unique symbol;

/** The JSON form this version writes and reads. */
export const NET_SCHEMA = 'microgrid/petri-net/1';

/** Place names and the type of their tokens. */
export type PlaceTokens = Readonly<Record<string, unknown>>;

/** Places and how many tokens an arc moves or tests there. */
export type ArcWeights = Readonly<Record<string, number>>;

/** The arcs of one transition as the type system remembers them. */
export interface TransitionArcs {
  readonly in: ArcWeights;
  readonly read: ArcWeights;
  readonly inhibit: ArcWeights;
  readonly out: ArcWeights;
  /** Names of the places that are emptied. */
  readonly reset: string;
  /** What the transition emits; `never` when nothing. */
  readonly emits: unknown;
}

/** Transition names and their arcs. */
export type NetTransitions = Readonly<Record<string, TransitionArcs>>;

/** One place: `black` tokens only count, `data` tokens carry a value. */
export interface PlaceStructure {
  readonly name: string;
  readonly tokens: 'black' | 'data';
}

/** One arc between its transition and `place`; `weight` is an integer from 1. */
export interface ArcStructure {
  readonly place: string;
  readonly weight: number;
}

/** An arc that looks at tokens: input, read or inhibitor. */
export interface TestArcStructure extends ArcStructure {
  /**
   * Fields of the token that have to equal those of all other arcs of the transition that name
   * some; `['$']` is the token itself. On an inhibitor only tokens with the same key count.
   */
  readonly key?: readonly string[];
}

/** An input or read arc. A token's age counts from the instant it was put. */
export interface ChoiceArcStructure extends TestArcStructure {
  /** Takes only tokens of at least this age: a delay, integer from 0, in ms. */
  readonly afterMs?: number;
  /** Takes only tokens of at most this age: a deadline, integer from 0, in ms. */
  readonly withinMs?: number;
}

/** One transition. The order of `inputs` then `reads` is the order in which bindings compare. */
export interface TransitionStructure {
  readonly name: string;
  /** Integer; higher fires first. */
  readonly priority: number;
  /** Takes `weight` tokens. */
  readonly inputs: readonly ChoiceArcStructure[];
  /** Needs and shows `weight` tokens, takes none. */
  readonly reads: readonly ChoiceArcStructure[];
  /** Forbids firing while the place holds `weight` tokens or more. */
  readonly inhibitors: readonly TestArcStructure[];
  /** Puts exactly `weight` tokens. */
  readonly outputs: readonly ArcStructure[];
  /** Places that are emptied, after the inputs are taken and before the outputs are put. */
  readonly resets?: readonly string[];
  /** Present when firing tells the outside something. */
  readonly emits?: true;
}

/**
 * A net as frozen plain data: it survives `JSON.stringify`/`parseNet` and holds no function.
 * The order of `transitions` is the firing order among equal priorities.
 */
export interface NetStructure<
  Places extends PlaceTokens = PlaceTokens,
  Transitions extends NetTransitions = NetTransitions,
> {
  readonly schema: typeof NET_SCHEMA;
  readonly name: string;
  readonly places: readonly PlaceStructure[];
  readonly transitions: readonly TransitionStructure[];
  readonly [placeTokens]?: Places;
  readonly [transitionArcs]?: Transitions;
}
