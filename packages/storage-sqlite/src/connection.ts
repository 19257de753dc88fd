import { createHash } from 'node:crypto';
import type { Database as Connection, Statement } from 'better-sqlite3';
import { asStorageError, StorageError } from './storage-error.js';

/** A connection as the stores use it: errors mapped, rows guarded, failures remembered. */
export class Store {
  #failed: StorageError | undefined;

  constructor(
    readonly connection: Connection,
    readonly path: string,
    readonly durability: 'full' | 'normal',
  ) {
    this.#synchronise(durability);
  }

  #synchronise(durability: 'full' | 'normal'): void {
    this.connection.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
  }

  /** @throws StorageError `corrupt` where the file's schema no longer has what the statement names. */
  prepare(sql: string): Statement {
    try {
      return this.connection.prepare(sql);
    } catch (error) {
      throw asStorageError(error, this.path);
    }
  }

  /** Runs a read. */
  read<T>(work: () => T): Promise<T> {
    return this.#attempt(work);
  }

  /** Runs work in one transaction that takes the write lock at once. */
  write<T>(work: () => T): Promise<T> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return this.#attempt(() => this.connection.transaction(work).immediate());
  }

  /**
   * The same without waiting for the disk: a power cut may take it. The write-ahead log is one
   * sequence, so whatever is written after it and waits for the disk takes it along.
   */
  writeLazily<T>(work: () => T): Promise<T> {
    if (this.durability === 'normal') return this.write(work);
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return this.#attempt(() => {
      this.#synchronise('normal');
      try {
        return this.connection.transaction(work).immediate();
      } finally {
        this.#synchronise('full');
      }
    });
  }

  /**
   * Empties the write-ahead log, where older copies of changed pages would stay readable. With a
   * reader in another process it may be put off to that reader's end.
   */
  forgetOldPages(): void {
    this.connection.pragma('wal_checkpoint(TRUNCATE)');
  }

  #attempt<T>(work: () => T): Promise<T> {
    if (!this.connection.open) {
      return Promise.reject(
        new StorageError('closed', `${this.path}: it was closed; open it again`),
      );
    }
    try {
      return Promise.resolve(work());
    } catch (error) {
      const mapped = asStorageError(error, this.path);
      // After a failed fsync the kernel may have dropped the pages: trying again would lie.
      if (mapped instanceof StorageError && mapped.code === 'io') this.#failed = mapped;
      return Promise.reject(mapped instanceof Error ? mapped : new Error(String(mapped)));
    }
  }

  /** What a row's content hashes to: SQLite itself does not notice a flipped bit in a value. */
  rowHash(parts: readonly (string | number | null)[]): Buffer {
    return createHash('sha256').update(JSON.stringify(parts)).digest();
  }

  /** @throws StorageError `corrupt` naming the row. */
  checkRow(name: string, parts: readonly (string | number | null)[], hash: Buffer): void {
    if (Buffer.isBuffer(hash) && this.rowHash(parts).equals(hash)) return;
    this.corrupt(name, 'its content is not what was written');
  }

  /** @throws StorageError `corrupt`. */
  corrupt(name: string, why: string): never {
    throw new StorageError(
      'corrupt',
      `${this.path}: ${name}: ${why}; restore it from a backup or from the other end`,
    );
  }
}
