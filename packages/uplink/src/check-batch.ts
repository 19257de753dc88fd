import { safeParseEvent, type Event, type EventKind } from '@microgrid/events';
import {
  entryHash,
  isJournalError,
  KEY_ROTATION,
  keyFault,
  payloadStatus,
  readKeyRotation,
  rotationFault,
  verifyBatch,
  type HashPort,
  type KeyHistory,
  type VerifyPort,
} from '@microgrid/journal';
import type { EnrolledGateway } from './coordinator-uplink.js';
import type { EventsEnvelope } from './envelope.js';
import type { Refusal, RefusalCode } from './refusal.js';

/** The kinds of event a gateway may send up. */
export const UPWARD_KINDS: readonly EventKind[] = ['interval', 'deviceDescription', 'command'];

type WireRecord = EventsEnvelope['records'][number];

/** Events of a sound batch by sequence number (erased entries have none), or the first fault. */
export type CheckedBatch =
  | { readonly success: true; readonly events: ReadonlyMap<number, Event> }
  | { readonly success: false; readonly refusal: Refusal };

function named(code: RefusalCode, seq: number, message: string): Refusal {
  return { code, seq, message: `seq ${seq}: ${message}`.slice(0, 1000) };
}

/** Each entry follows the one before, from the header's first to its last, and ends in its head. */
function chainFault(envelope: EventsEnvelope, hash: HashPort): Refusal | undefined {
  const { epoch, firstSeq, lastSeq, headHash, records } = envelope;
  let previous = envelope.previousHash;
  for (const [index, { entry }] of records.entries()) {
    const seq = firstSeq + index;
    if (entry.epoch !== epoch || entry.seq !== seq) {
      const found = `epoch ${entry.epoch} seq ${entry.seq}`;
      return named('chain-broken', seq, `got ${found}, expected epoch ${epoch} seq ${seq}`);
    }
    if (entry.previousHash !== previous) {
      return named(
        'chain-broken',
        seq,
        `got previousHash ${entry.previousHash}, expected ${previous}: this entry or the one before was changed`,
      );
    }
    previous = entryHash(hash, entry);
  }
  if (firstSeq + records.length - 1 !== lastSeq) {
    const message = `got ${records.length} records, expected seq ${firstSeq} to ${lastSeq}`;
    return named('chain-broken', lastSeq, message);
  }
  if (previous === headHash) return undefined;
  return named(
    'chain-broken',
    lastSeq,
    `the last entry has hash ${previous}, expected ${headHash}`,
  );
}

function eventFault(
  record: WireRecord,
  event: Event,
  gateway: EnrolledGateway,
): Refusal | undefined {
  const { seq, kind, id } = record.entry;
  if (event.kind !== kind || !UPWARD_KINDS.includes(event.kind)) {
    const expected = UPWARD_KINDS.includes(event.kind)
      ? `kind ${kind} as in its entry`
      : `one of ${UPWARD_KINDS.join(', ')}`;
    return named('payload-kind', seq, `got a payload of kind ${event.kind}, expected ${expected}`);
  }
  if ('id' in event && event.id !== id) {
    return named('entry-id', seq, `the payload is ${event.id}, expected ${id} as in its entry`);
  }
  if (event.kind === 'interval' && !gateway.meteringPoints.has(event.meteringPoint)) {
    return named(
      'foreign-metering-point',
      seq,
      `metering point ${event.meteringPoint} is not one of this gateway's: enter it in the community file`,
    );
  }
  return undefined;
}

