/**
 * Why a message or an entry was refused. Every refusal is counted under its code; those of a batch
 * travel back in the receipt.
 */
export const REFUSAL_CODES = [
  // Of any message: nothing is answered, because nothing in it can be trusted.
  'malformed',
  'not-canonical',
  'too-large',
  'retained',
  'foreign-topic',
  'topic-identity',
  'overloaded',
  // Of a batch: answered in a rejected receipt.
  'unknown-gateway',
  'wrong-key',
  'chain-broken',
  'bad-signature',
  'key-rotation',
  'payload-hash',
  'payload-schema',
  'payload-kind',
  'entry-id',
  'id-taken',
  'foreign-metering-point',
  'seq-reused',
  'gap',
  'epoch-fenced',
  'epoch-parent',
  // Of a receipt or signal, at the gateway.
  'wrong-audience',
  'sequence-replayed',
  'expired',
  'clock-unsynchronised',
  'receipt-mismatch',
] as const;
/** One of {@link REFUSAL_CODES}. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A refusal with its words: which entry, what was found, what was expected. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** The entry it is about; for `gap` the sequence number expected next. */
  readonly seq?: number;
}

/** How often each refusal happened; a code never met is absent. */
export type RefusalCounts = Readonly<Partial<Record<RefusalCode, number>>>;

/** Counts refusals by code. */
export class RefusalCounter {
  readonly #counts = new Map<RefusalCode, number>();

  add(code: RefusalCode): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  counts(): RefusalCounts {
    return Object.fromEntries(this.#counts);
  }
}
