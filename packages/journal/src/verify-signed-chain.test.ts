import type { Json } from '@microgrid/events';
import fc from 'fast-check';
import { saltKey } from './chain.test-data.js';
import {
  batchHead,
  createJournal,
  KEY_ROTATION,
  signBatch,
  signKeyRotation,
  verifySignedChain,
  type BatchWithRecords,
  type JournalRecord,
  type KeyRotation,
  type SigningPort,
} from './index.js';
import { generatePrivateKeyPem, nodeHash, nodeSigning, nodeVerify } from './node.js';
import { createMemoryJournalStore, type MemoryJournalStore } from './testing.js';

const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const keys = Array.from({ length: 5 }, () => nodeSigning(generatePrivateKeyPem()));
const [first, second, third, operator, thief] = keys as [
  SigningPort,
  SigningPort,
  SigningPort,
  SigningPort,
  SigningPort,
];
const gateway = 'gw-01';

async function sealed(
  signing: SigningPort,
  records: readonly JournalRecord[],
): Promise<BatchWithRecords> {
  const head = batchHead(
    nodeHash,
    gateway,
    records.map(({ entry }) => entry),
  );
  return { batch: await signBatch(signing, head), publicKey: signing.publicKey, records };
}

/** A journal, and batches of what is appended to it. */
async function writer(
  store: MemoryJournalStore = createMemoryJournalStore(),
  epoch = 1,
  restored = false,
) {
  const { log } = store;
  const journal = await createJournal({ log, hash: nodeHash, saltKey, epoch, restored });
  let number = (await log.read(undefined, 10_000)).length;
  const put = async (signing: SigningPort, kind: string, id: string, payload: Json) => {
    const { seq } = await journal.append(kind, id, payload, gateway);
    return sealed(signing, await log.read({ epoch, seq }, 1));
  };
  return {
    log,
    intervals: async (signing: SigningPort, count: number, mark: Json = 0) => {
      let from: number | undefined;
      for (let each = 0; each < count; each += 1) {
        number += 1;
        const { seq } = await journal.append('interval', `i${number}`, [number, mark], gateway);
        from ??= seq;
      }
      return sealed(signing, await log.read({ epoch, seq: from ?? 0 }, count));
    },
    rotation: async (signing: SigningPort, rotation: KeyRotation) =>
      put(signing, KEY_ROTATION, rotation.id, rotation as unknown as Json),
  };
}

const verify = (batches: readonly BatchWithRecords[], operatorKeys: readonly string[] = []) =>
  verifySignedChain(batches, {
    hash: nodeHash,
    verifying: nodeVerify,
    gateway,
    publicKey: first.publicKey,
    operatorKeys,
  });

const planned = (from: SigningPort, to: SigningPort): Promise<KeyRotation> =>
  signKeyRotation({ gateway, retired: from.publicKey, introduced: to, authority: from });

