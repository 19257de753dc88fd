import type { Net } from './bind.js';
import type { PlaceTokens } from './net-structure.js';
import { PetriError } from './petri-error.js';
import { checkToken } from './standard-schema.js';
import type { Black } from './token-type.js';
import { WorkingMarking } from './working-marking.js';

/** One token: its value and its number, given in order of arrival and never reused in a run. */
export interface Token<Value = unknown> {
  /** Integer from 0; smaller = arrived earlier. */
  readonly sequence: number;
  /** Treated as immutable: never change a value that went into a net. */
  readonly value: Value;
  /** When it was put, by the marking's clock, in ms. */
  readonly atMs: number;
}

/** Where the tokens lie. Frozen data; every change makes a new marking that shares what stayed. */
export interface Marking<Places extends PlaceTokens = PlaceTokens> {
  /** The number the next token gets. */
  readonly nextSequence: number;
  /** The clock, an integer in ms; it only moves when it is told to. */
  readonly nowMs: number;
  /** By place, in order of arrival. */
  readonly places: { readonly [Place in keyof Places]: readonly Token<Places[Place]>[] };
}

/** First tokens by place: a list of values, or a count where tokens are black. */
export type InitialTokens<Places> = {
  readonly [Place in keyof Places]?: [Places[Place]] extends [Black]
    ? number
    : readonly Places[Place][];
};

/** A token put from outside. */
export type ExternalInput<Places extends PlaceTokens = PlaceTokens> = {
  [Place in keyof Places & string]: {
    readonly place: Place;
    /** The value; `null` for a black token. */
    readonly token: Places[Place];
  };
}[keyof Places & string];

/** The clock moved on. */
export interface ClockInput {
  /** The new instant in ms, not before the marking's. */
  readonly nowMs: number;
}

function valuesFor(place: string, black: boolean, tokens: unknown): readonly unknown[] {
  if (black && typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0)
    return Array.from({ length: tokens }, () => null);
  if (!black && Array.isArray(tokens)) return tokens as readonly unknown[];
  throw new PetriError(
    'bad-marking',
    `place '${place}' was given ${String(tokens)}, expected ${black ? 'a count of black tokens (an integer from 0)' : 'a list of tokens'}`,
  );
}

/**
 * The marking with the given tokens, numbered place by place in the net's order, its clock at
 * `nowMs` (default 0). Throws `unknown-place`, `bad-marking` or `bad-token`.
 */
export function createMarking<Places extends PlaceTokens>(
  net: Net<Places>,
  tokens: NoInfer<InitialTokens<Places>> = {},
  { nowMs = 0 }: { readonly nowMs?: number } = {},
): Marking<Places> {
  const { plan } = net;
  for (const place of Object.keys(tokens)) placeIndexOf(net, place);
  const working = WorkingMarking.empty(plan);
  working.advance(nowMs);
  for (const [index, place] of plan.placeNames.entries()) {
    const given: unknown = Object.hasOwn(tokens, place) ? tokens[place] : undefined;
    if (given === undefined) continue;
    for (const value of valuesFor(place, plan.black[index] === true, given))
      working.put(index, externalToken(net, place, value));
  }
  return working.freeze() as Marking<Places>;
}

/** A token from outside, as its place's schema answers it. Throws `bad-token`. */
export function externalToken(net: Net, place: string, value: unknown): unknown {
  const schema = net.plan.schemas[placeIndexOf(net, place)];
  return schema === undefined ? value : checkToken(schema, place, value);
}

/** The marking with one token more. Throws `unknown-place` or `bad-token`. */
export function deposit<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<Places>,
  input: ExternalInput<NoInfer<Places>>,
): Marking<Places> {
  const working = WorkingMarking.of(net.plan, marking);
  working.put(placeIndexOf(net, input.place), externalToken(net, input.place, input.token));
  return working.freeze() as Marking<Places>;
}

/**
 * The marking at a later instant; nothing fires. `run` with a clock input fires everything that
 * falls due on the way, each at its own instant. Throws `clock-backwards`.
 */
export function advanceClock<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
  nowMs: number,
): Marking<Places> {
  const working = WorkingMarking.of(net.plan, marking);
  working.advance(nowMs);
  return working.freeze() as Marking<Places>;
}

/** The values lying in a place, in order of arrival. Throws `unknown-place`. */
export function tokensIn<Places extends PlaceTokens, Place extends keyof Places & string>(
  marking: Marking<Places>,
  place: Place,
): readonly Places[Place][] {
  if (!Object.hasOwn(marking.places, place))
    throw new PetriError('unknown-place', `the marking has no place '${place}'`);
  return marking.places[place].map((token) => token.value);
}

/** The place's index; throws `unknown-place` naming the net. */
export function placeIndexOf(net: Net, place: string): number {
  const index = net.plan.placeIndex.get(place);
  if (index === undefined)
    throw new PetriError('unknown-place', `net '${net.structure.name}' has no place '${place}'`);
  return index;
}
