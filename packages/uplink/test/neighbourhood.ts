import { createHash } from 'node:crypto';
import { intervalId, type IntervalV1, type Json } from '@microgrid/events';
import { createJournal, type Journal } from '@microgrid/journal';
import { nodeHash, nodeSigning, nodeVerify } from '@microgrid/journal/node';
import {
  createMemoryDocuments,
  createMemoryJournalStore,
  type MemoryJournalStore,
} from '@microgrid/journal/testing';
import { formatInstant, parseInstant } from '@microgrid/units';
import {
  createCoordinatorUplink,
  createGatewayUplink,
  type AcceptedEntry,
  type CoordinatorUplink,
  type CoordinatorUplinkOptions,
  type GatewayUplink,
  type GatewayUplinkOptions,
  type Refusal,
} from '../src/index.js';
import { createMemoryBroker, type MemoryBroker, type MemoryTransport } from '../src/testing.js';

/** RFC 8410: the PKCS #8 prefix of an ed25519 private key, before its 32 bytes. */
const PKCS8_PREFIX = '302e020100300506032b657004220420';

/** A key from a name: the same in every run, secret to nobody. */
export function fixedKey(name: string): ReturnType<typeof nodeSigning> {
  const seed = createHash('sha256').update(`microgrid test key ${name}`).digest('hex');
  const der = Buffer.from(PKCS8_PREFIX + seed, 'hex').toString('base64');
  return nodeSigning(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
}

/** Evenly spread numbers from 0 (inclusive) to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The 32 bytes that `fixedKey` is made of. */
export function fixedSeed(name: string): string {
  return createHash('sha256').update(`microgrid test key ${name}`).digest('hex');
}

export const START_MS = parseInstant('2026-06-21T00:00:00Z');
const QUARTER_MS = 900_000;

export function quarterHour(meteringPoint: string, slot: number, energy = slot): IntervalV1 {
  const span = {
    meteringPoint,
    start: formatInstant(START_MS + slot * QUARTER_MS),
    end: formatInstant(START_MS + (slot + 1) * QUARTER_MS),
    revision: 1,
  };
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(span),
    ...span,
    importMilliwattHours: energy,
    exportMilliwattHours: 0,
    quality: 'measured',
    source: 'gw-01',
  };
}

/** A gateway with its journal, and what its uplink told. */
export interface TestGateway {
  readonly id: string;
  readonly point: string;
  readonly store: MemoryJournalStore;
  readonly documents: ReturnType<typeof createMemoryDocuments>;
  readonly journal: Journal;
  readonly transport: MemoryTransport;
  readonly uplink: GatewayUplink;
  readonly refusals: Refusal[];
  append(slots: number, energy?: number): Promise<void>;
}

/** Time that tests move. */
export class TestClock {
  nowMs = 0;
  synchronised = true;
  readonly monotonicMs = (): number => this.nowMs;
  readonly wallMs = (): number | undefined =>
    this.synchronised ? START_MS + this.nowMs : undefined;
}

const saltKey = new Uint8Array(32).fill(7);

export interface TestGatewayOptions extends Partial<GatewayUplinkOptions> {
  readonly epoch?: number;
  readonly store?: MemoryJournalStore;
  /** The store is a backup that was put back. */
  readonly restored?: boolean;
  /** The first quarter-hour to append; default: as many as the log has entries. */
  readonly firstSlot?: number;
}

export async function openGateway(
  broker: MemoryBroker,
  clock: TestClock,
  id: string,
  {
    epoch = 1,
    store = createMemoryJournalStore(),
    restored = false,
    firstSlot,
    ...options
  }: TestGatewayOptions = {},
): Promise<TestGateway> {
  const journal = await createJournal({
    log: store.log,
    hash: nodeHash,
    saltKey: () => saltKey,
    epoch,
    restored,
  });
  const documents = createMemoryDocuments();
  const transport = broker.connect();
  const refusals: Refusal[] = [];
  const uplink = createGatewayUplink({
    gateway: id,
    coordinatorKey: fixedKey('coordinator').publicKey,
    signing: fixedKey(id),
    verifying: nodeVerify,
    hash: nodeHash,
    transport,
    outbox: store.outbox,
    documents,
    clock,
    random: () => 0.5,
    onRefusal: (refusal) => refusals.push(refusal),
    ...options,
  });
  const point = id.replace('gw', 'home');
  let slot = firstSlot ?? (await store.log.read(undefined, 100_000)).length;
  return {
    id,
    point,
    store,
    documents,
    journal,
    transport,
    uplink,
    refusals,
    append: async (slots, energy) => {
      for (const end = slot + slots; slot < end; slot += 1) {
        const interval = quarterHour(point, slot, energy ?? slot * 1000);
        await journal.append('interval', interval.id, interval as Json, point, { outgoing: true });
      }
    },
  };
}

/** A coordinator, what it stores and what it told. */
export interface TestCoordinator {
  readonly uplink: CoordinatorUplink;
  readonly stores: ReadonlyMap<string, MemoryJournalStore>;
  readonly accepted: AcceptedEntry[];
  readonly refusals: Refusal[];
  readonly transport: MemoryTransport;
}

export function openCoordinator(
  broker: MemoryBroker,
  clock: TestClock,
  gateways: readonly string[],
  options: Partial<CoordinatorUplinkOptions> & { stores?: Map<string, MemoryJournalStore> } = {},
): TestCoordinator {
  const { stores = new Map<string, MemoryJournalStore>(), ...rest } = options;
  const accepted: AcceptedEntry[] = [];
  const refusals: Refusal[] = [];
  const transport = broker.connect();
  const uplink = createCoordinatorUplink({
    coordinator: 'coordinator-01',
    signing: fixedKey('coordinator'),
    verifying: nodeVerify,
    hash: nodeHash,
    transport,
    enrolled: (gateway) =>
      gateways.includes(gateway)
        ? {
            publicKey: fixedKey(gateway).publicKey,
            meteringPoints: new Set([gateway.replace('gw', 'home')]),
          }
        : undefined,
    openLog: (gateway) => {
      const store = stores.get(gateway) ?? createMemoryJournalStore();
      stores.set(gateway, store);
      return store.log;
    },
    documents: createMemoryDocuments(),
    nowMs: () => START_MS + clock.nowMs,
    onAccepted: (entries) => {
      accepted.push(...entries);
    },
    onRefusal: (refusal) => refusals.push(refusal),
    ...rest,
  });
  return { uplink, stores, accepted, refusals, transport };
}

/** Lets everything on the wire arrive and be dealt with, until it is quiet. */
export async function quiet(
  broker: MemoryBroker,
  ends: readonly { settled(): Promise<void> }[],
): Promise<void> {
  for (;;) {
    for (const end of ends) await end.settled();
    if (broker.deliver() === 0) return;
  }
}

export { createMemoryBroker };