describe('a signed chain', () => {
  it('is followed through rotations, each signed by the key it retires', async () => {
    const { intervals, rotation } = await writer();
    const verdict = await verify([
      await intervals(first, 3),
      await rotation(first, await planned(first, second)),
      await intervals(second, 2),
      await rotation(second, await planned(second, third)),
      await intervals(third, 1),
    ]);
    expect(verdict).toMatchObject({
      ok: true,
      batches: 5,
      verified: 8,
      head: { epoch: 1, seq: 7 },
      keys: [
        { publicKey: first.publicKey, until: { epoch: 1, seq: 3 } },
        { publicKey: second.publicKey, from: { seq: 4 }, until: { seq: 6 } },
        { publicKey: third.publicKey, from: { epoch: 1, seq: 7 } },
      ],
    });
  });

  it('names the first entry under a key that was retired, not introduced yet, or never', async () => {
    const { intervals, rotation } = await writer();
    const [one, two] = [
      await intervals(first, 3),
      await rotation(first, await planned(first, second)),
    ];
    const last = await intervals(second, 2);
    const again = async (signing: SigningPort, { records }: BatchWithRecords) =>
      sealed(signing, records as readonly JournalRecord[]);
    const late = await verify([one, two, await again(first, last)]);
    expect(late).toMatchObject({ ok: false, what: 'key', epoch: 1, seq: 4, index: 4 });
    expect(late).toMatchObject({
      found: `${first.publicKey}, which was retired after epoch 1 seq 3`,
      expected: `the key ${second.publicKey}`,
    });
    const early = await verify([await again(second, one), two, last]);
    expect(early).toMatchObject({ ok: false, what: 'key', seq: 0, index: 0 });
    const itself = await verify([one, await again(second, two), last]);
    expect(itself).toMatchObject({ ok: false, what: 'key', seq: 3, index: 3 });
    expect(itself).toMatchObject({
      found: expect.stringContaining('signs nothing before epoch 1 seq 4') as string,
    });
    const stranger = await verify([one, two, await again(thief, last)]);
    expect(stranger).toMatchObject({
      found: expect.stringContaining('never introduced') as string,
      seq: 4,
    });
    const forged = await verify([
      one,
      two,
      { ...(await again(thief, last)), publicKey: second.publicKey },
    ]);
    expect(forged).toMatchObject({ ok: false, what: 'signature', seq: 4 });
  });

  it('takes the operator\u2019s word for a key that is lost or stolen, and nobody else\u2019s', async () => {
    const replaced = (authority: SigningPort, more: Partial<KeyRotation> = {}) =>
      signKeyRotation({ gateway, retired: first.publicKey, introduced: second, authority }).then(
        (rotation) => ({ ...rotation, ...more }),
      );
    const scene = async (rotationOf: KeyRotation, signer: SigningPort = second) => {
      const { intervals, rotation } = await writer();
      const one = await intervals(first, 2);
      const batches = [one, await rotation(signer, rotationOf), await intervals(second, 1)];
      return verify(batches, [operator.publicKey]);
    };
    expect(await scene(await replaced(operator))).toMatchObject({
      ok: true,
      keys: [{ until: { epoch: 1, seq: 1 } }, { from: { epoch: 1, seq: 2 } }],
    });
    const refused = { ok: false, what: 'rotation', seq: 2, index: 2 };
    expect(await scene(await replaced(thief))).toMatchObject(refused);
    // The thief has the old key and the operator's rotation: he cannot make it his.
    const { signature } = await replaced(operator);
    const stolen = await signKeyRotation({
      gateway,
      retired: first.publicKey,
      introduced: thief,
      authority: operator,
    });
    expect(await scene({ ...stolen, signature })).toMatchObject(refused);
    expect(await scene(await replaced(operator, { gateway: 'gw-02' }))).toMatchObject(refused);
    // A key of somebody else's cannot be introduced.
    const possession = (await planned(first, thief)).possession;
    expect(await scene(await replaced(operator, { possession }))).toMatchObject({
      ...refused,
      expected: `a possession by ${second.publicKey}`,
    });
    expect(await scene(await replaced(operator), first)).toMatchObject({
      ok: false,
      what: 'key',
      seq: 2,
    });
  });

  it('refuses a rotation among other entries, of another form, or back to an old key', async () => {
    const { intervals, rotation, log } = await writer();
    const one = await intervals(first, 1);
    await rotation(first, await planned(first, second));
    await intervals(first, 1);
    const mixed = await sealed(first, await log.read({ epoch: 1, seq: 1 }, 2));
    expect(await verify([one, mixed])).toMatchObject({
      ok: false,
      what: 'rotation',
      seq: 1,
      index: 1,
    });
    const shapeless = await writer();
    const half = { kind: KEY_ROTATION, retired: first.publicKey } as unknown as KeyRotation;
    expect(await verify([await shapeless.rotation(first, { ...half, id: 'x' })])).toMatchObject({
      ok: false,
      what: 'rotation',
      seq: 0,
    });
    const back = await writer();
    const there = await back.rotation(first, await planned(first, second));
    expect(
      await verify([there, await back.rotation(second, await planned(second, first))]),
    ).toMatchObject({
      ok: false,
      what: 'rotation',
      expected: 'a key never used before',
      seq: 1,
    });
  });

  it('of two cards that write one epoch is a fork, named where they part', async () => {
    const card = createMemoryJournalStore();
    const original = await writer(card);
    const shared = await original.intervals(first, 3);
    const copy = createMemoryJournalStore();
    await copy.log.append(await card.log.read(undefined, 100));
    const clone = await writer(copy);
    const [a, b] = [await original.intervals(first, 2, 'a'), await clone.intervals(first, 2, 'b')];
    expect(await verify([shared, a])).toMatchObject({ ok: true });
    expect(await verify([shared, b])).toMatchObject({ ok: true });
    expect(await verify([shared, a, b])).toMatchObject({
      ok: false,
      what: 'fork',
      seq: 3,
      index: 5,
    });
    const all = await sealed(first, await copy.log.read({ epoch: 1, seq: 2 }, 3));
    expect(await verify([shared, a, all])).toMatchObject({
      ok: false,
      what: 'fork',
      seq: 3,
      index: 6,
    });
  });

  it('goes on after a restored backup in a higher epoch, which is told; the same epoch is refused', async () => {
    const card = createMemoryJournalStore();
    const original = await writer(card);
    const shared = await original.intervals(first, 2);
    const backup = createMemoryJournalStore();
    await backup.log.append(await card.log.read(undefined, 100));
    const lost = await original.intervals(first, 2);
    await expect(writer(backup, 1, true)).rejects.toMatchObject({ code: 'bad-entry' });
    const restored = await writer(backup, 2, true);
    const next = [await restored.intervals(first, 1), await restored.intervals(first, 1)];
    const verdict = await verify([shared, lost, ...next]);
    expect(verdict).toMatchObject({ ok: true, restarts: [2], head: { epoch: 2, seq: 1 } });
    // Without saying that it was restored it would claim to follow an entry that is not the last.
    const silent = createMemoryJournalStore();
    await silent.log.append(await card.log.read(undefined, 2));
    const follows = await (await writer(silent, 2)).intervals(first, 1);
    expect(await verify([shared, lost, follows])).toMatchObject({
      ok: false,
      what: 'previousHash',
      seq: 0,
    });
  });

  it('with any one member changed is refused at or before the changed entry', async () => {
    const { intervals, rotation } = await writer();
    const batches = [
      await intervals(first, 3),
      await rotation(first, await planned(first, second)),
      await intervals(second, 3),
    ];
    expect(await verify(batches)).toMatchObject({ ok: true });
    const firsts = [0, 3, 4];
    const members = [
      'gateway',
      'epoch',
      'firstSeq',
      'lastSeq',
      'previousHash',
      'headHash',
      'signature',
    ] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.constantFrom(
          'payload' as const,
          'salt' as const,
          'entry' as const,
          'publicKey' as const,
          ...members,
        ),
        fc.nat(2),
        async (at, member, record) => {
          const changed = structuredClone(batches) as unknown as {
            batch: Record<string, unknown>;
            publicKey: string;
            records: Record<string, unknown>[];
          }[];
          const one = changed[at];
          const bad = one?.records[record % one.records.length];
          if (one === undefined || bad === undefined) throw new Error('no such batch');
          if (member === 'payload') bad['payload'] = ['changed'];
          else if (member === 'salt') bad['salt'] = '00'.repeat(32);
          else if (member === 'entry')
            (bad['entry'] as Record<string, unknown>)['payloadHash'] = '11'.repeat(32);
          else if (member === 'publicKey') one.publicKey = thief.publicKey;
          else {
            const value = one.batch[member];
            one.batch[member] = typeof value === 'number' ? value + 1 : String(value).toUpperCase();
            // Zeros are the same in capitals.
            if (one.batch[member] === value) one.batch[member] = 'ff'.repeat(32);
          }
          const verdict = await verify(changed as unknown as BatchWithRecords[]);
          const index =
            (firsts[at] ?? 0) +
            (['payload', 'salt', 'entry'].includes(member) ? record % one.records.length : 0);
          expect(verdict.ok).toBe(false);
          if (verdict.ok) return;
          expect(verdict.index).toBe(index);
        },
      ),
      { numRuns: 100 * SCALE },
    );
  });
});
