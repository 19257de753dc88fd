import { fromHex, toHex } from './byte-text.js';
import { JournalError } from './journal-error.js';
import type { KeyedDocuments } from './keyed-documents.js';

const COLLECTION = 'salt-keys';
const ERASED = 'erased';

/** Salt keys of subjects: made when first asked for, gone for good once erased. */
export interface SaltKeys {
  /** The subject's key, made on first use; undefined once erased. */
  keyOf(subject: string): Promise<Uint8Array | undefined>;
  /** Deletes the key for good; a mark stays, so that no new key is made for the subject. */
  erase(subject: string): Promise<void>;
}

/**
 * Keeps salt keys in a document store. `randomBytes` must be cryptographic. The store must not be
 * the backup of the log: restoring both would bring an erased subject back.
 */
export function createSaltKeys(
  documents: KeyedDocuments,
  randomBytes: (length: number) => Uint8Array,
): SaltKeys {
  const stored = async (subject: string): Promise<string | undefined> => {
    const document = await documents.get(COLLECTION, subject);
    if (document === undefined || typeof document === 'string') return document;
    throw new JournalError('bad-entry', `the salt key of '${subject}' in the store is not a text`);
  };
  return {
    async keyOf(subject) {
      let key = await stored(subject);
      if (key === undefined) {
        await documents.create(COLLECTION, subject, toHex(randomBytes(32)));
        // Read again: another writer may have been first.
        key = await stored(subject);
      }
      return key === undefined || key === ERASED ? undefined : fromHex(key);
    },
    async erase(subject) {
      await documents.put(COLLECTION, subject, ERASED, { forgetOld: true });
    },
  };
}
