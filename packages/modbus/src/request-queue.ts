import type { Transaction } from './transaction.js';

/** Requests waiting for the line, first come first served. Settled ones are skipped, not searched. */
export class RequestQueue {
  #waiting: Transaction[] = [];
  #head = 0;
  /** How many of the waiting have a total deadline; none is the common case. */
  #timed = 0;

  /** Waiting requests, at most; some may be settled already. */
  get length(): number {
    return this.#waiting.length - this.#head;
  }

  push(transaction: Transaction): void {
    if (transaction.totalDeadlineMs !== Infinity) this.#timed += 1;
    this.#waiting.push(transaction);
  }

  /** Takes the next request that still wants an answer. */
  shift(): Transaction | undefined {
    while (this.#head < this.#waiting.length) {
      const next = this.#waiting[this.#head];
      this.#head += 1;
      if (next && next.totalDeadlineMs !== Infinity) this.#timed -= 1;
      if (this.#head === this.#waiting.length) this.clear();
      else if (this.#head === 256) this.#compact();
      if (next && !next.settled) return next;
    }
    return undefined;
  }

  /** Throws out the settled ones, so that they do not count against the limit. */
  prune(): void {
    this.#waiting = this.#waiting.slice(this.#head).filter((waiting) => !waiting.settled);
    this.#head = 0;
    this.#timed = this.#waiting.filter(
      ({ totalDeadlineMs }) => totalDeadlineMs !== Infinity,
    ).length;
  }

  /** Empties the queue and returns what waited. */
  drain(): Transaction[] {
    const waiting = this.#waiting.slice(this.#head);
    this.clear();
    return waiting;
  }

  /** Waiting requests whose total deadline has passed, and the earliest deadline after it. */
  expired(nowMs: number): { expired: Transaction[]; nextMs: number } {
    if (this.#timed === 0) return { expired: [], nextMs: Infinity };
    this.prune();
    const expired = this.#waiting.filter(({ totalDeadlineMs }) => totalDeadlineMs <= nowMs);
    const later = this.#waiting.filter(({ totalDeadlineMs }) => totalDeadlineMs > nowMs);
    const nextMs = later.reduce(
      (least, { totalDeadlineMs }) => Math.min(least, totalDeadlineMs),
      Infinity,
    );
    return { expired, nextMs };
  }

  private clear(): void {
    this.#waiting = [];
    this.#head = 0;
    this.#timed = 0;
  }

  #compact(): void {
    this.#waiting = this.#waiting.slice(this.#head);
    this.#head = 0;
  }
}
