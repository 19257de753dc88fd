import { join } from 'node:path';
import { canonicalJson } from '@microgrid/events';
import { batchHead, signBatch, type SigningPort } from '@microgrid/journal';
import { loadOrCreateKeyFile, nodeHash } from '@microgrid/journal/node';
import type { EventsEnvelope } from '@microgrid/uplink';

/** A key that nobody enrolled, unless a test does. */
export function strangersKey(folder: string): SigningPort {
  return loadOrCreateKeyFile(join(folder, 'stranger.pem'));
}

/** The records of a batch, signed again by another key for a gateway of one's choice. */
export async function forgedBatch(
  { records }: EventsEnvelope,
  gateway: string,
  signing: SigningPort,
  publicKey = signing.publicKey,
): Promise<string> {
  const head = batchHead(
    nodeHash,
    gateway,
    records.map(({ entry }) => entry),
  );
  const signed = await signBatch(signing, head);
  return canonicalJson({ version: 1, publicKey, ...signed, records });
}
