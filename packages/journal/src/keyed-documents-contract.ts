import { expectSame, type ContractCase } from './contract-case.js';
import type { KeyedDocuments } from './keyed-documents.js';

/** What every `KeyedDocuments` adapter must keep. */
export const keyedDocumentsContract: readonly ContractCase<KeyedDocuments>[] = [
  {
    name: 'a document comes back as it was put, by collection and key',
    async check(open) {
      const documents = await open();
      const document = { list: [1, null, 'é'], nested: { ok: true } };
      expectSame('before', await documents.get('a', 'key'), undefined);
      await documents.put('a', 'key', document);
      expectSame('after', await documents.get('a', 'key'), document);
      expectSame('another collection', await documents.get('b', 'key'), undefined);
      await documents.put('a', 'key', null);
      expectSame('replaced', await documents.get('a', 'key'), null);
      await documents.put('a', 'key', 1, { durable: 'before-next' });
      expectSame('put before the next', await documents.get('a', 'key'), 1);
      await documents.put('a', 'key', 2, { forgetOld: true });
      expectSame('old one forgotten', await documents.get('a', 'key'), 2);
    },
  },
  {
    name: 'create never replaces, also when many try at once',
    async check(open) {
      const documents = await open();
      const tries = [0, 1, 2, 3].map((number) => documents.create('a', 'key', number));
      const created = await Promise.all(tries);
      expectSame('created', created.filter(Boolean).length, 1);
      expectSame('kept', await documents.get('a', 'key'), created.indexOf(true));
    },
  },
  {
    name: 'delete says whether there was something, and create works again afterwards',
    async check(open) {
      const documents = await open();
      await documents.put('a', 'key', 1);
      expectSame('deleted', await documents.delete('a', 'key'), true);
      expectSame('deleted again', await documents.delete('a', 'key'), false);
      expectSame('gone', await documents.get('a', 'key'), undefined);
      expectSame('created', await documents.create('a', 'key', 2), true);
    },
  },
  {
    name: 'keys are listed by collection and prefix in UTF-16 order',
    async check(open) {
      const documents = await open();
      // The emoji sorts before U+FF5E by UTF-16 code units and after it by code points or UTF-8.
      const keys = ['b', 'a%', 'a_1', 'ab', 'A', '\u{1f600}', '\uff5e', 'é'];
      for (const key of keys) await documents.put('a', key, key);
      await documents.put('b', 'other', 1);
      const ordered = ['A', 'a%', 'a_1', 'ab', 'b', 'é', '\u{1f600}', '\uff5e'];
      expectSame('keys', await documents.keys('a'), ordered);
      expectSame('prefix a', await documents.keys('a', 'a'), ['a%', 'a_1', 'ab']);
      expectSame('prefix a%', await documents.keys('a', 'a%'), ['a%']);
      expectSame('prefix a_', await documents.keys('a', 'a_'), ['a_1']);
      expectSame('empty collection', await documents.keys('c'), []);
    },
  },
];
