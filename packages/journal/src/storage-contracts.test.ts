import { isJournalError, type EventLog, type KeyedDocuments, type Outbox } from './index.js';
import {
  createMemoryDocuments,
  createMemoryJournalStore,
  eventLogContract,
  keyedDocumentsContract,
  outboxContract,
  type ContractCase,
} from './testing.js';

describe('storage in memory keeps the contract of', () => {
  describe('EventLog', () => {
    for (const { name, check } of eventLogContract)
      test(name, () => check(() => createMemoryJournalStore().log));
  });
  describe('Outbox', () => {
    for (const { name, check } of outboxContract) test(name, () => check(createMemoryJournalStore));
  });
  describe('KeyedDocuments', () => {
    for (const { name, check } of keyedDocumentsContract)
      test(name, () => check(createMemoryDocuments));
  });
});

/** A good adapter with one method replaced. */
function broken<Port extends object>(good: Port, change: Partial<Port>): Port {
  return new Proxy(good, {
    get(target, name) {
      const value: unknown = Reflect.get(name in change ? change : target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function faults<Port>(
  suite: readonly ContractCase<Port>[],
  open: () => Port,
): Promise<number> {
  let count = 0;
  for (const { check } of suite) {
    try {
      await check(open);
    } catch (error) {
      if (!isJournalError(error) || error.code !== 'contract') throw error;
      count += 1;
    }
  }
  return count;
}

describe('the contracts catch an adapter that', () => {
  const brokenLogs: [string, Partial<EventLog>][] = [
    ['stores nothing', { append: () => Promise.resolve() }],
    ['ignores positions', { read: () => Promise.resolve([]) }],
    ['finds no ids', { findById: () => Promise.resolve(undefined) }],
    ['forgets its head', { last: () => Promise.resolve(undefined) }],
    ['erases nothing', { eraseSubject: () => Promise.resolve(0) }],
  ];
  test.each(brokenLogs)('%s', async (_, change) => {
    const open = () => broken<EventLog>(createMemoryJournalStore().log, change);
    expect(await faults(eventLogContract, open)).toBeGreaterThan(0);
  });

  const brokenOutboxes: [string, Partial<Outbox>][] = [
    ['sends nothing', { pending: () => Promise.resolve([]) }],
    ['counts nothing', { count: () => Promise.resolve(0) }],
    ['acknowledges nothing', { acknowledge: () => Promise.resolve(0) }],
  ];
  test.each(brokenOutboxes)('%s', async (_, change) => {
    const open = () => {
      const { log, outbox } = createMemoryJournalStore();
      return { log, outbox: broken<Outbox>(outbox, change) };
    };
    expect(await faults(outboxContract, open)).toBeGreaterThan(0);
  });

  const brokenDocuments: [string, Partial<KeyedDocuments>][] = [
    ['always creates', { create: () => Promise.resolve(true) }],
    ['always deletes', { delete: () => Promise.resolve(true) }],
    ['lists nothing', { keys: () => Promise.resolve([]) }],
    ['keeps nothing', { put: () => Promise.resolve() }],
  ];
  test.each(brokenDocuments)('%s', async (_, change) => {
    const open = () => broken<KeyedDocuments>(createMemoryDocuments(), change);
    expect(await faults(keyedDocumentsContract, open)).toBeGreaterThan(0);
  });
});
