import { expectRejection, expectSame, type ContractCase } from './contract-case.js';
import type { EventLog } from './event-log.js';
import type { Outbox } from './outbox.js';
import { sampleRecord, sampleRecords } from './sample-records.js';

/** An outbox and the log it is a view of. */
export interface LogWithOutbox {
  readonly log: EventLog;
  readonly outbox: Outbox;
}

/** What every `Outbox` adapter must keep. */
export const outboxContract: readonly ContractCase<LogWithOutbox>[] = [
  {
    name: 'only records appended as outgoing wait, oldest first, by pages',
    async check(open) {
      const { log, outbox } = await open();
      expectSame('empty', await outbox.pending(10), []);
      const records = sampleRecords(1, 0, 5);
      await log.append(records.slice(0, 1));
      await log.append(records.slice(1, 4), { outgoing: true });
      await log.append(records.slice(4, 5), { outgoing: false });
      await log.append(records.slice(5), { outgoing: true });
      const waiting = [...records.slice(1, 4), ...records.slice(5)];
      expectSame('pending', await outbox.pending(10), waiting);
      expectSame('page', await outbox.pending(2), waiting.slice(0, 2));
      expectSame('after', await outbox.pending(10, { epoch: 1, seq: 2 }), waiting.slice(2));
      expectSame('count', await outbox.count(), 4);
    },
  },
  {
    name: 'acknowledging unmarks exactly what it names and leaves the log alone',
    async check(open) {
      const { log, outbox } = await open();
      const [old, fresh] = [sampleRecords(1, 0, 3), sampleRecords(2, 0, 3)];
      await log.append(old, { outgoing: true });
      await log.append(fresh, { outgoing: true });
      expectSame('acknowledged', await outbox.acknowledge(2, 1, 2), 2);
      expectSame('again', await outbox.acknowledge(2, 1, 2), 0);
      expectSame('another epoch', await outbox.acknowledge(3, 0, 9), 0);
      const rest = [...old, fresh[0], fresh[3]];
      expectSame('pending', await outbox.pending(10), rest);
      expectSame('count', await outbox.count(), 6);
      expectSame('log', await log.read(undefined, 10), [...old, ...fresh]);
    },
  },
  {
    name: 'a refused append leaves nothing to send',
    async check(open) {
      const { log, outbox } = await open();
      const append = log.append([sampleRecord(1, 4)], { outgoing: true });
      await expectRejection('gap', append, 'conflict');
      expectSame('count', await outbox.count(), 0);
    },
  },
  {
    name: 'an erased record still waits, without its payload',
    async check(open) {
      const { log, outbox } = await open();
      const { entry, subject } = sampleRecord(1, 0);
      await log.append([sampleRecord(1, 0)], { outgoing: true });
      await log.eraseSubject(subject);
      expectSame('pending', await outbox.pending(10), [{ entry, subject }]);
    },
  },
];
