import type { Json } from '@microgrid/events';

/** How a document is put. */
export interface PutOptions {
  /**
   * True: when `put` resolves, no copy of what the key held before is left in the store, as after
   * `delete`; for secrets. Default false: an older copy may be found in its files for a while.
   */
  readonly forgetOld?: boolean;
  /**
   * `now`: the document survives a power cut when `put` resolves. `before-next`: it survives a crash
   * of the process at once, and a power cut with the next durable write to the same store (of
   * documents, journal or series): that one is never kept without this one. For a document that
   * only matters together with what is written after it. Default `now`, and always so with `forgetOld`.
   */
  readonly durable?: 'now' | 'before-next';
}

/**
 * Small JSON documents by collection and key: salt keys, last sequences, closed periods.
 * When `put`, `create` or `delete` resolves, the change survives a crash and, unless a `put` asked
 * for less, a power cut; a deleted document leaves no copy in the store. `keyedDocumentsContract` in
 * `/testing` checks the rest.
 */
export interface KeyedDocuments {
  /** The document, or undefined. */
  get(collection: string, key: string): Promise<Json | undefined>;
  /** Creates or replaces. */
  put(collection: string, key: string, document: Json, options?: PutOptions): Promise<void>;
  /** Creates; false (and nothing changed) when the key exists. Atomic. */
  create(collection: string, key: string, document: Json): Promise<boolean>;
  /** False when there was none. */
  delete(collection: string, key: string): Promise<boolean>;
  /** Keys of a collection in UTF-16 order, those that start with `prefix` when given. */
  keys(collection: string, prefix?: string): Promise<readonly string[]>;
}
