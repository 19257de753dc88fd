import type { Net } from './bind.js';
import type { Marking, Token } from './marking.js';
import type { NetPlan } from './net-plan.js';
import type { NetStructure, PlaceTokens } from './net-structure.js';
import { encodeToken, type TokenEncoder } from './token-encoding.js';
import { WorkingMarking } from './working-marking.js';

/** A hash function, passed in: SHA-256 for instance. Any fixed length. */
export type HashFunction = (bytes: Uint8Array) => Uint8Array;

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Hashes markings of one net, each token once and each place again only after it changed.
 *
 * `token = H(encoded token)`; `place = H(UTF-8 of {"place":name,"tokens":n} ‖ its token hashes in
 * order)`; `marking = H(all place hashes in the net's order)`. Sequence numbers are left out: two
 * markings that behave alike hash alike.
 */
export class MarkingHasher {
  private readonly tokens = new WeakMap<Token, Uint8Array>();
  private readonly values = new WeakMap<object, Uint8Array>();
  private readonly places: { last: readonly Token[]; hash: Uint8Array }[] = [];

  constructor(
    private readonly plan: NetPlan,
    private readonly hash: HashFunction,
    private readonly encode: TokenEncoder = encodeToken,
  ) {}

  of(marking: WorkingMarking): string {
    const hashes = this.plan.placeNames.map((name, place) => this.place(name, place, marking));
    return hex(this.hash(concatenate(hashes)));
  }

  private place(name: string, place: number, marking: WorkingMarking): Uint8Array {
    const list = marking.list(place);
    const known = this.places[place];
    if (known !== undefined && sameTokens(known.last, list)) return known.hash;
    const head = new TextEncoder().encode(JSON.stringify({ place: name, tokens: list.length }));
    const hash = this.hash(concatenate([head, ...list.map((token) => this.token(token))]));
    this.places[place] = { last: [...list], hash };
    return hash;
  }

  private token(token: Token): Uint8Array {
    const known = this.tokens.get(token);
    if (known !== undefined) return known;
    const hash = this.value(token.value);
    this.tokens.set(token, hash);
    return hash;
  }

  /** A value that is passed on from place to place is encoded once: tokens are immutable. */
  private value(value: unknown): Uint8Array {
    if (typeof value !== 'object' || value === null) return this.hash(this.encode(value));
    const known = this.values.get(value);
    if (known !== undefined) return known;
    const hash = this.hash(this.encode(value));
    this.values.set(value, hash);
    return hash;
  }
}

function sameTokens(a: readonly Token[], b: readonly Token[]): boolean {
  return a.length === b.length && a.every((token, index) => token === b[index]);
}

/** The hash of a marking in hex; `MarkingHasher` states what is hashed. */
export function markingHash<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
  hash: HashFunction,
  encode?: TokenEncoder,
): string {
  return new MarkingHasher(net.plan, hash, encode).of(WorkingMarking.of(net.plan, marking));
}

/** The hash of a net's structure in hex: over the canonical text of its JSON form. */
export function netHash(structure: NetStructure, hash: HashFunction): string {
  return hex(hash(encodeToken(structure)));
}
