import type { Marking, Token } from './marking.js';
import type { NetPlan, PlannedIndex } from './net-plan.js';
import { PetriError } from './petri-error.js';
import { keyOf, type TokenKey } from './token-key.js';
import { TAKEN, TokenQueue } from './token-queue.js';

const NONE: readonly Token[] = Object.freeze([]);

/** Tokens of one place by key. */
export type KeyBuckets = Map<TokenKey, TokenQueue>;

/**
 * A marking while it is being changed. A place's list is copied at its first change only, and an
 * index over token keys is built at its first use, so a run costs nothing for what it does not touch.
 */
export class WorkingMarking {
  private readonly indexes: (KeyBuckets | undefined)[];
  private next: number;

  private constructor(
    private readonly plan: NetPlan,
    private readonly queues: readonly TokenQueue[],
    start: { readonly nextSequence: number; readonly nowMs: number },
  ) {
    this.next = start.nextSequence;
    this.now = start.nowMs;
    this.indexes = plan.indexes.map(() => undefined);
  }

  /** The clock, in ms. */
  private now: number;

  static empty(plan: NetPlan, nowMs = 0): WorkingMarking {
    const queues = plan.placeNames.map(() => new TokenQueue(NONE));
    return new WorkingMarking(plan, queues, { nextSequence: 0, nowMs });
  }

  static of(plan: NetPlan, marking: Marking): WorkingMarking {
    const queues = plan.placeNames.map((name) => {
      const list = Object.hasOwn(marking.places, name) ? marking.places[name] : undefined;
      if (list === undefined)
        throw new PetriError(
          'bad-marking',
          `the marking has no place '${name}': it belongs to another net or another version of it`,
        );
      return new TokenQueue(list);
    });
    return new WorkingMarking(plan, queues, marking);
  }

  get nextSequence(): number {
    return this.next;
  }

  get nowMs(): number {
    return this.now;
  }

  /** Sets the clock. Throws `clock-backwards`. */
  advance(nowMs: number): void {
    if (!Number.isSafeInteger(nowMs) || nowMs < this.now)
      throw new PetriError(
        'clock-backwards',
        `the clock was set to ${nowMs} ms, expected an integer from ${this.now}, where it stands`,
      );
    this.now = nowMs;
  }

  queue(place: number): TokenQueue {
    const queue = this.queues[place];
    if (queue === undefined) throw new RangeError(`no place at ${place}`);
    return queue;
  }

  count(place: number): number {
    return this.queue(place).size;
  }

  list(place: number): readonly Token[] {
    return this.queue(place).list();
  }

  /** What an index matches tokens by. */
  fieldsOf(index: number): readonly string[] {
    return this.planned(index).fields;
  }

  /** The tokens of an index with the given key. */
  bucket(index: number, key: TokenKey): TokenQueue | undefined {
    return this.buckets(index).get(key);
  }

  buckets(index: number): KeyBuckets {
    const known = this.indexes[index];
    if (known !== undefined) return known;
    const buckets: KeyBuckets = new Map();
    this.indexes[index] = buckets;
    const planned = this.planned(index);
    const { items, head } = this.queue(planned.place);
    for (let at = head; at < items.length; at += 1) {
      const token = items[at];
      if (token !== undefined && token.value !== TAKEN) addTo(buckets, planned, token);
    }
    return buckets;
  }

  /** Puts a token at the end of the place; returns it. */
  put(place: number, value: unknown): Token {
    const token = { sequence: this.next, value, atMs: this.now };
    this.next += 1;
    this.queue(place).push(token);
    const indexes = this.plan.indexesOf[place];
    if (indexes !== undefined && indexes.length > 0)
      for (const index of indexes) {
        const buckets = this.indexes[index];
        if (buckets !== undefined) addTo(buckets, this.planned(index), token);
      }
    return token;
  }

  /** Takes a token that lies in the place. */
  take(place: number, token: Token): void {
    this.queue(place).take(token);
    const indexes = this.plan.indexesOf[place];
    if (indexes !== undefined && indexes.length > 0)
      for (const index of indexes) {
        const buckets = this.indexes[index];
        if (buckets === undefined) continue;
        const key = keyOf(token.value, this.planned(index).fields, this.planned(index).name);
        const bucket = buckets.get(key);
        bucket?.take(token);
        if (bucket?.size === 0) buckets.delete(key);
      }
  }

  /** Empties a place; returns what lay there. */
  empty(place: number): readonly Token[] {
    const taken = [...this.list(place)];
    this.queue(place).clear();
    for (const index of this.plan.indexesOf[place] ?? []) this.indexes[index]?.clear();
    return taken;
  }

  /** The marking as frozen data; the working marking ends here. */
  freeze(): Marking {
    const places: Record<string, readonly Token[]> = {};
    for (const [index, name] of this.plan.placeNames.entries())
      places[name] = this.queue(index).freeze();
    return Object.freeze({
      nextSequence: this.next,
      nowMs: this.now,
      places: Object.freeze(places),
    });
  }

  private planned(index: number): PlannedIndex {
    const planned = this.plan.indexes[index];
    if (planned === undefined) throw new RangeError(`no index at ${index}`);
    return planned;
  }
}

function addTo(buckets: KeyBuckets, { fields, name }: PlannedIndex, token: Token): void {
  const key = keyOf(token.value, fields, name);
  const bucket = buckets.get(key);
  if (bucket !== undefined) {
    bucket.push(token);
    return;
  }
  const fresh = new TokenQueue(NONE);
  fresh.push(token);
  buckets.set(key, fresh);
}
