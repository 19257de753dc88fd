import { canonicalJson } from '@microgrid/events';
import {
  batchHead,
  KEY_ROTATION,
  signBatch,
  type HashPort,
  type JournalRecord,
  type SigningPort,
} from '@microgrid/journal';
import type { EventsEnvelope } from './envelope.js';

/** Room for everything of an envelope but its records: names, hashes, key, signature, numbers. */
const HEADER_BYTES = 700;
const encoder = new TextEncoder();

/** A record as it travels: the entry, and its content unless that was erased. */
export function wireRecord({
  entry,
  payload,
  salt,
}: JournalRecord): EventsEnvelope['records'][number] {
  const { epoch, seq, previousHash, kind, id, payloadHash } = entry;
  const hashed = { epoch, seq, previousHash, kind, id, payloadHash };
  if (payload === undefined || salt === undefined) return { entry: hashed };
  return { entry: hashed, salt, payload: payload as EventsEnvelope['records'][number]['payload'] };
}

/**
 * The longest start of `records` that fits one message: consecutive entries of one epoch within the
 * bounds; a rotation of keys stands alone. Empty when the first record alone is too large.
 */
export function takeBatch(
  records: readonly JournalRecord[],
  maxEntries: number,
  maxBytes: number,
): readonly JournalRecord[] {
  const first = records[0]?.entry;
  let bytes = HEADER_BYTES;
  let count = 0;
  for (const record of records) {
    const { epoch, seq } = record.entry;
    if (count >= maxEntries || epoch !== first?.epoch || seq !== first.seq + count) break;
    if (count > 0 && [first.kind, record.entry.kind].includes(KEY_ROTATION)) break;
    bytes += encoder.encode(canonicalJson(wireRecord(record))).length + 1;
    if (bytes > maxBytes) break;
    count += 1;
  }
  return records.slice(0, count);
}

/** Signs consecutive records into the envelope of topic `…/events`. */
export async function sealBatch(
  gateway: string,
  records: readonly JournalRecord[],
  { hash, signing }: { readonly hash: HashPort; readonly signing: SigningPort },
): Promise<EventsEnvelope> {
  const entries = records.map(({ entry }) => entry);
  const batch = await signBatch(signing, batchHead(hash, gateway, entries));
  return { version: 1, publicKey: signing.publicKey, ...batch, records: records.map(wireRecord) };
}
