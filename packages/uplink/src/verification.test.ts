import fc from 'fast-check';
import { canonicalBytes, type Json } from '@microgrid/events';
import { batchHead, entryHash, signBatch, type JournalRecord } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { createMemoryJournalStore } from '@microgrid/journal/testing';
import {
  createMemoryBroker,
  fixedKey,
  openCoordinator,
  openGateway,
  quarterHour,
  quiet,
  TestClock,
  type TestCoordinator,
  type TestGateway,
} from '../test/neighbourhood.js';
import { sealBatch } from './build-batch.js';
import { eventsEnvelope, receiptEnvelope, type EventsEnvelope } from './envelope.js';
import type { MemoryBroker } from './memory-broker.js';
import type { TransportMessage } from './transport.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const EVENTS = 'microgrid/v1/gw-01/events';

interface Scene {
  readonly broker: MemoryBroker;
  readonly clock: TestClock;
  readonly gateway: TestGateway;
  readonly coordinator: TestCoordinator;
  readonly receipts: TransportMessage[];
  records(): Promise<readonly JournalRecord[]>;
  /** Sends an envelope as a stranger who may publish on the topic. */
  send(envelope: EventsEnvelope, topic?: string): Promise<void>;
  stored(): Promise<readonly JournalRecord[]>;
}

async function scene(entries: number): Promise<Scene> {
  const broker = createMemoryBroker();
  const clock = new TestClock();
  const gateway = await openGateway(broker, clock, 'gw-01');
  const coordinator = openCoordinator(broker, clock, ['gw-01', 'gw-02']);
  const receipts: TransportMessage[] = [];
  broker.connect().onMessage('microgrid/v1/+/receipts', (message) => receipts.push(message));
  await gateway.append(entries);
  // The tests send by hand.
  await gateway.uplink.close();
  return {
    broker,
    clock,
    gateway,
    coordinator,
    receipts,
    records: () => gateway.store.log.read(undefined, 1000),
    send: async (envelope, topic = EVENTS) => {
      broker.inject({ topic, payload: canonicalBytes(envelope), retained: false });
      await quiet(broker, [coordinator.uplink]);
    },
    stored: async () => (await coordinator.stores.get('gw-01')?.log.read(undefined, 1000)) ?? [],
  };
}

const seal = (records: readonly JournalRecord[], signer = 'gw-01'): Promise<EventsEnvelope> =>
  sealBatch('gw-01', records, { hash: nodeHash, signing: fixedKey(signer) });

/** Builds a chain of payloads on its own, as a gateway with other software might. */
async function forge(
  payloads: readonly { id: string; kind: string; payload: Json }[],
  epoch = 1,
  previous?: { seq: number; hash: string },
): Promise<EventsEnvelope> {
  const { payloadHash } = await import('@microgrid/journal');
  const salt = '07'.repeat(32);
  let head = previous?.hash ?? '0'.repeat(64);
  const first = (previous?.seq ?? -1) + 1;
  const records = payloads.map(({ id, kind, payload }, index) => {
    const hashOf = payloadHash(nodeHash, Buffer.from(salt, 'hex'), payload);
    const entry = { epoch, seq: first + index, previousHash: head, kind, id, payloadHash: hashOf };
    head = entryHash(nodeHash, entry);
    return { entry, subject: 'x', salt, payload };
  });
  return seal(records);
}

const lastRefusal = ({ coordinator }: Scene): { code?: string; seq?: number } =>
  coordinator.refusals.at(-1) ?? {};

