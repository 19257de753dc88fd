import type { Net } from './bind.js';
import type { Firing } from './firing.js';
import type { Marking, Token } from './marking.js';
import { MarkingHasher, netHash, type HashFunction } from './marking-hash.js';
import type { PlaceTokens } from './net-structure.js';
import type { TokenEncoder } from './token-encoding.js';
import type { WorkingMarking } from './working-marking.js';

/** How a journal hashes. */
export interface JournalOptions {
  /** For instance SHA-256. */
  readonly hash: HashFunction;
  /** Bytes of a token. Default `encodeToken`; pass an own one for class instances or for speed. */
  readonly encode?: TokenEncoder;
}

/** A token that came from outside. */
export interface InputEntry<Token = unknown> {
  readonly kind: 'input';
  readonly index: number;
  readonly place: string;
  readonly token: Token;
  /** The number the token got. */
  readonly sequence: number;
  /** Of the marking after this entry, hex. */
  readonly markingHash: string;
}

/** A firing, recorded redundantly: the inputs alone determine it. */
export interface FiringEntry extends Firing {
  readonly kind: 'firing';
  readonly index: number;
  /** Of the marking after this entry, hex. */
  readonly markingHash: string;
}

/** One line of a journal; `index` counts from 0 without gaps. */
export type JournalEntry<Value = unknown> = InputEntry<Value> | FiringEntry;

/** Everything that happened in a run: enough to repeat it and to see where a repetition differs. */
export interface Journal<Places extends PlaceTokens = PlaceTokens> {
  /** Name of the net. */
  readonly net: string;
  /** Hash of the net's structure, hex. */
  readonly netHash: string;
  /** The marking before the first entry. */
  readonly start: Marking<Places>;
  /** Hash of `start`, hex. */
  readonly startHash: string;
  readonly entries: readonly JournalEntry<Places[keyof Places]>[];
}

/** Writes a journal while a run goes on. */
export class JournalRecorder {
  private readonly entries: JournalEntry[] = [];
  private readonly hasher: MarkingHasher;
  private readonly head: Omit<Journal, 'entries'>;

  constructor(net: Net, start: Marking, first: WorkingMarking, { hash, encode }: JournalOptions) {
    this.hasher = new MarkingHasher(net.plan, hash, encode);
    this.head = {
      net: net.structure.name,
      netHash: netHash(net.structure, hash),
      start,
      startHash: this.hasher.of(first),
    };
  }

  input(place: string, { value: token, sequence }: Token, marking: WorkingMarking): void {
    const index = this.entries.length;
    const markingHash = this.hasher.of(marking);
    this.entries.push({ kind: 'input', index, place, token, sequence, markingHash });
  }

  firing(firing: Firing, marking: WorkingMarking): void {
    const index = this.entries.length;
    this.entries.push({ kind: 'firing', index, ...firing, markingHash: this.hasher.of(marking) });
  }

  journal(): Journal {
    return Object.freeze({ ...this.head, entries: Object.freeze(this.entries) });
  }
}
