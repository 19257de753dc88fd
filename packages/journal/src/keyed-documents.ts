import type { Json } from '@microgrid/events';

/**
 * Small JSON documents by collection and key: salt keys, last sequences, closed periods.
 * When `put` or `delete` resolves, the change survives a crash and a power cut, and a deleted
 * document leaves no copy in the store. `keyedDocumentsContract` in `/testing` checks the rest.
 */
export interface KeyedDocuments {
  /** The document, or undefined. */
  get(collection: string, key: string): Promise<Json | undefined>;
  /** Creates or replaces. */
  put(collection: string, key: string, document: Json): Promise<void>;
  /** Creates; false (and nothing changed) when the key exists. Atomic. */
  create(collection: string, key: string, document: Json): Promise<boolean>;
  /** False when there was none. */
  delete(collection: string, key: string): Promise<boolean>;
  /** Keys of a collection in UTF-16 order, those that start with `prefix` when given. */
  keys(collection: string, prefix?: string): Promise<readonly string[]>;
}
