import { canonicalBytes, type ReceiptV1 } from '@microgrid/events';
import { toBase64Url } from '@microgrid/journal';
import {
  createMemoryBroker,
  fixedKey,
  openCoordinator,
  openGateway,
  quiet,
  START_MS,
  TestClock,
} from '../test/neighbourhood.js';
import { signedBytes } from './envelope.js';
import type { ActiveSignal, UplinkRejection } from './gateway-status.js';
import type { TransportMessage } from './transport.js';

async function sealed(body: object, signer = 'coordinator'): Promise<Uint8Array> {
  const key = fixedKey(signer);
  const unsigned = { version: 1 as const, publicKey: key.publicKey, ...body };
  const bytes = signedBytes(unsigned);
  return canonicalBytes({ ...unsigned, signature: toBase64Url(await key.sign(bytes)) });
}

describe('receipts', () => {
  test('only a signed, accepting receipt for this gateway and this head empties the outbox', async () => {
    const broker = createMemoryBroker();
    const gateway = await openGateway(broker, new TestClock(), 'gw-01');
    await gateway.append(3);
    const sent: { headHash: string }[] = [];
    broker.connect().onMessage('microgrid/v1/gw-01/events', ({ payload }) => {
      sent.push(JSON.parse(new TextDecoder().decode(payload)) as { headHash: string });
    });
    await gateway.uplink.tick(0);
    broker.deliver();
    const receipt: ReceiptV1 = {
      kind: 'receipt',
      version: 1,
      coordinator: 'coordinator-01',
      gateway: 'gw-01',
      epoch: 1,
      firstSeq: 0,
      lastSeq: 2,
      headHash: sent[0]?.headHash ?? '',
      receivedAt: '2026-06-21T00:00:00Z',
      status: 'accepted',
    };
    const topic = 'microgrid/v1/gw-01/receipts';
    const attempts: [payload: Uint8Array, retained: boolean, code: string | undefined][] = [
      [await sealed({ receipt }, 'gw-02'), false, 'bad-signature'],
      [await sealed({ receipt: { ...receipt, gateway: 'gw-02' } }), false, 'wrong-audience'],
      [
        await sealed({ receipt: { ...receipt, headHash: 'ab'.repeat(32) } }),
        false,
        'receipt-mismatch',
      ],
      [await sealed({ receipt: { ...receipt, lastSeq: 1 } }), false, 'receipt-mismatch'],
      [await sealed({ receipt }), true, 'retained'],
      [await sealed({ receipt: { ...receipt, epoch: 2 } }), false, undefined],
      [await sealed({ receipt: { ...receipt, lastSeq: 9_000_000_000 } }), false, undefined],
    ];
    for (const [payload, retained, code] of attempts) {
      const before = gateway.refusals.length;
      broker.inject({ topic, payload, retained });
      broker.deliver();
      await gateway.uplink.settled();
      expect(gateway.refusals.slice(before).map((refusal) => refusal.code)).toEqual(
        code === undefined ? [] : [code],
      );
      expect(await gateway.store.outbox.count()).toBe(3);
    }
    broker.inject({ topic, payload: await sealed({ receipt }), retained: false });
    broker.deliver();
    await gateway.uplink.settled();
    expect(await gateway.store.outbox.count()).toBe(0);
  });

  test('a refused entry is surfaced and kept, what comes before it passes, and it is tried ever more seldom until it passes', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const rejections: UplinkRejection[] = [];
    const gateway = await openGateway(broker, clock, 'gw-01', {
      resendMs: 1_000,
      resendMaxMs: 60_000,
      onRejection: (rejection) => rejections.push(rejection),
    });
    const points = new Set(['home-01']);
    const coordinator = openCoordinator(broker, clock, [], {
      enrolled: () => ({ publicKey: fixedKey('gw-01').publicKey, meteringPoints: points }),
    });
    await gateway.append(4);
    const foreign = (await import('../test/neighbourhood.js')).quarterHour('home-77', 4);
    await gateway.journal.append('interval', foreign.id, { ...foreign } as never, 'home-77', {
      outgoing: true,
    });
    await gateway.append(0);
    for (clock.nowMs = 0; clock.nowMs < 300_000; clock.nowMs += 500) {
      await gateway.uplink.tick(clock.nowMs);
      await quiet(broker, [gateway.uplink, coordinator.uplink]);
    }
    expect(coordinator.accepted.map(({ entry }) => entry.seq)).toEqual([0, 1, 2, 3]);
    const status = await gateway.uplink.status();
    expect(status).toMatchObject({
      pending: 1,
      rejection: { seq: 4, code: 'foreign-metering-point' },
    });
    expect(status.rejection?.message).toContain('home-77');
    expect(rejections.length).toBeGreaterThan(4);
    expect(rejections.length).toBeLessThan(15);
    points.add('home-77');
    clock.nowMs += 60_000;
    await gateway.uplink.tick(clock.nowMs);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    const after = await gateway.uplink.status();
    expect(after.pending).toBe(0);
    expect(after.rejection).toBeUndefined();
  });
});

