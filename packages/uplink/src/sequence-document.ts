import type { KeyedDocuments } from '@microgrid/journal';

/** Reads a stored number that only grows; 0 when there is none. */
export async function readSequence(
  documents: KeyedDocuments,
  collection: string,
  key: string,
): Promise<number> {
  const stored = await documents.get(collection, key);
  return typeof stored === 'number' && Number.isSafeInteger(stored) && stored > 0 ? stored : 0;
}