function readRecord(
  record: WireRecord,
  gateway: EnrolledGateway,
  hash: HashPort,
): { event?: Event; refusal?: Refusal } {
  const { entry, payload, salt } = record;
  const { seq, id, kind, payloadHash } = entry;
  // The wire schema says that payload and salt come together.
  if (payload === undefined || salt === undefined) return {};
  if (payloadStatus(hash, { entry, payload, salt }) !== 'verified') {
    const message = `the payload of ${id} (${kind}) is not the one that was signed: it does not hash to ${payloadHash}`;
    return { refusal: named('payload-hash', seq, message) };
  }
  // No event: it is about the chain itself, and was checked by its signatures.
  if (kind === KEY_ROTATION) return {};
  const parsed = safeParseEvent(payload, id);
  if (!parsed.success) {
    return { refusal: named('payload-schema', seq, parsed.error.message) };
  }
  const refusal = eventFault(record, parsed.data, gateway);
  return refusal === undefined ? { event: parsed.data } : { refusal };
}

/** Whether a stored rotation has come again: its effect is in the history already. */
function isKnownRotation(
  keys: KeyHistory,
  { epoch, seq }: WireRecord['entry'],
  retired: string,
): boolean {
  return keys.some(
    ({ publicKey, until }) => publicKey === retired && until?.epoch === epoch && until.seq === seq,
  );
}

/** A rotation of keys must stand alone in its batch and be signed by the key it retires. */
async function keyRotationFault(
  { gateway, firstSeq, records }: EventsEnvelope,
  keys: KeyHistory,
  verifying: VerifyPort,
): Promise<Refusal | undefined> {
  const record = records.find(({ entry }) => entry.kind === KEY_ROTATION);
  if (record === undefined) return undefined;
  const { entry, payload } = record;
  const refuse = (message: string): Refusal => named('key-rotation', entry.seq, message);
  if (records.length > 1) {
    return refuse(
      `got ${records.length} records from seq ${firstSeq}, expected a key rotation alone`,
    );
  }
  try {
    const rotation = readKeyRotation(payload);
    if (entry.id !== rotation.id) {
      return named('entry-id', entry.seq, `the payload is ${rotation.id}, expected ${entry.id}`);
    }
    if (isKnownRotation(keys, entry, rotation.retired)) return undefined;
    const fault = await rotationFault(rotation, { gateway, keys, verifying });
    return fault && refuse(`got ${fault.found}, expected ${fault.expected}`);
  } catch (error) {
    if (!isJournalError(error)) throw error;
    return refuse(error.message);
  }
}

/** What a batch is checked by. */
export interface BatchChecks {
  readonly hash: HashPort;
  readonly verifying: VerifyPort;
  /** The gateway's keys so far. Default: the enrolled one. */
  readonly keys?: KeyHistory;
}

/** Everything that can be said of a batch without knowing what was stored before, but for the keys. */
export async function checkBatch(
  envelope: EventsEnvelope,
  gateway: EnrolledGateway | undefined,
  { hash, verifying, keys = [{ publicKey: gateway?.publicKey ?? '' }] }: BatchChecks,
): Promise<CheckedBatch> {
  const refuse = (refusal: Refusal): CheckedBatch => ({ success: false, refusal });
  const { gateway: id, publicKey, epoch, firstSeq, records } = envelope;
  if (gateway === undefined) {
    return refuse(named('unknown-gateway', firstSeq, `${id} is not enrolled with ${publicKey}`));
  }
  const wrongKey = keyFault(keys, { epoch, seq: firstSeq }, publicKey);
  if (wrongKey !== undefined) {
    const message = `got key ${wrongKey.found}, expected ${wrongKey.expected}`;
    return refuse(named('wrong-key', firstSeq, message));
  }
  const broken = chainFault(envelope, hash);
  if (broken !== undefined) return refuse(broken);
  if (!(await verifyBatch(verifying, publicKey, envelope))) {
    return refuse(named('bad-signature', firstSeq, `the batch is not signed by ${publicKey}`));
  }
  const rotation = await keyRotationFault(envelope, keys, verifying);
  if (rotation !== undefined) return refuse(rotation);
  const events = new Map<number, Event>();
  for (const record of records) {
    const { event, refusal } = readRecord(record, gateway, hash);
    if (refusal !== undefined) return refuse(refusal);
    if (event !== undefined) events.set(record.entry.seq, event);
  }
  return { success: true, events };
}
