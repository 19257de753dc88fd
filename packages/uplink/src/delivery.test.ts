import fc from 'fast-check';
import { verifyChain } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import {
  createMemoryBroker,
  openCoordinator,
  openGateway,
  quiet,
  seededRandom,
  TestClock,
  type TestCoordinator,
  type TestGateway,
} from '../test/neighbourhood.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);

/** The coordinator holds exactly the gateway's journal, and the gateway has nothing more to send. */
async function expectDelivered(gateway: TestGateway, coordinator: TestCoordinator): Promise<void> {
  const sent = await gateway.store.log.read(undefined, 100_000);
  const stored = (await coordinator.stores.get(gateway.id)?.log.read(undefined, 100_000)) ?? [];
  expect(stored).toEqual(sent);
  expect(verifyChain(stored, { hash: nodeHash }).ok).toBe(true);
  expect(await gateway.store.outbox.count()).toBe(0);
  const first = coordinator.accepted.filter((one) => one.gateway === gateway.id && !one.repeated);
  expect(first.map(({ entry }) => entry)).toEqual(sent.map(({ entry }) => entry));
}

describe('delivery', () => {
  test('a good wire: every entry once, in as many batches as the bounds ask for', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01', { maxBatchEntries: 10 });
    const coordinator = openCoordinator(broker, clock, ['gw-01']);
    await gateway.append(45);
    await gateway.uplink.tick(0);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    await expectDelivered(gateway, coordinator);
    const status = await gateway.uplink.status();
    expect(status).toMatchObject({
      pending: 0,
      batchesSent: 5,
      batchesResent: 0,
      entriesAccepted: 45,
      refusals: {},
    });
  });

  test('whatever a wire loses, repeats, reorders and damages, and whoever restarts, each event is stored exactly once', async () => {
    const runs = Math.ceil(20 * scale);
    const seen = { lost: 0, duplicated: 0, corrupted: 0, restarts: 0, runs: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.record({
          loss: fc.integer({ min: 0, max: 40 }).map((percent) => percent / 100),
          duplication: fc.integer({ min: 0, max: 50 }).map((percent) => percent / 100),
          corruption: fc.integer({ min: 0, max: 30 }).map((percent) => percent / 100),
          reordering: fc.boolean(),
        }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (seed, rates, maxInFlight, maxBatchEntries) => {
          const random = seededRandom(seed);
          const broker = createMemoryBroker();
          const clock = new TestClock();
          const options = {
            maxInFlight,
            maxBatchEntries,
            resendMs: 100,
            resendMaxMs: 1_000,
            random,
          };
          const gateways = [
            await openGateway(broker, clock, 'gw-01', options),
            await openGateway(broker, clock, 'gw-02', options),
          ];
          let coordinator = openCoordinator(broker, clock, ['gw-01', 'gw-02']);
          broker.setFaults({ ...rates, random });
          const ends = (): { settled(): Promise<void> }[] => [
            ...gateways.map(({ uplink }) => uplink),
            coordinator.uplink,
          ];
          const step = async (): Promise<void> => {
            clock.nowMs += 50;
            for (const gateway of gateways) await gateway.uplink.tick(clock.nowMs);
            for (const end of ends()) await end.settled();
            broker.deliver();
            for (const end of ends()) await end.settled();
          };
          for (let round = 0; round < 20; round += 1) {
            for (const gateway of gateways) if (random() < 0.5) await gateway.append(2);
            await step();
            if (random() < 0.1) {
              await coordinator.uplink.close();
              const { stores, accepted } = coordinator;
              coordinator = openCoordinator(broker, clock, ['gw-01', 'gw-02'], {
                stores: new Map(stores),
              });
              coordinator.accepted.push(...accepted);
              seen.restarts += 1;
            }
            for (const [index, gateway] of gateways.entries()) {
              if (random() >= 0.1) continue;
              await gateway.uplink.close();
              const { id, store } = gateway;
              gateways[index] = await openGateway(broker, clock, id, { ...options, store });
              seen.restarts += 1;
            }
          }
          // The faults end; everything must arrive.
          broker.setFaults(undefined);
          for (let round = 0; round < 200; round += 1) {
            await step();
            const left = await Promise.all(gateways.map(({ store }) => store.outbox.count()));
            if (left.every((count) => count === 0)) break;
          }
          for (const gateway of gateways) await expectDelivered(gateway, coordinator);
          const counts = broker.counts();
          seen.lost += counts.lost;
          seen.duplicated += counts.duplicated;
          seen.corrupted += counts.corrupted;
          seen.runs += 1;
        },
      ),
      { numRuns: runs },
    );
    process.stdout.write(`uplink delivery: ${JSON.stringify(seen)}\n`);
    expect(seen.runs).toBe(runs);
    for (const count of [seen.lost, seen.duplicated, seen.corrupted, seen.restarts]) {
      expect(count).toBeGreaterThan(2 * runs);
    }
  });

  test('an unreachable coordinator: waits double, nothing is lost, and all goes through afterwards', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01', {
      resendMs: 1_000,
      resendMaxMs: 60_000,
    });
    await gateway.append(3);
    const sentAt: number[] = [];
    for (clock.nowMs = 0; clock.nowMs < 600_000; clock.nowMs += 500) {
      const before = broker.counts().sent;
      await gateway.uplink.tick(clock.nowMs);
      if (broker.counts().sent > before) sentAt.push(clock.nowMs);
      broker.deliver();
    }
    const waits = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    // 0.875 of 1, 2, 4 … 60 s, met by the next tick of 500 ms.
    expect(waits.slice(0, 7)).toEqual([1_000, 2_000, 3_500, 7_000, 14_000, 28_000, 52_500]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    const coordinator = openCoordinator(broker, clock, ['gw-01']);
    clock.nowMs += 60_000;
    await gateway.uplink.tick(clock.nowMs);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    await expectDelivered(gateway, coordinator);
  });

  test('a broken connection: nothing is tried while it is down, and at once when it is back', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01');
    const coordinator = openCoordinator(broker, clock, ['gw-01']);
    gateway.transport.connected = false;
    await gateway.append(3);
    await gateway.uplink.tick(0);
    expect(broker.counts().sent).toBe(0);
    expect((await gateway.uplink.status()).connected).toBe(false);
    gateway.transport.connected = true;
    await gateway.uplink.tick(1);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    await expectDelivered(gateway, coordinator);
  });

  test('no message is larger than the bound, and large entries travel in more batches', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01', { maxMessageBytes: 4_096 });
    const coordinator = openCoordinator(broker, clock, ['gw-01'], { maxMessageBytes: 4_096 });
    const sizes: number[] = [];
    broker
      .connect()
      .onMessage('microgrid/v1/+/events', ({ payload }) => sizes.push(payload.length));
    await gateway.append(60);
    await gateway.uplink.tick(0);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    await expectDelivered(gateway, coordinator);
    expect(sizes.length).toBeGreaterThan(8);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4_096);
    expect(Math.max(...sizes)).toBeGreaterThan(3_000);
  });

  test('an erased payload travels as its entry alone, and the chain stays whole', async () => {
    const broker = createMemoryBroker();
    const clock = new TestClock();
    const gateway = await openGateway(broker, clock, 'gw-01');
    const coordinator = openCoordinator(broker, clock, ['gw-01']);
    await gateway.append(3);
    await gateway.journal.erase('home-01');
    await gateway.append(1);
    await gateway.uplink.tick(0);
    await quiet(broker, [gateway.uplink, coordinator.uplink]);
    const stored = await coordinator.stores.get('gw-01')?.log.read(undefined, 10);
    expect(stored?.map(({ payload }) => payload === undefined)).toEqual([true, true, true, false]);
    expect(verifyChain(stored ?? [], { hash: nodeHash })).toMatchObject({ ok: true, erased: 3 });
    expect(coordinator.accepted).toHaveLength(1);
    expect(await gateway.store.outbox.count()).toBe(0);
  });
});
