import type { Json } from '@microgrid/events';
import { KEY_ROTATION, signKeyRotation, type JournalRecord } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { createMemoryJournalStore, type MemoryJournalStore } from '@microgrid/journal/testing';
import { canonicalBytes } from '@microgrid/events';
import {
  createMemoryBroker,
  fixedKey,
  openCoordinator,
  openGateway,
  quiet,
  TestClock,
  type TestCoordinator,
  type TestGateway,
} from '../test/neighbourhood.js';
import { sealBatch } from './build-batch.js';
import type { EventsEnvelope } from './envelope.js';

const EVENTS = 'microgrid/v1/gw-01/events';
const [old, next] = [fixedKey('gw-01'), fixedKey('gw-01 second')];

async function rotate(
  gateway: TestGateway,
  introduced = next,
  retired = old,
): Promise<JournalRecord> {
  const rotation = await signKeyRotation({
    gateway: 'gw-01',
    retired: retired.publicKey,
    introduced,
    authority: retired,
  });
  await gateway.journal.append(
    KEY_ROTATION,
    rotation.id,
    rotation as unknown as Json,
    'keys/gw-01',
    {
      outgoing: true,
    },
  );
  return (await gateway.store.log.last()) as JournalRecord;
}

const seal = (records: readonly JournalRecord[], signing = old): Promise<EventsEnvelope> =>
  sealBatch('gw-01', records, { hash: nodeHash, signing });

function scene(stores?: Map<string, MemoryJournalStore>) {
  const broker = createMemoryBroker();
  const clock = new TestClock();
  const coordinator = openCoordinator(broker, clock, ['gw-01'], stores ? { stores } : {});
  const send = async (envelope: EventsEnvelope): Promise<string> => {
    const { batchesAccepted } = coordinator.uplink.statistics();
    broker.inject({ topic: EVENTS, payload: canonicalBytes(envelope), retained: false });
    await quiet(broker, [coordinator.uplink]);
    const taken = coordinator.uplink.statistics().batchesAccepted > batchesAccepted;
    const { code = '', seq = -1 } = coordinator.refusals.at(-1) ?? {};
    return taken ? 'accepted' : `${code} ${seq}`;
  };
  return { broker, clock, coordinator, send };
}

const storedBy = async ({ stores }: TestCoordinator): Promise<readonly JournalRecord[]> =>
  (await stores.get('gw-01')?.log.read(undefined, 1000)) ?? [];

