import {
  createMemoryBroker,
  openCoordinator,
  openGateway,
  quiet,
  TestClock,
} from '../test/neighbourhood.js';

/** Entries a second through both ends and a wire in memory: signing, verifying, hashing, receipts. */
async function main(): Promise<void> {
  const broker = createMemoryBroker();
  const clock = new TestClock();
  const gateway = await openGateway(broker, clock, 'gw-01');
  const coordinator = openCoordinator(broker, clock, ['gw-01']);
  let bytes = 0;
  broker.connect().onMessage('microgrid/v1/+/events', ({ payload }) => (bytes += payload.length));
  const entries = 5_000;
  await gateway.append(entries);
  const start = performance.now();
  await gateway.uplink.tick(0);
  await quiet(broker, [gateway.uplink, coordinator.uplink]);
  const seconds = (performance.now() - start) / 1000;
  const { entriesAccepted, batchesSent } = await gateway.uplink.status();
  if (entriesAccepted !== entries) throw new Error(`${entriesAccepted} of ${entries} accepted`);
  const entriesPerSecond = Math.round(entries / seconds);
  const bytesPerEntry = Math.round(bytes / entries);
  console.log(JSON.stringify({ bench: 'uplink', entriesPerSecond, batchesSent, bytesPerEntry }));
}

void main();
