import { canonicalBytes, canonicalJson, type Json } from '@microgrid/events';
import {
  batchBytes,
  entryHash,
  KEY_ROTATION,
  payloadHash,
  payloadSalt,
  rotationBytes,
  signKeyRotation,
  toHex,
} from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { signedBytes, type ReceiptEnvelope, type SignalEnvelope } from '../src/index.js';
import { sealBatch } from '../src/build-batch.js';
import { readEnvelope } from '../src/read-envelope.js';
import { receiptEnvelope, signalEnvelope, eventsEnvelope } from '../src/envelope.js';
import {
  createMemoryBroker,
  fixedKey,
  fixedSeed,
  openCoordinator,
  openGateway,
  quiet,
  TestClock,
} from './neighbourhood.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const canonicalValues: Json[] = [
  { b: 1, a: 'two', '10': true, aa: null },
  { list: [3, 2, 1, []], nested: { z: {}, a: -7 } },
  'quotes " and \\ and é and € and 😀 and \u0001 and \n',
  9007199254740991,
  [0.1, 1e21, 1e-7, 100, -0.5],
];

/** Every vector file by name: what docs/protocol/vectors holds. */
export async function protocolVectors(): Promise<Record<string, Json>> {
  const broker = createMemoryBroker();
  const clock = new TestClock();
  const gateway = await openGateway(broker, clock, 'gw-01');
  const coordinator = openCoordinator(broker, clock, ['gw-01']);
  const messages: { topic: string; payload: Uint8Array }[] = [];
  broker.connect().onMessage('microgrid/v1/+/receipts', (message) => messages.push(message));
  broker.connect().onMessage('microgrid/v1/+/signals', (message) => messages.push(message));
  await gateway.append(2);
  const records = await gateway.store.log.read(undefined, 10);
  const envelope = await sealBatch('gw-01', records, {
    hash: nodeHash,
    signing: fixedKey('gw-01'),
  });
  const message = canonicalBytes(envelope);
  const topic = 'microgrid/v1/gw-01/events';
  broker.inject({ topic, payload: message, retained: false });
  const refused: Json[] = [];
  for (const { change, wrong } of refusals(text(message))) {
    broker.inject({ topic, payload: new TextEncoder().encode(wrong), retained: false });
    broker.deliver();
    await quiet(broker, [coordinator.uplink]);
    const { code = '', message: why = '' } = coordinator.refusals.at(-1) ?? {};
    refused.push({ change, message: wrong, code, why });
  }
  await sendSignals(coordinator.uplink);
  await quiet(broker, [coordinator.uplink]);
  return {
    'canonical-json': canonicalValues.map((value) => ({
      value,
      canonical: canonicalJson(value),
      sha256: toHex(nodeHash.sha256(canonicalBytes(value))),
    })),
    entries: records.map(({ entry, payload = null }) => entryVector(entry, payload)),
    events: {
      privateKeySeedHex: fixedSeed('gw-01'),
      publicKey: fixedKey('gw-01').publicKey,
      topic,
      signedBytes: text(batchBytes(envelope)),
      signature: envelope.signature,
      message: text(message),
    },
    'refused-events': refused,
    receipts: signedVectors(messages, 'receipts', receiptEnvelope),
    signals: signedVectors(messages, 'signals', signalEnvelope),
    'key-rotation': await rotationVector(gateway),
  };
}

/** The third entry of the chain: `gw-01` retires its key, and the message that carries it. */
async function rotationVector({
  journal,
  store,
}: Awaited<ReturnType<typeof openGateway>>): Promise<Json> {
  const retired = fixedKey('gw-01');
  const rotation = await signKeyRotation({
    gateway: 'gw-01',
    retired: retired.publicKey,
    introduced: fixedKey('gw-01 second'),
    authority: retired,
  });
  await journal.append(KEY_ROTATION, rotation.id, { ...rotation }, 'keys/gw-01');
  const records = await store.log.read({ epoch: 1, seq: 2 }, 1);
  const envelope = await sealBatch('gw-01', records, { hash: nodeHash, signing: retired });
  return {
    retiredSeedHex: fixedSeed('gw-01'),
    introducedSeedHex: fixedSeed('gw-01 second'),
    signedBytes: text(rotationBytes(rotation)),
    payload: { ...rotation },
    message: text(canonicalBytes(envelope)),
  };
}

