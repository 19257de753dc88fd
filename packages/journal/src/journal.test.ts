import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { saltKey } from './chain.test-data.js';
import {
  createJournal,
  createSaltKeys,
  entryHash,
  GENESIS_HASH,
  isJournalError,
  verifyChain,
  type JournalRecord,
} from './index.js';
import { nodeHash } from './node.js';
import { createMemoryDocuments, createMemoryJournalStore } from './testing.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});

async function open(epoch = 1, store = createMemoryJournalStore()) {
  const journal = await createJournal({ log: store.log, hash: nodeHash, saltKey, epoch });
  return { journal, ...store };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => (isJournalError(error) ? error.code : String(error)),
  );
}

describe('journal', () => {
  test('hashes are the documented constructions, recomputed here by hand', async () => {
    const { journal, log } = await open();
    const payload = { energy: 5, a: 'é' };
    const entry = await journal.append('interval', 'home-01/x', payload, 'home-01');
    const salt = createHmac('sha256', saltKey('home-01')).update('home-01/x').digest();
    const payloadHash = createHash('sha256')
      .update(Buffer.concat([salt, Buffer.from('{"a":"é","energy":5}')]))
      .digest('hex');
    expect(entry).toEqual({
      epoch: 1,
      seq: 0,
      previousHash: GENESIS_HASH,
      kind: 'interval',
      id: 'home-01/x',
      payloadHash,
    });
    const text = `{"epoch":1,"id":"home-01/x","kind":"interval","payloadHash":"${payloadHash}","previousHash":"${GENESIS_HASH}","seq":0}`;
    expect(entryHash(nodeHash, entry)).toBe(createHash('sha256').update(text).digest('hex'));
    expect(journal.head()).toEqual({ epoch: 1, seq: 0, hash: entryHash(nodeHash, entry) });
    expect((await log.last())?.salt).toBe(salt.toString('hex'));
  });

  test('appends made at once are chained in the order of the calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer(), { maxLength: 12 }), async (values) => {
        const { journal, log } = await open();
        const appends = values.map((value, index) =>
          journal.append('value', `id-${index}`, value, 'home-01'),
        );
        const entries = await Promise.all(appends);
        expect(entries.map(({ seq }) => seq)).toEqual(values.map((_, index) => index));
        const records = await log.read(undefined, 100);
        expect(records.map((record) => record.payload)).toEqual(values);
        expect(verifyChain(records, { hash: nodeHash }).ok).toBe(true);
      }),
      runs(50),
    );
  });

  test('a failed append is reported to its caller only and leaves no gap', async () => {
    const { log } = createMemoryJournalStore();
    let failing = false;
    const flaky = {
      ...log,
      append: (records: readonly JournalRecord[]) =>
        failing ? Promise.reject(new Error('disk full')) : log.append(records),
      last: () => log.last(),
      findById: (id: string) => log.findById(id),
    };
    const journal = await createJournal({ log: flaky, hash: nodeHash, saltKey, epoch: 1 });
    await journal.append('value', 'a', 1, 'home-01');
    failing = true;
    await expect(journal.append('value', 'b', 2, 'home-01')).rejects.toThrow('disk full');
    failing = false;
    expect(await journal.append('value', 'c', 3, 'home-01')).toMatchObject({ seq: 1 });
    const records = await log.read(undefined, 10);
    expect(verifyChain(records, { hash: nodeHash })).toMatchObject({ ok: true, verified: 2 });
  });

  test('appending the same again writes nothing; another content under the id is refused', async () => {
    const { journal, log } = await open();
    const first = await journal.append('value', 'a', { n: 1, m: 2 }, 'home-01');
    expect(await journal.append('value', 'a', { m: 2, n: 1 }, 'home-01')).toEqual(first);
    expect(await codeOf(journal.append('value', 'a', { n: 2 }, 'home-01'))).toBe('id-taken');
    expect(await codeOf(journal.append('other', 'a', { n: 1, m: 2 }, 'home-01'))).toBe('id-taken');
    expect(await log.read(undefined, 10)).toHaveLength(1);
  });

  test('a reopened journal goes on, a higher epoch starts anew, a lower one is fenced off', async () => {
    const { journal, ...store } = await open(2);
    await journal.append('value', 'a', 1, 'home-01');
    const again = await open(2, store);
    expect(await again.journal.append('value', 'b', 2, 'home-01')).toMatchObject({ seq: 1 });
    const newer = await open(3, store);
    const head = again.journal.head();
    expect(await newer.journal.append('value', 'c', 3, 'home-01')).toMatchObject({
      epoch: 3,
      seq: 0,
      previousHash: head?.hash,
    });
    expect(await codeOf(open(2, store))).toBe('stale-epoch');
    // The fenced writer that was open all the time cannot write either.
    expect(await codeOf(again.journal.append('value', 'd', 4, 'home-01'))).toBe('conflict');
    expect(await codeOf(open(0))).toBe('bad-entry');
    const records = await store.log.read(undefined, 10);
    expect(verifyChain(records, { hash: nodeHash })).toMatchObject({ ok: true, verified: 3 });
  });

  test('entries reads everything, across pages', async () => {
    const { journal } = await open();
    const count = 1203;
    for (let index = 0; index < count; index += 1)
      await journal.append('value', `id-${index}`, index, 'home-01');
    const payloads: unknown[] = [];
    for await (const record of journal.entries()) payloads.push(record.payload);
    expect(payloads).toEqual(Array.from({ length: count }, (_, index) => index));
    const tail: unknown[] = [];
    for await (const record of journal.entries({ epoch: 1, seq: 1200 })) tail.push(record.payload);
    expect(tail).toEqual([1200, 1201, 1202]);
  });

  test('an erased member leaves a verifiable chain and nothing that confirms a guess', async () => {
    const store = createMemoryJournalStore();
    let made = 0;
    const keys = createSaltKeys(createMemoryDocuments(), (length) => {
      made += 1;
      return new Uint8Array(length).fill(made);
    });
    const journal = await createJournal({
      log: store.log,
      hash: nodeHash,
      saltKey: (subject) => keys.keyOf(subject),
      epoch: 1,
    });
    await journal.append('value', 'a', 1, 'home-01');
    await journal.append('value', 'b', 2, 'home-02');
    await journal.append('value', 'c', 3, 'home-01');
    expect(made).toBe(2);
    expect(await journal.erase('home-01')).toBe(2);
    await keys.erase('home-01');
    const records = await store.log.read(undefined, 10);
    expect(verifyChain(records, { hash: nodeHash })).toMatchObject({
      ok: true,
      erased: 2,
      verified: 1,
    });
    expect(JSON.stringify(records)).not.toContain('"payload":1');
    expect(records.map(({ salt }) => salt !== undefined)).toEqual([false, true, false]);
    expect(await codeOf(journal.append('value', 'd', 4, 'home-01'))).toBe('no-salt-key');
    expect(made).toBe(2);
  });
});
