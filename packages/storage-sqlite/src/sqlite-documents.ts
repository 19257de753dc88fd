import { canonicalJson, type Json } from '@microgrid/events';
import type { KeyedDocuments, PutOptions } from '@microgrid/journal';
import { compareIds } from '@microgrid/units';
import type { Statement } from 'better-sqlite3';
import type { Store } from './connection.js';

/** A row of table `document`. */
interface Row {
  readonly collection: string;
  readonly key: string;
  readonly document: string;
  readonly hash: Buffer;
}

/** `KeyedDocuments` on one table. */
export class SqliteDocuments implements KeyedDocuments {
  readonly #get: Statement;
  readonly #put: Statement;
  readonly #delete: Statement;
  readonly #keys: Statement;

  constructor(private readonly store: Store) {
    this.#get = store.prepare('SELECT * FROM document WHERE collection = ? AND key = ?');
    this.#put = store.prepare(
      'INSERT OR REPLACE INTO document VALUES (@collection, @key, @document, @hash)',
    );
    this.#delete = store.prepare('DELETE FROM document WHERE collection = ? AND key = ?');
    this.#keys = store.prepare('SELECT key FROM document WHERE collection = ?').pluck();
  }

  get(collection: string, key: string): Promise<Json | undefined> {
    return this.store.read(() => {
      const row = this.#get.get(collection, key) as Row | undefined;
      if (row === undefined) return undefined;
      const { document, hash } = row;
      this.store.checkRow(`document ${collection}/${key}`, [collection, key, document], hash);
      return JSON.parse(document) as Json;
    });
  }

  put(
    collection: string,
    key: string,
    document: Json,
    { forgetOld = false, durable = 'now' }: PutOptions = {},
  ): Promise<void> {
    const write = (): boolean => {
      const replaces = forgetOld && this.#has(collection, key);
      this.#write(collection, key, document);
      return replaces;
    };
    if (forgetOld) return this.#forgetting(write).then(() => undefined);
    const written = durable === 'now' ? this.store.write(write) : this.store.writeLazily(write);
    return written.then(() => undefined);
  }

  create(collection: string, key: string, document: Json): Promise<boolean> {
    return this.store.write(() => {
      if (this.#has(collection, key)) return false;
      this.#write(collection, key, document);
      return true;
    });
  }

  delete(collection: string, key: string): Promise<boolean> {
    return this.#forgetting(() => this.#delete.run(collection, key).changes > 0);
  }

  keys(collection: string, prefix = ''): Promise<readonly string[]> {
    return this.store.read(() => {
      const keys = this.#keys.all(collection) as string[];
      // SQLite orders by UTF-8 bytes, the port by UTF-16 code units.
      return keys.filter((key) => key.startsWith(prefix)).sort(compareIds);
    });
  }

  #has(collection: string, key: string): boolean {
    return this.#get.get(collection, key) !== undefined;
  }

  #write(collection: string, key: string, value: Json): void {
    const document = canonicalJson(value);
    const hash = this.store.rowHash([collection, key, document]);
    this.#put.run({ collection, key, document, hash });
  }

  /** What was deleted (a salt key) must not be found in the write-ahead log either. */
  #forgetting(work: () => boolean): Promise<boolean> {
    return this.store.write(work).then((changed) =>
      this.store.read(() => {
        if (changed) this.store.forgetOldPages();
        return changed;
      }),
    );
  }
}