describe('what a coordinator refuses, and by which name', () => {
  test('a reading changed on its way is named by its entry, nothing of the batch is stored, and the true one passes later', async () => {
    const at = await scene(5);
    const envelope = await seal(await at.records());
    const tampered = structuredClone(envelope);
    const payload = tampered.records[3]?.payload as { importMilliwattHours: number };
    payload.importMilliwattHours += 1;
    await at.send(tampered);
    expect(lastRefusal(at)).toMatchObject({ code: 'payload-hash', seq: 3 });
    expect(at.coordinator.refusals[0]?.message).toContain('home-01/2026-06-21T00:45:00Z/PT15M/1');
    expect(await at.stored()).toEqual([]);
    await at.send(envelope);
    expect(await at.stored()).toEqual(await at.records());
  });

  test('any single bit flipped in a message: nothing wrong is ever stored', async () => {
    const at = await scene(3);
    const envelope = await seal(await at.records());
    const bytes = canonicalBytes(envelope);
    const runs = Math.ceil(400 * scale);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const payload = bytes.slice();
        payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        at.broker.inject({ topic: EVENTS, payload, retained: false });
        await quiet(at.broker, [at.coordinator.uplink]);
        refused += 1;
        expect(await at.stored()).toEqual([]);
        expect(at.coordinator.refusals).toHaveLength(refused);
      }),
      { numRuns: runs },
    );
    const counts = at.coordinator.uplink.refusals();
    process.stdout.write(`uplink bit flips: ${JSON.stringify({ runs, ...counts })}\n`);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(refused);
  });

  test('another identity: topic, envelope and enrolled key must agree', async () => {
    const at = await scene(2);
    const records = await at.records();
    await at.send(await seal(records), 'microgrid/v1/gw-02/events');
    expect(lastRefusal(at).code).toBe('topic-identity');
    expect(at.receipts).toEqual([]);
    await at.send(await seal(records, 'gw-02'));
    expect(lastRefusal(at).code).toBe('wrong-key');
    const forged = await seal(records, 'gw-02');
    await at.send({ ...forged, publicKey: fixedKey('gw-01').publicKey });
    expect(lastRefusal(at).code).toBe('bad-signature');
    const stranger = await sealBatch('gw-99', records, {
      hash: nodeHash,
      signing: fixedKey('gw-99'),
    });
    await at.send(stranger, 'microgrid/v1/gw-99/events');
    expect(lastRefusal(at).code).toBe('unknown-gateway');
    at.broker.inject({ topic: EVENTS, payload: canonicalBytes(forged), retained: true });
    at.broker.inject({ topic: EVENTS, payload: new Uint8Array(70_000), retained: false });
    await quiet(at.broker, [at.coordinator.uplink]);
    expect(at.coordinator.refusals.slice(-2).map(({ code }) => code)).toEqual([
      'retained',
      'too-large',
    ]);
    expect(await at.stored()).toEqual([]);
  });

  test('a used sequence number with another content is refused and named; the same again gets the same receipt', async () => {
    const at = await scene(4);
    const records = await at.records();
    const envelope = await seal(records);
    await at.send(envelope);
    at.clock.nowMs += 60_000;
    await at.send(envelope);
    expect(at.receipts).toHaveLength(2);
    expect(at.receipts[1]?.payload).toEqual(at.receipts[0]?.payload);
    expect(at.coordinator.uplink.statistics()).toMatchObject({
      entriesStored: 4,
      entriesRepeated: 4,
    });
    // A restored backup: the same numbers, other content.
    const restored = quarterHour('home-01', 50);
    const second = records[1]?.entry;
    const previous = { seq: 1, hash: second ? entryHash(nodeHash, second) : '' };
    await at.send(
      await forge([{ id: restored.id, kind: 'interval', payload: restored as Json }], 1, previous),
    );
    expect(lastRefusal(at)).toMatchObject({ code: 'seq-reused', seq: 2 });
    expect(await at.stored()).toEqual(records);
  });

  test('a gap is answered with the number that is expected', async () => {
    const at = await scene(6);
    const records = await at.records();
    await at.send(await seal(records.slice(0, 2)));
    await at.send(await seal(records.slice(4)));
    expect(lastRefusal(at)).toMatchObject({ code: 'gap', seq: 2 });
    const answer = receiptEnvelope.parse(
      JSON.parse(new TextDecoder().decode(at.receipts.at(-1)?.payload)),
    );
    expect(answer.receipt).toMatchObject({
      status: 'rejected',
      firstSeq: 4,
      rejections: [{ seq: 2, code: 'gap' }],
    });
    await at.send(await seal(records.slice(1)));
    expect(await at.stored()).toEqual(records);
  });

  test('a higher epoch names the old head (or zeros) and closes the old one for new entries', async () => {
    const at = await scene(3);
    const records = await at.records();
    await at.send(await seal(records));
    const stale = await seal(records);
    const next = await openGateway(at.broker, at.clock, 'gw-01', {
      epoch: 2,
      store: at.gateway.store,
    });
    await next.append(2);
    const all = await at.records();
    const [interval] = [quarterHour('home-01', 80)];
    const content = { id: interval.id, kind: 'interval', payload: interval as Json };
    await at.send(await forge([content], 2, { seq: -1, hash: 'ab'.repeat(32) }));
    expect(lastRefusal(at).code).toBe('epoch-parent');
    await at.send(await seal(all.slice(3)));
    expect(await at.stored()).toEqual(all);
    const third = all[2]?.entry;
    const head = { seq: 2, hash: third ? entryHash(nodeHash, third) : '' };
    await at.send(await forge([content], 1, head));
    expect(lastRefusal(at)).toMatchObject({ code: 'epoch-fenced', seq: 3 });
    // What was stored in the old epoch is still receipted: its receipt may have been lost.
    const before = at.coordinator.uplink.statistics().batchesAccepted;
    await at.send(stale);
    expect(at.coordinator.uplink.statistics().batchesAccepted).toBe(before + 1);
    // A gateway that lost its store begins with zeros.
    await at.send(await forge([content], 7));
    expect((await at.stored()).at(-1)?.entry).toMatchObject({ epoch: 7, seq: 0 });
  });

  const wrongPayloads: { code: string; payload: object; kind?: string; id?: string }[] = [
    {
      code: 'payload-schema',
      payload: { ...quarterHour('home-01', 1), importMilliwattHours: -1 },
    },
    { code: 'payload-schema', payload: { ...quarterHour('home-01', 1), extra: 1 } },
    { code: 'payload-kind', payload: quarterHour('home-01', 1), kind: 'command' },
    { code: 'foreign-metering-point', payload: quarterHour('home-02', 1) },
    { code: 'entry-id', payload: quarterHour('home-01', 1), id: 'home-01/other' },
    {
      code: 'payload-kind',
      kind: 'reading',
      id: 'd/p',
      payload: {
        kind: 'reading',
        version: 1,
        device: 'd',
        point: 'p',
        at: '2026-06-21T00:00:00Z',
        quality: 'bad',
      },
    },
  ];

  test.each(wrongPayloads)(
    '$code: a properly signed payload that says what it must not',
    async ({ code, payload, kind = 'interval', id = quarterHour('home-01', 1).id }) => {
      const at = await scene(0);
      const own = code === 'foreign-metering-point' ? quarterHour('home-02', 1).id : id;
      await at.send(await forge([{ id: own, kind, payload: payload as Json }]));
      expect(lastRefusal(at)).toMatchObject({ code, seq: 0 });
      expect(await at.stored()).toEqual([]);
    },
  );

  test('an interval id that is known with another content is refused', async () => {
    const at = await scene(1);
    const records = await at.records();
    await at.send(await seal(records));
    const other = quarterHour('home-01', 0, 999);
    const first = records[0]?.entry;
    const head = { seq: 0, hash: first ? entryHash(nodeHash, first) : '' };
    await at.send(
      await forge([{ id: other.id, kind: 'interval', payload: other as Json }], 1, head),
    );
    expect(lastRefusal(at)).toMatchObject({ code: 'id-taken', seq: 1 });
  });

  test('a signature of the same gateway over another range does not fit this one', async () => {
    const at = await scene(4);
    const records = await at.records();
    const [all, part] = [await seal(records), await seal(records.slice(0, 2))];
    await at.send({ ...all, signature: part.signature });
    expect(lastRefusal(at).code).toBe('bad-signature');
    const head = batchHead(
      nodeHash,
      'gw-01',
      records.map(({ entry }) => entry),
    );
    const signed = await signBatch(fixedKey('gw-01'), head);
    expect(eventsEnvelope.parse({ ...all, signature: signed.signature })).toEqual(all);
  });
});

