import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import {
  createJournal,
  createSaltKeys,
  type Journal,
  type JournalRecord,
  type KeyedDocuments,
  type Outbox,
  type SigningPort,
} from '@microgrid/journal';
import { loadOrCreateKeyFile, nodeHash } from '@microgrid/journal/node';
import { openDatabase } from '@microgrid/storage-sqlite';

/** Everything a gateway keeps: its key, its journal with outbox, and small documents. */
export interface Store {
  readonly signing: SigningPort;
  readonly journal: Journal;
  /** A record of the journal by its id. */
  readonly find: (id: string) => Promise<JournalRecord | undefined>;
  readonly outbox: Outbox;
  readonly documents: KeyedDocuments;
  close(): void;
}

/** Where a data folder, made here if need be, has its key. */
export function keyFileOf(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, 'key.pem');
}

/**
 * Opens the data folder, making it and the key (mode 0600) on first start.
 * @param nowMs wall clock; begins a new epoch where a known key meets an empty journal, because the
 *   coordinator may remember a journal that is lost.
 */
export async function openStore(folder: string, nowMs: number): Promise<Store> {
  const keyFile = keyFileOf(folder);
  const known = existsSync(keyFile);
  const signing = loadOrCreateKeyFile(keyFile);
  const database = openDatabase(join(folder, 'gateway.sqlite'), { durability: 'full' });
  const last = await database.eventLog.last();
  const epoch = last?.entry.epoch ?? (known ? Math.floor(nowMs / 1000) : 1);
  const salts = createSaltKeys(database.documents, (length) => new Uint8Array(randomBytes(length)));
  const journal = await createJournal({
    log: database.eventLog,
    hash: nodeHash,
    saltKey: (subject) => salts.keyOf(subject),
    epoch,
  });
  return {
    signing,
    journal,
    find: (id) => database.eventLog.findById(id),
    outbox: database.outbox,
    documents: database.documents,
    close: () => {
      database.close();
    },
  };
}
