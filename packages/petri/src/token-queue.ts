import type { Token } from './marking.js';

/** Stands where a token was taken from the middle, until the queue is packed again. */
export const TAKEN: unique symbol = Symbol('taken');

const PACK_FROM = 64;
const NONE: readonly Token[] = Object.freeze([]);

/**
 * Tokens of one place (or of one key in a place) by sequence number. Taking the oldest costs the
 * same however many there are, taking any other costs a binary search. The list it starts from is
 * shared with a frozen marking and copied at the first change that needs it.
 */
export class TokenQueue {
  /** Live tokens lie from `head` on; between them `TAKEN` ones are skipped. */
  items: readonly Token[];
  head = 0;
  size: number;
  /** Grows with every change. */
  version = 0;
  private owned = false;

  constructor(shared: readonly Token[]) {
    this.items = shared;
    this.size = shared.length;
  }

  push(token: Token): void {
    if (this.size === 0) {
      // A list of one takes a tenth of the room of one that was empty and grew.
      this.items = [token];
      this.head = 0;
      this.owned = true;
    } else this.own().push(token);
    this.size += 1;
    this.version += 1;
  }

  /** The oldest token, if any. */
  oldest(): Token | undefined {
    return this.items[this.head];
  }

  /** Takes a token that lies here. */
  take(token: Token): void {
    if (this.items[this.head] === token) this.takeOldest();
    else {
      const items = this.own();
      const index = this.indexOf(token.sequence);
      items[index] = { sequence: token.sequence, value: TAKEN, atMs: token.atMs };
    }
    this.size -= 1;
    this.version += 1;
    if (this.size === 0 || this.items.length - this.size > PACK_FROM + this.size) this.pack();
  }

  clear(): void {
    this.items = NONE;
    this.owned = false;
    this.head = 0;
    this.size = 0;
    this.version += 1;
  }

  /** Position of the first entry whose sequence is not below the given one. */
  indexOf(sequence: number): number {
    let low = this.head;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.items[middle]?.sequence ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The token with this number, if it lies here. */
  find(sequence: number): Token | undefined {
    const token = this.items[this.indexOf(sequence)];
    return token?.sequence === sequence && token.value !== TAKEN ? token : undefined;
  }

  /** All tokens, oldest first; the shared list itself where nothing changed. */
  list(): readonly Token[] {
    if (this.head > 0 || this.size < this.items.length) this.pack();
    return this.items;
  }

  /** `list`, frozen; the queue must not change afterwards. */
  freeze(): readonly Token[] {
    this.owned = false;
    return Object.freeze(this.list());
  }

  private takeOldest(): void {
    let head = this.head + 1;
    while (this.items[head]?.value === TAKEN) head += 1;
    this.head = head;
  }

  private pack(): void {
    if (this.size === 0) {
      this.items = NONE;
      this.owned = false;
      this.head = 0;
      return;
    }
    const live: Token[] = [];
    for (let index = this.head; index < this.items.length; index += 1) {
      const token = this.items[index];
      if (token !== undefined && token.value !== TAKEN) live.push(token);
    }
    this.items = live;
    this.owned = true;
    this.head = 0;
  }

  private own(): Token[] {
    if (!this.owned) {
      this.items = this.items.slice(this.head);
      this.head = 0;
      this.owned = true;
    }
    return this.items as Token[];
  }
}
