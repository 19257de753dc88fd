import { join } from 'node:path';
import {
  eventLogContract,
  keyedDocumentsContract,
  outboxContract,
} from '@microgrid/journal/testing';
import { seriesStoreContract } from '@microgrid/metering/testing';
import { temporaryFolder } from '../test/temporary-folder.js';
import { openDatabase, type Database } from './open-database.js';

const folder = temporaryFolder();
const open: Database[] = [];
let files = 0;

function fresh(durability: 'full' | 'normal' = 'normal'): Database {
  files += 1;
  const database = openDatabase(join(folder, `contract-${files}.sqlite`), { durability });
  open.push(database);
  return database;
}

afterEach(() => {
  for (const database of open.splice(0)) database.close();
});

describe.each(['full', 'normal'] as const)('the ports at durability %s', (durability) => {
  describe('EventLog', () => {
    test.each(eventLogContract)('$name', async ({ check }) => {
      await check(() => fresh(durability).eventLog);
    });
  });

  describe('Outbox', () => {
    test.each(outboxContract)('$name', async ({ check }) => {
      await check(() => {
        const { eventLog: log, outbox } = fresh(durability);
        return { log, outbox };
      });
    });
  });

  describe('KeyedDocuments', () => {
    test.each(keyedDocumentsContract)('$name', async ({ check }) => {
      await check(() => fresh(durability).documents);
    });
  });

  describe('SeriesStore', () => {
    test.each(seriesStoreContract)('$name', async (law) => {
      await law.check(fresh(durability).series);
    });
  });
});

test('everything is there again after closing and opening', async () => {
  const path = join(folder, 'again.sqlite');
  const { sampleRecords } = await import('@microgrid/journal/testing');
  const first = openDatabase(path, { durability: 'full' });
  await first.eventLog.append(sampleRecords(1, 0, 2), { outgoing: true });
  await first.outbox.acknowledge(1, 0, 0);
  await first.documents.put('a', 'b', { c: 1 });
  first.close();
  const second = openDatabase(path, { durability: 'full' });
  open.push(second);
  expect(await second.eventLog.read(undefined, 9)).toEqual(sampleRecords(1, 0, 2));
  expect(await second.outbox.pending(9)).toEqual(sampleRecords(1, 1, 2));
  expect(await second.documents.get('a', 'b')).toEqual({ c: 1 });
});
