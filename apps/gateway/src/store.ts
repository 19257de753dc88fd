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
import { nodeHash } from '@microgrid/journal/node';
import { openDatabase } from '@microgrid/storage-sqlite';
import type { EarlierKey } from '@microgrid/uplink';
import { openSigningKeys } from './signing-keys.js';

/** Everything a gateway keeps: its key, its journal with outbox, and small documents. */
export interface Store {
  readonly signing: SigningPort;
  /** Retired keys: what was written under them may still wait to be sent. */
  readonly earlierKeys: readonly EarlierKey[];
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

/** How a data folder is opened. */
export interface StoreOptions {
  /**
   * The folder was put back from a backup: entries after its journal's end may be known to the
   * coordinator, so a new epoch begins that does not follow it. Default false.
   */
  readonly restored?: boolean;
}

/**
 * Opens the data folder, making it and the key (mode 0600) on first start.
 * @param nowMs wall clock; begins a new epoch where a known key meets an empty journal, because the
 *   coordinator may remember a journal that is lost.
 */
export async function openStore(
  folder: string,
  nowMs: number,
  { restored = false }: StoreOptions = {},
): Promise<Store> {
  const keyFile = keyFileOf(folder);
  const known = existsSync(keyFile);
  const database = openDatabase(join(folder, 'gateway.sqlite'), { durability: 'full' });
  const find = (id: string): Promise<JournalRecord | undefined> => database.eventLog.findById(id);
  const { signing, earlier } = await openSigningKeys(folder, find);
  const last = await database.eventLog.last();
  const instant = Math.floor(nowMs / 1000);
  const epoch =
    last === undefined
      ? known
        ? instant
        : 1
      : restored
        ? Math.max(instant, last.entry.epoch + 1)
        : last.entry.epoch;
  const salts = createSaltKeys(database.documents, (length) => new Uint8Array(randomBytes(length)));
  const journal = await createJournal({
    log: database.eventLog,
    hash: nodeHash,
    saltKey: (subject) => salts.keyOf(subject),
    epoch,
    restored,
  });
  return {
    signing,
    earlierKeys: earlier,
    journal,
    find,
    outbox: database.outbox,
    documents: database.documents,
    close: () => {
      database.close();
    },
  };
}
