import type { Transaction } from './transaction.js';

interface Watched {
  readonly transactions: Set<Transaction>;
  readonly onAbort: () => void;
}

/**
 * Gives requests up when their signal fires. A poll bears the same signal for years, so there is one
 * listener per signal and not one per request: the listener of the signal used last stays while none
 * of its requests is open.
 */
export class AbortWatch {
  readonly #watched = new Map<AbortSignal, Watched>();
  #idle: AbortSignal | undefined;

  constructor(private readonly abandon: (transaction: Transaction, reason: unknown) => void) {}

  /** Watches a signal, which has not fired yet, for a request. */
  add(transaction: Transaction, signal: AbortSignal): void {
    this.#of(signal).transactions.add(transaction);
    if (this.#idle === signal) this.#idle = undefined;
  }

  /** The request is settled. */
  remove(transaction: Transaction, signal: AbortSignal): void {
    const watched = this.#watched.get(signal);
    if (watched === undefined || !watched.transactions.delete(transaction)) return;
    if (watched.transactions.size > 0) return;
    if (signal.aborted) {
      this.#forget(signal);
      return;
    }
    if (this.#idle !== undefined) this.#forget(this.#idle);
    this.#idle = signal;
  }

  /** Takes the last listener away; every request is settled. */
  close(): void {
    for (const signal of [...this.#watched.keys()]) this.#forget(signal);
    this.#idle = undefined;
  }

  #of(signal: AbortSignal): Watched {
    const known = this.#watched.get(signal);
    if (known !== undefined) return known;
    const transactions = new Set<Transaction>();
    const onAbort = (): void => {
      for (const transaction of [...transactions]) this.abandon(transaction, signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const watched = { transactions, onAbort };
    this.#watched.set(signal, watched);
    return watched;
  }

  #forget(signal: AbortSignal): void {
    const watched = this.#watched.get(signal);
    if (watched === undefined) return;
    signal.removeEventListener('abort', watched.onAbort);
    this.#watched.delete(signal);
  }
}
