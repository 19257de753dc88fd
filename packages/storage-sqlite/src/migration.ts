import type { Database as Connection } from 'better-sqlite3';
import { StorageError } from './storage-error.js';

/** `mgrd`: marks a file as a database of this package. */
export const APPLICATION_ID = 0x6d677264;

/** The schema, one step per version; a published step never changes. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE journal (
     epoch INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     id TEXT NOT NULL,
     subject TEXT NOT NULL,
     entry TEXT NOT NULL,
     payload TEXT,
     salt TEXT,
     outgoing INTEGER NOT NULL,
     hash BLOB NOT NULL,
     PRIMARY KEY (epoch, seq)
   ) STRICT;
   CREATE INDEX journal_id ON journal (id);
   CREATE INDEX journal_subject ON journal (subject);
   CREATE INDEX journal_outgoing ON journal (epoch, seq) WHERE outgoing = 1;
   CREATE TABLE document (
     collection TEXT NOT NULL,
     key TEXT NOT NULL,
     document TEXT NOT NULL,
     hash BLOB NOT NULL,
     PRIMARY KEY (collection, key)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE series_block (
     metering_point TEXT NOT NULL,
     day INTEGER NOT NULL,
     intervals TEXT NOT NULL,
     hash BLOB NOT NULL,
     PRIMARY KEY (metering_point, day)
   ) STRICT, WITHOUT ROWID;`,
];

function pragma(connection: Connection, name: string): number {
  return Number(connection.pragma(name, { simple: true }));
}

/**
 * Brings a database to the newest schema, every missing step in one transaction: after a crash it is
 * the old or the new one.
 * @throws StorageError `newer-schema` or `foreign-file`, before anything was written.
 */
export function migrate(
  connection: Connection,
  path: string,
  migrations: readonly string[] = MIGRATIONS,
): void {
  const step = connection.transaction(() => {
    const version = pragma(connection, 'user_version');
    const isOurs = pragma(connection, 'application_id') === APPLICATION_ID;
    const objects = connection.prepare('SELECT count(*) FROM sqlite_master').pluck().get();
    if (!isOurs && (version !== 0 || objects !== 0)) {
      throw new StorageError(
        'foreign-file',
        `${path}: a database of another program; choose another path`,
      );
    }
    if (version > migrations.length) {
      throw new StorageError(
        'newer-schema',
        `${path}: written by a newer version of this software (schema ${version}, expected at most ${migrations.length}); update it or restore the backup made before the update`,
      );
    }
    if (version === migrations.length) return;
    for (const sql of migrations.slice(version)) connection.exec(sql);
    connection.pragma(`application_id = ${APPLICATION_ID}`);
    connection.pragma(`user_version = ${migrations.length}`);
  });
  step.immediate();
}