describe('a gateway changes its key', () => {
  test('while entries wait: each travels under the key that was in charge, and all arrive', async () => {
    const { broker, clock, coordinator } = scene();
    const before = await openGateway(broker, clock, 'gw-01');
    await before.append(5);
    await before.uplink.close();
    const { entry } = await rotate(before);
    const earlierKeys = [{ signing: old, until: { epoch: entry.epoch, seq: entry.seq } }];
    const { store } = before;
    const after = await openGateway(broker, clock, 'gw-01', { store, signing: next, earlierKeys });
    await after.append(3);
    for (let at = 0; at < 40_000; at += 1_000) {
      await after.uplink.tick(at);
      await quiet(broker, [after.uplink, coordinator.uplink]);
    }
    expect(coordinator.refusals).toEqual([]);
    const stored = await storedBy(coordinator);
    expect(stored.map((record) => record.entry)).toEqual(
      (await store.log.read(undefined, 100)).map((record) => record.entry),
    );
    expect(stored).toHaveLength(9);
    // The rotation is no event of anybody's and lies apart from the data of people.
    expect(coordinator.accepted.map(({ event }) => event.kind)).not.toContain(KEY_ROTATION);
    expect(stored[5]).toMatchObject({ subject: 'keys/gw-01', entry: { kind: KEY_ROTATION } });
    expect(await store.outbox.count()).toBe(0);
  });

  test('the retired key signs nothing new, the new one nothing before it, over a restart of the coordinator too', async () => {
    const stores = new Map<string, MemoryJournalStore>();
    const first = scene(stores);
    const gateway = await openGateway(first.broker, first.clock, 'gw-01');
    await gateway.uplink.close();
    await gateway.append(2);
    await rotate(gateway);
    await gateway.append(2);
    const all = await gateway.store.log.read(undefined, 100);
    const [start, rotation, end] = [all.slice(0, 2), all.slice(2, 3), all.slice(3)];
    expect(await first.send(await seal(start, next))).toBe('wrong-key 0');
    expect(await first.send(await seal(start))).toBe('accepted');
    expect(await first.send(await seal(all.slice(2)))).toBe('key-rotation 2');
    expect(await first.send(await seal(end, next))).toBe('wrong-key 3');
    expect(await first.send(await seal(rotation, next))).toBe('wrong-key 2');
    expect(await first.send(await seal(rotation))).toBe('accepted');
    const again = scene(stores);
    expect(await again.send(await seal(end))).toBe('wrong-key 3');
    expect(await again.send(await seal(end, next))).toBe('accepted');
    // Receipts may have been lost: what is stored is taken again under its own key, the rotation as well.
    expect(await again.send(await seal(start))).toBe('accepted');
    expect(await again.send(await seal(rotation))).toBe('accepted');
    expect(await again.send(await seal(start, next))).toBe('wrong-key 0');
    expect(await storedBy(again.coordinator)).toHaveLength(5);
  });

  test('a thief without the key cannot: forged, for another gateway, without its payload', async () => {
    const { broker, clock, send, coordinator } = scene();
    const thief = fixedKey('thief');
    const make = async (change: (payload: Record<string, Json>) => void): Promise<string> => {
      const gateway = await openGateway(broker, clock, 'gw-01', {
        store: createMemoryJournalStore(),
      });
      await gateway.uplink.close();
      const by = await signKeyRotation({
        gateway: 'gw-01',
        retired: old.publicKey,
        introduced: next,
        authority: old,
      });
      const payload = { ...by } as Record<string, Json>;
      change(payload);
      await gateway.journal.append(KEY_ROTATION, by.id, payload, 'keys/gw-01');
      return send(await seal(await gateway.store.log.read(undefined, 1)));
    };
    const other = await signKeyRotation({
      gateway: 'gw-01',
      retired: old.publicKey,
      introduced: thief,
      authority: thief,
    });
    expect(await make((payload) => Object.assign(payload, other))).toBe('key-rotation 0');
    expect(await make((payload) => (payload['introduced'] = thief.publicKey))).toBe(
      'key-rotation 0',
    );
    expect(await make((payload) => (payload['gateway'] = 'gw-02'))).toBe('key-rotation 0');
    expect(await make((payload) => delete payload['possession'])).toBe('key-rotation 0');
    const gateway = await openGateway(broker, clock, 'gw-01');
    await gateway.uplink.close();
    const { entry } = await rotate(gateway);
    expect(await send(await seal([{ entry, subject: 'x' }]))).toBe('key-rotation 0');
    expect(await storedBy(coordinator)).toEqual([]);
  });
});

describe('two cards with one identity', () => {
  async function twoCards() {
    const at = scene();
    const original = await openGateway(at.broker, at.clock, 'gw-01');
    await original.append(3);
    const copy = createMemoryJournalStore();
    await copy.log.append(await original.store.log.read(undefined, 100));
    await original.uplink.close();
    return { ...at, original, copy };
  }

  test('the first to write an epoch on is taken, the other is refused and named at the entry where they part', async () => {
    const { broker, clock, original, copy, send, coordinator } = await twoCards();
    const clone = await openGateway(broker, clock, 'gw-01', { store: copy });
    await clone.uplink.close();
    await original.append(2, 1_000);
    await clone.append(4, 2_000);
    const [a, b] = [
      await original.store.log.read(undefined, 100),
      await copy.log.read(undefined, 100),
    ];
    expect(await send(await seal(a))).toBe('accepted');
    expect(await send(await seal(b))).toBe('seq-reused 3');
    // Ahead of the other, its entries do not follow what is stored.
    expect(await send(await seal(b.slice(5)))).toBe('seq-reused 4');
    expect(await send(await seal(b.slice(6)))).toBe('gap 5');
    expect(await storedBy(coordinator)).toEqual(a);
  });

  test('a restored backup goes on in a new epoch that follows nothing, and fences the old one off', async () => {
    const { broker, clock, original, copy, send, coordinator } = await twoCards();
    await original.append(2, 1_000);
    expect(await send(await seal(await original.store.log.read(undefined, 100)))).toBe('accepted');
    const options = { store: copy, epoch: 2, restored: true, firstSlot: 5 };
    const restored = await openGateway(broker, clock, 'gw-01', options);
    await restored.uplink.close();
    await restored.append(2, 3_000);
    const fresh = await copy.log.read({ epoch: 2, seq: 0 }, 100);
    expect(await send(await seal(fresh))).toBe('accepted');
    await original.append(1, 9_000);
    const stale = (await original.store.log.read(undefined, 100)).slice(-1);
    expect(await send(await seal(stale))).toBe('epoch-fenced 5');
    expect((await storedBy(coordinator)).at(-1)?.entry).toMatchObject({ epoch: 2, seq: 1 });
  });
});
