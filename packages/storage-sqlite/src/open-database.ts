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
   * `full`: a write that resolved survives a power cut (fsync at every commit, but for those whose
   * port allows less: `put` with `before-next`, `acknowledge`); for everything that leaves the house. `normal`: it survives a crash of the process; a power cut may take the last
   * writes, never the consistency.
   */
  readonly durability: 'full' | 'normal';
  /** How long to wait for another process's lock, ms, 0 to 600,000. Default 5,000. */
  readonly busyTimeoutMs?: number;
  /**
   * The largest size of the file (without its write-ahead log), bytes, 65,536 and up; a write beyond
   * it is refused as `disk-full`. Default: what SQLite and the disk allow.
   */
  readonly maxBytes?: number;
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

const PAGE_BYTES = 4_096;
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

function whole(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  throw new StorageError(
    'bad-option',
    `${name}: got ${value}, expected a whole number from ${minimum} to ${maximum}`,
  );
}

function connect(path: string, options: DatabaseOptions): Store {
  const { durability, maxBytes } = options;
  const timeout = whole('busyTimeoutMs', options.busyTimeoutMs ?? 5_000, 0, 600_000);
  if (maxBytes !== undefined) whole('maxBytes', maxBytes, 65_536, MOST_BYTES);
  const connection = new SqliteConnection(path, { timeout });
  try {
    connection.pragma(`page_size = ${PAGE_BYTES}`);
    migrate(connection, path);
    connection.pragma('journal_mode = WAL');
    if (maxBytes !== undefined) {
      connection.pragma(`max_page_count = ${Math.floor(maxBytes / PAGE_BYTES)}`);
    }
    connection.pragma('secure_delete = ON');
    connection.pragma('trusted_schema = OFF');
    return new Store(connection, path, durability);
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
