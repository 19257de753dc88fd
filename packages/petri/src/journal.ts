import type { Net } from './bind.js';
import type { Firing } from './firing.js';
import type { Marking, Token } from './marking.js';
import { MarkingHasher, netHash, type HashFunction } from './marking-hash.js';
import type { PlaceTokens } from './net-structure.js';
import type { TokenEncoder } from './token-encoding.js';
import type { WorkingMarking } from './working-marking.js';

/** How hashes are made. */
export interface HashOptions {
  /** For instance SHA-256. */
  readonly hash: HashFunction;
  /** Bytes of a token. Default `encodeToken`; pass an own one for class instances or for speed. */
  readonly encode?: TokenEncoder;
}

/** What a journal records. */
export interface JournalOptions extends HashOptions {
  /**
   * `firings` (default): inputs and firings, the marking hashed after each. `inputs`: external
   * inputs alone, the marking hashed once per input when it has come to rest; it reproduces the run
   * just as well and costs less.
   */
  readonly record?: 'firings' | 'inputs';
}

/** A token that came from outside. */
export interface InputEntry<Token = unknown> {
  readonly kind: 'input';
  readonly index: number;
  readonly place: string;
  readonly token: Token;
  /** The number the token got. */
  readonly sequence: number;
  /** Of the marking after this entry (`firings`) or come to rest after it (`inputs`), hex. */
  readonly markingHash: string;
}

/** The clock reached an instant; what fell due on the way fired before this entry. */
export interface ClockEntry {
  readonly kind: 'clock';
  readonly index: number;
  readonly nowMs: number;
  /** Of the marking at rest at that instant, hex. */
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
export type JournalEntry<Value = unknown> = InputEntry<Value> | ClockEntry | FiringEntry;

/** Everything that happened in a run: enough to repeat it and to see where a repetition differs. */
export interface Journal<Places extends PlaceTokens = PlaceTokens> {
  /** Name of the net. */
  readonly net: string;
  /** Hash of the net's structure, hex. */
  readonly netHash: string;
  /** Whether firings are recorded too. */
  readonly record: 'firings' | 'inputs';
  /** The marking before the first entry. */
  readonly start: Marking<Places>;
  /** Hash of `start` (`firings`) or of the marking come to rest after it (`inputs`), hex. */
  readonly startHash: string;
  readonly entries: readonly JournalEntry<Places[keyof Places]>[];
}

type Pending = Omit<InputEntry, 'markingHash'>;

/** Writes a journal while a run goes on. */
export class JournalRecorder {
  private readonly entries: JournalEntry[] = [];
  private readonly hasher: MarkingHasher;
  private readonly head: Omit<Journal, 'entries' | 'startHash'>;
  private readonly inputsOnly: boolean;
  private startHash = '';
  private pending: Pending | undefined;

  constructor(
    net: Net,
    start: Marking,
    first: WorkingMarking,
    { hash, encode, record = 'firings' }: JournalOptions,
  ) {
    this.hasher = new MarkingHasher(net.plan, hash, encode);
    this.inputsOnly = record === 'inputs';
    if (!this.inputsOnly) this.startHash = this.hasher.of(first);
    this.head = { net: net.structure.name, netHash: netHash(net.structure, hash), record, start };
  }

  /** The start marking has come to rest. */
  started(marking: WorkingMarking): void {
    if (this.inputsOnly) this.startHash = this.hasher.of(marking);
  }

  input(place: string, { value: token, sequence }: Token, marking: WorkingMarking): void {
    const entry: Pending = { kind: 'input', index: this.entries.length, place, token, sequence };
    if (this.inputsOnly) this.pending = entry;
    else this.entries.push({ ...entry, markingHash: this.hasher.of(marking) });
  }

  /** The marking has come to rest after an input. */
  settled(marking: WorkingMarking): void {
    if (this.pending !== undefined)
      this.entries.push({ ...this.pending, markingHash: this.hasher.of(marking) });
    this.pending = undefined;
  }

  clock(marking: WorkingMarking): void {
    const { nowMs } = marking;
    const index = this.entries.length;
    this.entries.push({ kind: 'clock', index, nowMs, markingHash: this.hasher.of(marking) });
  }

  firing(firing: Firing, marking: WorkingMarking): void {
    if (this.inputsOnly) return;
    const index = this.entries.length;
    this.entries.push({ kind: 'firing', index, ...firing, markingHash: this.hasher.of(marking) });
  }

  journal(): Journal {
    const { head, startHash } = this;
    return Object.freeze({ ...head, startHash, entries: Object.freeze(this.entries) });
  }
}
