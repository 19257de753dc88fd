import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog, KeyedDocuments, SigningPort } from '@microgrid/journal';
import { loadOrCreateKeyFile } from '@microgrid/journal/node';
import type { SeriesStore } from '@microgrid/metering';
import { openDatabase, type Database } from '@microgrid/storage-sqlite';

/** Everything a coordinator keeps: its key, each gateway's chain, the intervals, small documents. */
export interface Store {
  readonly signing: SigningPort;
  readonly series: SeriesStore;
  readonly documents: KeyedDocuments;
  /** The chain of one gateway, opened once. */
  logOf(gateway: string): EventLog;
  close(): void;
}

/** Where a data folder, made here if need be, has its key. */
export function keyFileOf(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, 'key.pem');
}

/** Opens the data folder, making it and the key (mode 0600) on first start. */
export function openStore(folder: string): Store {
  const signing = loadOrCreateKeyFile(keyFileOf(folder));
  const main = openDatabase(join(folder, 'coordinator.sqlite'), { durability: 'full' });
  const chains = new Map<string, Database>();
  mkdirSync(join(folder, 'chains'), { recursive: true });
  return {
    signing,
    series: main.series,
    documents: main.documents,
    logOf: (gateway) => {
      let chain = chains.get(gateway);
      if (chain === undefined) {
        chain = openDatabase(join(folder, 'chains', `${gateway}.sqlite`), { durability: 'full' });
        chains.set(gateway, chain);
      }
      return chain.eventLog;
    },
    close: () => {
      for (const chain of chains.values()) chain.close();
      main.close();
    },
  };
}
