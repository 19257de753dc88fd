import type { Clock, Device } from '@microgrid/devices';
import type { IntervalV1, Json, ReadingV1 } from '@microgrid/events';
import { createJournal, type KeyedDocuments } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import {
  createMemoryDocuments,
  createMemoryJournalStore,
  type MemoryJournalStore,
} from '@microgrid/journal/testing';
import { formatInstant } from '@microgrid/units';
import { checkGatewayConfig } from './configuration.js';
import { DevicePoller } from './device-poller.js';
import { IntervalBook } from './interval-book.js';
import { IntervalMeter } from './interval-meter.js';

const START_MS = Date.UTC(2026, 5, 21, 10);
const config = checkGatewayConfig({
  schema: 'microgrid/gateway/1',
  gateway: 'gw-home',
  site: { id: 'home', timeZone: 'Europe/Lisbon' },
  buses: [{ id: 'bus', type: 'tcp', host: '127.0.0.1' }],
  devices: [{ id: 'grid', bus: 'bus', profile: 'eastron-sdm630' }],
  metering: {
    resolution: 'PT1M',
    points: [{ meteringPoint: 'home', device: 'grid', maximumWatts: 20_000 }],
  },
  control: {},
});
const [point] = config.metering.points;
if (point === undefined) throw new Error('no point');

let nowMs = START_MS;
let store: MemoryJournalStore;
let documents: KeyedDocuments;
let poller: DevicePoller;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

/** A load that grows, so that a boundary guessed from other readings differs. */
const register = (): number => Math.round(((nowMs - START_MS) / 1000) ** 2);

const device = {
  read: () =>
    Promise.resolve(
      (['importEnergy', 'exportEnergy'] as const).map((name): ReadingV1 => ({
        kind: 'reading',
        version: 1,
        device: 'grid',
        point: name,
        at: formatInstant(nowMs),
        value: name === 'importEnergy' ? register() : 0,
        quality: 'good',
      })),
    ),
} as unknown as Device;

/** The meter as after a start of the gateway; the store stays what it was. */
async function openMeter(kept: KeyedDocuments = documents): Promise<IntervalMeter> {
  const saltKey = (): Uint8Array => new Uint8Array(32);
  const journal = await createJournal({ log: store.log, hash: nodeHash, saltKey, epoch: 1 });
  const book = new IntervalBook({
    sources: ['registers'],
    fallbackAfterMs: 0,
    gateway: 'gw-home',
    journal,
    find: (id) => store.log.findById(id),
    clock,
    log: () => undefined,
  });
  const own = point as NonNullable<typeof point>;
  return IntervalMeter.open(own, config, book, kept, clock, () => undefined);
}

async function take(meter: IntervalMeter, afterMs: number): Promise<void> {
  nowMs = START_MS + afterMs;
  await poller.poll(new AbortController().signal);
  await meter.take(poller);
}

async function journalled(): Promise<IntervalV1[]> {
  const records = await store.log.read(undefined, 1000);
  return records.map(({ payload }) => payload as unknown as IntervalV1);
}

/** Every minute once, and together what the register rose by. */
async function expectWhole(minutes: number): Promise<void> {
  const intervals = await journalled();
  expect(intervals.map(({ start }) => start)).toEqual(
    Array.from({ length: minutes }, (_, index) => formatInstant(START_MS + index * 60_000)),
  );
  const sum = intervals.reduce((total, { importMilliwattHours: energy = 0 }) => total + energy, 0);
  expect(sum).toBe((minutes * 60) ** 2);
}

beforeEach(() => {
  nowMs = START_MS;
  store = createMemoryJournalStore();
  documents = createMemoryDocuments();
  poller = new DevicePoller(device, 'Grid meter', clock, () => undefined);
});

test.each(['before', 'after'] as const)(
  'a crash %s the journal has an interval neither loses nor measures any of it twice',
  async (when) => {
    const meter = await openMeter();
    for (const second of [0, 45]) await take(meter, second * 1000);
    const append = store.log.append.bind(store.log);
    store.log.append = async (records, options) => {
      if (when === 'after') await append(records, options);
      throw new Error('the power went out');
    };
    await expect(take(meter, 75_000)).rejects.toThrow('the power went out');
    store.log.append = append;
    // The next process reads the register much later: it must not guess the boundary anew.
    const next = await openMeter();
    for (const second of [100, 120, 180]) await take(next, second * 1000);
    await expectWhole(3);
  },
);

test('an interval waits for a journal that fails and follows when it works again', async () => {
  const meter = await openMeter();
  await take(meter, 0);
  const append = store.log.append.bind(store.log);
  store.log.append = () => Promise.reject(new Error('disk full'));
  for (const second of [60, 90, 120]) {
    await expect(take(meter, second * 1000)).rejects.toThrow('disk full');
  }
  store.log.append = append;
  await take(meter, 180_000);
  await expectWhole(3);
});

test('an interval whose state cannot be kept is not journalled before it can', async () => {
  let full = false;
  const meter = await openMeter({
    ...documents,
    get: (...key) => documents.get(...key),
    keys: (...key) => documents.keys(...key),
    delete: (...key) => documents.delete(...key),
    put: (collection: string, key: string, value: Json) =>
      full ? Promise.reject(new Error('disk full')) : documents.put(collection, key, value),
  });
  await take(meter, 0);
  full = true;
  await expect(take(meter, 75_000)).rejects.toThrow('disk full');
  expect(await journalled()).toEqual([]);
  full = false;
  await take(meter, 120_000);
  await expectWhole(2);
});
