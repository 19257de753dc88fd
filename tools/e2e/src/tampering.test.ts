import { rmSync } from 'node:fs';
import { startBroker, type Broker } from './broker.js';
import { CommunityPrograms, ready } from './community-programs.js';
import { refused, statusOf } from './coordinator-status.js';
import { eventually } from './eventually.js';
import { startFastHome, type FastHome } from './fast-home.js';
import { forgedBatch, strangersKey } from './forged-batch.js';
import { changeImports, standBetween, type ManInTheMiddle } from './man-in-the-middle.js';
import { stopPrograms, type Program } from './program.js';
import { temporaryFolder } from './repository.js';
import { coordinatorIntervals, gatewayIntervals } from './stored-intervals.js';
import { tap, type TappedBatch, type WireTap } from './wire-tap.js';

let folder: string;
let broker: Broker;
let wire: WireTap;
let man: ManInTheMiddle;
let home: FastHome;
let programs: CommunityPrograms;
let coordinator: Program;
let gateway: Program;
let http: string;

beforeAll(async () => {
  folder = temporaryFolder('tampering');
  broker = await startBroker();
  wire = await tap(broker.url);
  man = await standBetween(broker.port);
  home = await startFastHome(5);
  programs = new CommunityPrograms(folder, broker.url, 'PT1M');
  const coordinatorKey = await programs.configureCoordinator();
  const member = await programs.configureGateway('home', coordinatorKey, home.meter, {
    brokerUrl: `mqtt://127.0.0.1:${man.port}`,
    control: { tickMs: 6000 },
  });
  // A neighbour with a key of its own that turns against this home.
  const neighbour = {
    id: 'other',
    gateway: 'gw-other',
    publicKey: strangersKey(folder).publicKey,
  };
  programs.enrol([member, neighbour]);
  coordinator = programs.startCoordinator();
  http = (await ready(coordinator)).http ?? '';
  man.tamper = changeImports;
  home.run();
  gateway = programs.startGateway('gw-home', home.gatewayArguments);
}, 60_000);

afterAll(async () => {
  await stopPrograms();
  await home.simulator.close();
  await wire.close();
  await man.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A batch with a measured energy that the coordinator has stored. */
function storedBatch(): Promise<TappedBatch> {
  return eventually('a stored batch that begins the chain', () => {
    const accepted = new Set(
      wire.receipts.filter(({ status }) => status === 'accepted').map((one) => one.headHash),
    );
    return wire.batches.find(
      ({ envelope }) => envelope.firstSeq === 0 && accepted.has(envelope.headHash),
    );
  });
}

test('a reading changed on the wire is refused by the name of its interval and never stored', async () => {
  const status = await refused(http, 'payload-hash', 2);
  // The first minute has no energy that could be changed: the gateway began within it.
  expect(status.entriesStored).toBeLessThanOrEqual(1);
  const told = coordinator.errors.find((line) => line.includes('payload-hash')) ?? '';
  const interval = /home\/\d{4}-\d\d-\d\dT\d\d:\d\d:00Z\/PT1M\/1/.exec(told)?.[0];
  expect(told).toContain('is not the one that was signed');
  const receipt = wire.receipts.find(({ status: is }) => is === 'rejected');
  expect(receipt?.rejections?.[0]).toEqual({
    seq: expect.any(Number) as number,
    code: 'payload-hash',
    message: expect.stringContaining(`the payload of ${interval ?? '?'} (interval)`) as string,
  });
  // The people at home learn it from their gateway.
  await eventually('the gateway to say so', () =>
    gateway.errors.find((line) => line.includes(interval ?? '?') && line.includes('payload-hash')),
  );
  const page = (await ready(gateway)).console ?? '';
  const { alarms } = (await (await fetch(`${page}api/state`)).json()) as {
    alarms: { severity: string; text: string }[];
  };
  expect(alarms).toContainEqual(
    expect.objectContaining({
      severity: 'critical',
      text: expect.stringContaining(interval ?? '?') as string,
    }),
  );

  man.tamper = undefined;
  await eventually('the true content to be stored', () => wire.receipted().get(interval ?? ''));
}, 90_000);

test('what others forge is refused by name, and a repeated batch changes nothing', async () => {
  const { bytes, envelope } = await storedBatch();
  const stranger = strangersKey(folder);

  await wire.publish('microgrid/v1/gw-other/events', bytes);
  await refused(http, 'topic-identity');
  await wire.publish(
    'microgrid/v1/gw-home/events',
    await forgedBatch(envelope, 'gw-home', stranger),
  );
  await refused(http, 'wrong-key');
  const posing = await forgedBatch(envelope, 'gw-home', stranger, envelope.publicKey);
  await wire.publish('microgrid/v1/gw-home/events', posing);
  await refused(http, 'bad-signature');
  // Enrolled, rightly signed, and still not entitled to speak of another home's meter.
  const foreign = await forgedBatch(envelope, 'gw-other', stranger);
  await wire.publish('microgrid/v1/gw-other/events', foreign);
  await refused(http, 'foreign-metering-point');
  await eventually('the coordinator to name the metering point', () =>
    coordinator.errors.find(
      (line) => line.includes('gw-other') && line.includes('metering point home'),
    ),
  );

  const { entriesRepeated } = await statusOf(http);
  for (let times = 0; times < 3; times++) {
    await wire.publish('microgrid/v1/gw-home/events', bytes);
  }
  const repeated = await eventually('the repetition to be counted', async () => {
    const status = await statusOf(http);
    return status.entriesRepeated >= entriesRepeated + 3 * envelope.records.length
      ? status
      : undefined;
  });
  expect(Object.keys(repeated.refusals).sort()).toEqual([
    'bad-signature',
    'foreign-metering-point',
    'payload-hash',
    'topic-identity',
    'wrong-key',
  ]);

  await gateway.stop();
  await coordinator.stop();
  const stored = await coordinatorIntervals(programs.coordinatorData);
  const journalled = await gatewayIntervals(programs.gatewayData('gw-home'));
  expect(stored.length).toBeGreaterThan(2);
  expect(stored).toEqual(journalled.slice(0, stored.length));
}, 60_000);