describe('signals', () => {
  const span = { start: '2026-06-21T12:00:00Z', end: '2026-06-21T13:00:00Z' };
  const limit = {
    kind: 'limit',
    version: 1,
    id: 'limit-1',
    validForMs: 60_000,
    ...span,
    importLimitWatts: 3_000,
    reason: 'transformer',
  } as const;

  test('a signed signal holds from receipt for its validity on the monotonic clock, and not longer', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const heard: ActiveSignal[] = [];
    const gateway = await openGateway(broker, clock, 'gw-01', {
      onSignal: (signal) => heard.push(signal),
    });
    const coordinator = openCoordinator(broker, clock, ['gw-01', 'gw-02']);
    const sent = await coordinator.uplink.send('gw-01', limit);
    clock.nowMs += 5_000;
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    expect(heard).toEqual([{ signal: sent, receivedMs: 5_000, expiresMs: 65_000 }]);
    clock.nowMs = 64_999;
    expect(gateway.uplink.signals()).toHaveLength(1);
    clock.nowMs = 65_000;
    expect(gateway.uplink.signals()).toEqual([]);
  });

  test('a newer signal of the same id replaces the older one', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01');
    const coordinator = openCoordinator(broker, clock, ['gw-01']);
    await coordinator.uplink.send('gw-01', limit);
    await coordinator.uplink.send('*', { ...limit, importLimitWatts: 2_000 }, ['gw-01']);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    expect(gateway.uplink.signals().map(({ signal }) => signal)).toMatchObject([
      { importLimitWatts: 2_000, audience: '*', sequence: 1 },
    ]);
  });

  test('replayed, foreign, retained, late and forged signals have no effect and one refusal each, also after a restart', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01');
    const coordinator = openCoordinator(broker, clock, ['gw-01', 'gw-02']);
    const recorded: TransportMessage[] = [];
    broker.connect().onMessage('microgrid/v1/+/signals', (message) => recorded.push(message));
    await coordinator.uplink.send('gw-01', limit);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    const [first] = recorded;
    if (first === undefined) throw new Error('no signal was sent');
    const { documents } = gateway;
    await gateway.uplink.close();
    const again = await openGateway(broker, clock, 'gw-01', { documents });
    const { topic } = first;
    const signal = { ...limit, sequence: 9, audience: 'gw-01', issuedAt: '2026-06-21T00:00:00Z' };
    const coordinatorId = { coordinator: 'coordinator-01' };
    const attempts: [message: TransportMessage, code: string][] = [
      [first, 'sequence-replayed'],
      [{ ...first, retained: true }, 'retained'],
      [
        {
          topic,
          retained: false,
          payload: await sealed({ ...coordinatorId, signal: { ...signal, audience: 'gw-02' } }),
        },
        'wrong-audience',
      ],
      [
        { topic, retained: false, payload: await sealed({ ...coordinatorId, signal }, 'gw-02') },
        'bad-signature',
      ],
      [
        {
          topic,
          retained: false,
          payload: await sealed({
            ...coordinatorId,
            signal: { ...signal, issuedAt: '2026-06-20T23:00:00Z' },
          }),
        },
        'expired',
      ],
    ];
    for (const [message, code] of attempts) {
      const before = again.refusals.length;
      broker.inject(message);
      await quiet(broker, [again.uplink]);
      expect(again.refusals.slice(before).map((refusal) => refusal.code)).toEqual([code]);
      expect(again.uplink.signals()).toEqual([]);
    }
    expect((await again.uplink.status()).refusals).toEqual({
      'sequence-replayed': 1,
      retained: 1,
      'wrong-audience': 1,
      'bad-signature': 1,
      expired: 1,
    });
  });

  test('without a synchronised clock limits are taken and prices are not', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    clock.synchronised = false;
    const gateway = await openGateway(broker, clock, 'gw-01');
    const coordinator = openCoordinator(broker, clock, ['gw-01'], { nowMs: () => START_MS });
    const prices = { importPriceMicroPerKilowattHour: 1, exportPriceMicroPerKilowattHour: 0 };
    await coordinator.uplink.send('gw-01', {
      kind: 'tariffSignal',
      version: 1,
      id: 'prices',
      validForMs: 60_000,
      currency: 'EUR',
      periods: [{ ...span, ...prices }],
    });
    await coordinator.uplink.send('gw-01', limit);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    expect(gateway.uplink.signals().map(({ signal }) => signal.kind)).toEqual(['limit']);
    expect(gateway.refusals.map(({ code }) => code)).toEqual(['clock-unsynchronised']);
  });

  test('sequences grow over a restart of the coordinator, and a wrong draft uses none up', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const { createMemoryDocuments } = await import('@microgrid/journal/testing');
    const documents = createMemoryDocuments();
    const first = openCoordinator(broker, clock, ['gw-01'], { documents });
    const sent = await Promise.all([1, 2, 3].map(() => first.uplink.send('gw-01', limit)));
    expect(sent.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3]);
    await expect(first.uplink.send('gw-01', { ...limit, importLimitWatts: -1 })).rejects.toThrow(
      /importLimitWatts/,
    );
    await expect(first.uplink.send('gw-99', limit)).rejects.toThrow(/gw-99/);
    await first.uplink.close();
    const second = openCoordinator(broker, clock, ['gw-01'], { documents });
    expect((await second.uplink.send('gw-01', limit)).sequence).toBe(4);
  });
});
