import type { Net } from './bind.js';
import type { Marking, Token } from './marking.js';
import type { NetPlan } from './net-plan.js';
import type { NetStructure, PlaceTokens } from './net-structure.js';
import { encodeToken, type TokenEncoder } from './token-encoding.js';
import { WorkingMarking } from './working-marking.js';

/** A hash function, passed in: SHA-256 for instance. Any fixed length. */
export type HashFunction = (bytes: Uint8Array) => Uint8Array;

const digits = '0123456789abcdef';
const encoder = new TextEncoder();

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += digits.charAt(byte >> 4) + digits.charAt(byte & 15);
  return text;
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
 * markings that behave alike hash alike. In a net with delays or deadlines ages count too: a place's
 * head ends in `,"ages":[…]` (ms, in order), so that alike markings hash alike at any instant.
 */
export class MarkingHasher {
  private readonly tokens = new WeakMap<Token, Uint8Array>();
  private readonly values = new WeakMap<object, Uint8Array>();
  private readonly places: { version: number; hash: Uint8Array }[] = [];
  private last: WorkingMarking | undefined;

  constructor(
    private readonly plan: NetPlan,
    private readonly hash: HashFunction,
    private readonly encode: TokenEncoder = encodeToken,
  ) {}

  of(marking: WorkingMarking): string {
    if (this.last !== marking) this.places.length = 0;
    this.last = marking;
    const hashes = this.plan.placeNames.map((name, place) => this.place(name, place, marking));
    return hex(this.hash(concatenate(hashes)));
  }

  private place(name: string, place: number, marking: WorkingMarking): Uint8Array {
    const { version, size } = marking.queue(place);
    const known = this.places[place];
    const aged = this.plan.timed && size > 0;
    if (known?.version === version && !aged) return known.hash;
    const list = marking.list(place);
    const head = {
      place: name,
      tokens: size,
      ...(aged && { ages: list.map(({ atMs }) => marking.nowMs - atMs) }),
    };
    const parts = list.map((token) => this.token(token));
    const hash = this.hash(concatenate([encoder.encode(JSON.stringify(head)), ...parts]));
    this.places[place] = { version, hash };
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
