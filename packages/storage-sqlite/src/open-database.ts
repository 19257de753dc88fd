import SqliteConnection from 'better-sqlite3';
import type { EventLog, KeyedDocuments, Outbox } from '@microgrid/journal';
import type { SeriesStore } from '@microgrid/metering';
import { Store } from './connection.js';
import { migrate } from './migration.js';
import { SqliteDocuments } from './sqlite-documents.js';
import { SqliteJournal } from './sqlite-journal.js';
import { SqliteSeries } from './sqlite-series.js';
import { asStorageError, StorageError } from './storage-error.js';

/** How a database is opened. */
export interface DatabaseOptions {
  /**
   * `full`: a write that resolved survives a power cut (fsync at every commit); for everything that
   * leaves the house. `normal`: it survives a crash of the process; a power cut may take the last
   * writes, never the consistency.
   */
  readonly durability: 'full' | 'normal';
  /** How long to wait for another process's lock, ms, 0 to 600,000. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

/** One SQLite file and the ports it implements. */
export interface Database {
  readonly path: string;
  readonly eventLog: EventLog;
  readonly outbox: Outbox;
  readonly documents: KeyedDocuments;
  readonly series: SeriesStore;
  /** Writes the write-ahead log back and closes the file; using a port afterwards rejects with `closed`. */
  close(): void;
}

function connect(path: string, { durability, busyTimeoutMs = 5_000 }: DatabaseOptions): Store {
  if (!Number.isSafeInteger(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > 600_000) {
    throw new StorageError(
      'bad-option',
      `busyTimeoutMs: got ${busyTimeoutMs}, expected a whole number from 0 to 600000`,
    );
  }
  const connection = new SqliteConnection(path, { timeout: busyTimeoutMs });
  try {
    migrate(connection, path);
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
    connection.pragma('secure_delete = ON');
    connection.pragma('trusted_schema = OFF');
    return new Store(connection, path);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Opens a database file, making it or bringing its schema up to date.
 * @throws StorageError `newer-schema`, `foreign-file`, `cannot-open`, `busy`, `read-only`,
 *   `disk-full`, `corrupt` or `bad-option`.
 */
export function openDatabase(path: string, options: DatabaseOptions): Database {
  try {
    const store = connect(path, options);
    const journal = new SqliteJournal(store);
    return {
      path,
      eventLog: journal,
      outbox: journal,
      documents: new SqliteDocuments(store),
      series: new SqliteSeries(store),
      close: () => {
        store.connection.close();
      },
    };
  } catch (error) {
    throw asStorageError(error, path);
  }
}
