import { expectRejection, expectSame, type ContractCase } from './contract-case.js';
import type { EventLog } from './event-log.js';
import type { JournalRecord } from './journal-record.js';
import { sampleRecord, sampleRecords } from './sample-records.js';

function withoutContent({ entry, subject }: JournalRecord): JournalRecord {
  return { entry, subject };
}

const reading: ContractCase<EventLog>[] = [
  {
    name: 'an empty log has no last record, no records and no ids',
    async check(open) {
      const log = await open();
      expectSame('last', await log.last(), undefined);
      expectSame('read', await log.read(undefined, 10), []);
      expectSame('findById', await log.findById('home-01/1/0'), undefined);
    },
  },
  {
    name: 'records come back exactly as given, in order, by pages and from any position',
    async check(open) {
      const log = await open();
      const records = sampleRecords(1, 0, 6);
      await log.append(records.slice(0, 3));
      await log.append(records.slice(3));
      expectSame('read all', await log.read(undefined, 100), records);
      expectSame('first page', await log.read(undefined, 2), records.slice(0, 2));
      expectSame('from 4', await log.read({ epoch: 1, seq: 4 }, 2), records.slice(4, 6));
      expectSame('past the end', await log.read({ epoch: 1, seq: 7 }, 2), []);
      expectSame('last', await log.last(), records[6]);
      expectSame('findById', await log.findById('home-01/1/2'), records[2]);
    },
  },
  {
    name: 'epochs are read in order, and a position in one leads on into the next',
    async check(open) {
      const log = await open();
      const [old, fresh] = [sampleRecords(1, 0, 2), sampleRecords(12, 0, 1)];
      await log.append(old);
      await log.append(fresh);
      expectSame('all', await log.read(undefined, 10), [...old, ...fresh]);
      expectSame('over the border', await log.read({ epoch: 1, seq: 2 }, 10), [
        ...old.slice(2),
        ...fresh,
      ]);
      expectSame('past an epoch', await log.read({ epoch: 1, seq: 3 }, 10), fresh);
      expectSame('last', await log.last(), fresh[1]);
    },
  },
];

const appending: ContractCase<EventLog>[] = [
  {
    name: 'a record that does not follow the head is refused as a conflict, and nothing is stored',
    async check(open) {
      const log = await open();
      await expectRejection('empty, seq 1', log.append([sampleRecord(1, 1)]), 'conflict');
      const records = sampleRecords(2, 0, 1);
      await log.append(records);
      const wrong: [string, JournalRecord[]][] = [
        ['repeated seq', [sampleRecord(2, 1, 'home-02')]],
        ['gap', [sampleRecord(2, 3)]],
        ['older epoch', [sampleRecord(1, 0)]],
        ['new epoch not at 0', [sampleRecord(3, 2)]],
        ['gap inside', [sampleRecord(2, 2), sampleRecord(2, 4)]],
      ];
      for (const [what, list] of wrong) await expectRejection(what, log.append(list), 'conflict');
      expectSame('after the refusals', await log.read(undefined, 10), records);
    },
  },
  {
    name: 'of two appends for the same place exactly one wins',
    async check(open) {
      const log = await open();
      const rivals = ['home-01', 'home-02', 'home-03'].map((s) =>
        log.append([sampleRecord(1, 0, s)]),
      );
      const outcomes = await Promise.allSettled(rivals);
      const won = outcomes.filter(({ status }) => status === 'fulfilled').length;
      expectSame('winners', won, 1);
      expectSame('stored', (await log.read(undefined, 10)).length, 1);
    },
  },
  {
    name: 'what a caller changes afterwards does not change the log',
    async check(open) {
      const log = await open();
      const list = [1];
      await log.append([{ ...sampleRecord(1, 0), payload: { list } }]);
      list.push(2);
      expectSame('payload', (await log.last())?.payload, { list: [1] });
    },
  },
];

const erasing: ContractCase<EventLog>[] = [
  {
    name: 'erasing removes payload and salt of one subject, keeps its entries and nothing else changes',
    async check(open) {
      const log = await open();
      const records = [
        sampleRecord(1, 0, 'home-01'),
        sampleRecord(1, 1, 'home-02'),
        sampleRecord(1, 2, 'home-01'),
      ];
      await log.append(records);
      expectSame('erased', await log.eraseSubject('home-01'), 2);
      expectSame('erased again', await log.eraseSubject('home-01'), 0);
      expectSame('erased unknown', await log.eraseSubject('home-09'), 0);
      const after = records.map((record) =>
        record.subject === 'home-01' ? withoutContent(record) : record,
      );
      expectSame('records', await log.read(undefined, 10), after);
      expectSame('by id', await log.findById('home-01/1/2'), after[2]);
      expectSame('last', await log.last(), after[2]);
      await log.append([sampleRecord(1, 3, 'home-01')]);
      expectSame('appended later', await log.last(), sampleRecord(1, 3, 'home-01'));
    },
  },
  {
    name: 'a record may be stored without payload, and a payload may be null',
    async check(open) {
      const log = await open();
      const records = [
        withoutContent(sampleRecord(1, 0)),
        { ...sampleRecord(1, 1, 'home-02'), payload: null },
      ];
      await log.append(records);
      expectSame('records', await log.read(undefined, 10), records);
      expectSame('nothing to erase', await log.eraseSubject('home-01'), 0);
      expectSame('null is content', await log.eraseSubject('home-02'), 1);
    },
  },
];

/** What every `EventLog` adapter must keep (durability is checked by the adapter's own tests). */
export const eventLogContract: readonly ContractCase<EventLog>[] = [
  ...reading,
  ...appending,
  ...erasing,
];