const SALT_KEY = new Uint8Array(32).fill(7);

function entryVector(entry: Parameters<typeof entryHash>[1], payload: Json): Json {
  const salt = payloadSalt(nodeHash, SALT_KEY, entry.id);
  return {
    saltKeyHex: toHex(SALT_KEY),
    id: entry.id,
    salt: toHex(salt),
    payload,
    canonicalPayload: canonicalJson(payload),
    payloadHash: payloadHash(nodeHash, salt, payload),
    entry: { ...entry },
    canonicalEntry: canonicalJson(entry),
    entryHash: entryHash(nodeHash, entry),
  };
}

function signedVectors(
  messages: readonly { topic: string; payload: Uint8Array }[],
  channel: string,
  schema: typeof receiptEnvelope | typeof signalEnvelope,
): Json {
  return messages
    .filter(({ topic }) => topic.endsWith(channel))
    .slice(0, 2)
    .map(({ topic, payload }) => {
      const read = readEnvelope<ReceiptEnvelope | SignalEnvelope>(
        schema,
        { topic, payload, retained: false },
        65_536,
      );
      if (!read.success) throw new Error(read.refusal.message);
      return {
        privateKeySeedHex: fixedSeed('coordinator'),
        topic,
        signedBytes: text(signedBytes(read.envelope)),
        signature: read.envelope.signature,
        message: text(payload),
      };
    });
}

async function sendSignals(uplink: ReturnType<typeof openCoordinator>['uplink']): Promise<void> {
  const span = { start: '2026-06-21T12:00:00Z', end: '2026-06-21T13:00:00Z' };
  const common = { version: 1, validForMs: 3_600_000 } as const;
  const prices = {
    importPriceMicroPerKilowattHour: 90_000,
    exportPriceMicroPerKilowattHour: -1_000,
  };
  await uplink.send(
    '*',
    {
      kind: 'tariffSignal',
      ...common,
      id: 'prices-1',
      currency: 'EUR',
      periods: [{ ...span, ...prices }],
    },
    ['gw-01'],
  );
  const limit = { importLimitWatts: 3_000, reason: 'transformer at its limit' };
  await uplink.send('gw-01', { kind: 'limit', ...common, id: 'limit-1', ...span, ...limit });
}

function refusals(message: string): { change: string; wrong: string }[] {
  const parsed = eventsEnvelope.parse(JSON.parse(message));
  const other = fixedKey('gw-02').publicKey;
  const flipped = parsed.signature.startsWith('A') ? 'B' : 'A';
  return [
    { change: 'the message is cut short', wrong: message.slice(0, -1) },
    { change: 'a space was added', wrong: message.replace('{', '{ ') },
    {
      change: 'another gateway is named',
      wrong: message.replace('"gateway":"gw-01"', '"gateway":"gw-02"'),
    },
    { change: 'another key is named', wrong: message.replace(parsed.publicKey, other) },
    {
      change: 'a reading was tampered with',
      wrong: message.replace('"importMilliwattHours":1000', '"importMilliwattHours":1001'),
    },
    {
      change: 'an entry was tampered with',
      wrong: message.replaceAll(
        `"kind":"interval","payloadHash":"${parsed.records[0]?.entry.payloadHash ?? ''}"`,
        `"kind":"interval","payloadHash":"${'ab'.repeat(32)}"`,
      ),
    },
    {
      change: 'the signature was tampered with',
      wrong: message.replace(parsed.signature, flipped + parsed.signature.slice(1)),
    },
  ];
}