describe('storing before answering', () => {
  test('no receipt leaves before the append and the consumer are done, and a failure of either brings the batch again', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01', { resendMs: 100 });
    const store = createMemoryJournalStore();
    const faults = ['append', 'consume', 'none'];
    const consumed: boolean[] = [];
    const errors: unknown[] = [];
    const coordinator = openCoordinator(broker, clock, ['gw-01'], {
      openLog: () => ({
        ...store.log,
        append: (records) =>
          faults[0] === 'append'
            ? Promise.reject(new Error('disk full'))
            : store.log.append(records),
        last: () => store.log.last(),
        read: (from, limit) => store.log.read(from, limit),
        findById: (id) => store.log.findById(id),
        eraseSubject: (subject) => store.log.eraseSubject(subject),
      }),
      onAccepted: (entries) => {
        if (faults[0] === 'consume') throw new Error('consumer is down');
        consumed.push(...entries.map(({ repeated }) => repeated));
      },
      onError: (error) => errors.push(error),
    });
    const receipts: unknown[] = [];
    broker.connect().onMessage('microgrid/v1/+/receipts', (message) => receipts.push(message));
    await gateway.append(2);
    for (; faults.length > 0; faults.shift()) {
      clock.nowMs += 10_000;
      await gateway.uplink.tick(clock.nowMs);
      await gateway.uplink.tick(clock.nowMs + 1);
      await quiet(broker, [gateway.uplink, coordinator.uplink]);
      expect(receipts.length > 0).toBe(faults[0] === 'none');
    }
    expect(errors.map(String)).toEqual(['Error: disk full', 'Error: consumer is down']);
    expect(consumed).toEqual([true, true]);
    expect(await gateway.store.outbox.count()).toBe(0);
    expect(await store.log.read(undefined, 9)).toHaveLength(2);
  });
});
