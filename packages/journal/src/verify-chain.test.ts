import fc from 'fast-check';
import { chainPlan, recordsOf } from './chain.test-data.js';
import {
  entryHash,
  GENESIS_HASH,
  payloadStatus,
  verifyChain,
  type JournalEntry,
  type JournalRecord,
  type VerifyChainOptions,
} from './index.js';
import { nodeHash } from './node.js';

const runs = (atScaleOne: number) => ({
  numRuns: atScaleOne * Number(process.env['MICROGRID_TEST_SCALE'] ?? '1'),
});
const options: VerifyChainOptions = { hash: nodeHash };
const verify = (records: readonly JournalRecord[]) => verifyChain(records, options);

function withEntry(record: JournalRecord, change: Partial<JournalEntry>): JournalRecord {
  return { ...record, entry: { ...record.entry, ...change } };
}

describe('chain verification', () => {
  test('what journals wrote verifies, over epochs and from any known head on', async () => {
    await fc.assert(
      fc.asyncProperty(chainPlan, fc.nat(), async (plan, pick) => {
        const records = await recordsOf(plan);
        const last = records.at(-1)?.entry as JournalEntry;
        const head = { epoch: last.epoch, seq: last.seq, hash: entryHash(nodeHash, last) };
        const whole = { ok: true, head, verified: records.length, erased: 0, restarts: [] };
        expect(verify(records)).toEqual(whole);
        const at = pick % records.length;
        const before = verify(records.slice(0, at));
        if (!before.ok || before.head === undefined) return;
        const rest = verifyChain(records.slice(at), { hash: nodeHash, after: before.head });
        expect(rest).toEqual({ ...whole, verified: records.length - at });
      }),
      runs(60),
    );
  });

  test('erasing a subject leaves the chain verifiable and shows erased', async () => {
    await fc.assert(
      fc.asyncProperty(chainPlan, async (plan) => {
        const records = (await recordsOf(plan)).map((record) =>
          record.subject === 'home-01' ? { entry: record.entry, subject: 'home-01' } : record,
        );
        const erased = records.filter((record) => record.subject === 'home-01').length;
        const verified = records.length - erased;
        expect(verify(records)).toMatchObject({ ok: true, erased, verified });
        for (const record of records)
          expect(payloadStatus(nodeHash, record)).toBe(
            record.subject === 'home-01' ? 'erased' : 'verified',
          );
      }),
      runs(40),
    );
  });

  test('any change of any entry or payload is found at that entry or at the next link', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(chainPlan, fc.nat(), async (plan, pick) => {
        const records = await recordsOf(plan);
        const at = pick % records.length;
        const record = records[at] as JournalRecord;
        const { epoch, seq } = record.entry;
        const put = (other: JournalRecord) => verify(records.with(at, other));
        const here = (what: string) => ({ ok: false, index: at, epoch, seq, what });
        expect(put({ ...record, payload: { other: true } })).toMatchObject({
          ...here('payload'),
          expected: record.entry.payloadHash,
        });
        expect(put({ ...record, salt: '00'.repeat(32) })).toMatchObject(here('payload'));
        const { entry, subject, payload, salt } = record;
        expect(put({ entry, subject, salt: salt as string })).toMatchObject(here('payload'));
        expect(put({ entry, subject, payload: payload as never })).toMatchObject(here('payload'));
        expect(put(withEntry(record, { previousHash: 'ab'.repeat(32) }))).toMatchObject({
          ...here('previousHash'),
          found: 'ab'.repeat(32),
        });
        // A changed kind or id shows at the next link; at the very end only in the head.
        for (const change of [{ kind: 'other' }, { id: 'other' }]) {
          const verdict = put(withEntry({ entry, subject }, change));
          if (at + 1 < records.length)
            expect(verdict).toMatchObject({ ok: false, index: at + 1, what: 'previousHash' });
          else
            expect(verdict).not.toMatchObject({ head: (verify(records) as { head: object }).head });
        }
        changed += 1;
      }),
      runs(60),
    );
    expect(changed).toBeGreaterThanOrEqual(60);
  });

  test('missing, repeated and swapped entries are named where they are', async () => {
    await fc.assert(
      fc.asyncProperty(chainPlan, fc.nat(), async (plan, pick) => {
        const records = await recordsOf(plan);
        const at = pick % records.length;
        const record = records[at] as JournalRecord;
        const next = records[at + 1];
        const repeated = verify(records.toSpliced(at, 0, record));
        expect(repeated).toMatchObject({ ok: false, index: at + 1, what: 'seq' });
        if (next === undefined) return;
        const missing = verify(records.toSpliced(at, 1));
        const sameEpoch = next.entry.epoch === record.entry.epoch;
        const what = sameEpoch ? 'seq' : 'previousHash';
        if (sameEpoch || at > 0) expect(missing).toMatchObject({ ok: false, index: at, what });
        const swapped = verify(records.with(at, next).with(at + 1, record));
        expect(swapped.ok).toBe(false);
      }),
      runs(60),
    );
  });

  test('an epoch goes up, starts at seq 0, and links to the head or to zeros', async () => {
    const plan = {
      epochs: [[{ subject: 'home-01', payload: 1 }], [{ subject: 'home-02', payload: 2 }]],
    };
    const [first, second] = (await recordsOf(plan)) as [JournalRecord, JournalRecord];
    expect(verify([second, first])).toMatchObject({ index: 0, what: 'previousHash' });
    const zeros = withEntry(second, { previousHash: GENESIS_HASH });
    expect(verify([first, zeros])).toMatchObject({ ok: true, restarts: [2] });
    expect(verify([zeros, first])).toMatchObject({
      index: 1,
      what: 'epoch',
      expected: 'epoch 2 or higher',
      found: 'epoch 1',
    });
    expect(verify([first, withEntry(second, { seq: 1 })])).toMatchObject({
      index: 1,
      what: 'seq',
      expected: 'seq 0',
      found: 'seq 1',
      reason: 'entry 1 (epoch 2 seq 1): seq is wrong: expected seq 0, found seq 1',
    });
    // Inside an epoch zeros never pass.
    const next = withEntry(zeros, { epoch: 1, seq: 1 });
    expect(verify([first, next])).toMatchObject({ index: 1, what: 'previousHash' });
  });

  test('an entry without the documented form is named by its member', async () => {
    const [record] = (await recordsOf({ epochs: [[{ subject: 'home-01', payload: 1 }]] })) as [
      JournalRecord,
    ];
    const wrong: [Partial<Record<keyof JournalEntry, unknown>>, string][] = [
      [{ epoch: 0 }, 'epoch 0'],
      [{ seq: 0.5 }, 'seq 0.5'],
      [{ kind: '' }, "kind ''"],
      [{ id: undefined }, 'id undefined'],
      [{ previousHash: 'AB'.repeat(32) }, `previousHash '${'AB'.repeat(32)}'`],
      [{ payloadHash: 'ab' }, "payloadHash 'ab'"],
    ];
    for (const [change, found] of wrong)
      expect(verify([withEntry(record, change as never)])).toMatchObject({ what: 'form', found });
  });

  test('no records keep the head that was known', () => {
    const after = { epoch: 1, seq: 4, hash: 'ab'.repeat(32) };
    expect(verifyChain([], { hash: nodeHash, after })).toMatchObject({ ok: true, head: after });
    expect(verify([])).toMatchObject({ ok: true, head: undefined });
  });
});
