import { fromBase64Url, toBase64Url } from './byte-text.js';
import { JournalError } from './journal-error.js';

const PREFIX = 'ed25519:';

/** `ed25519:` and the raw 32 bytes in base64url. Throws `bad-entry` for another length. */
export function formatPublicKey(raw: Uint8Array): string {
  if (raw.length !== 32)
    throw new JournalError('bad-entry', `an ed25519 public key has 32 bytes, not ${raw.length}`);
  return PREFIX + toBase64Url(raw);
}

/** The raw 32 bytes. Throws `bad-entry`. */
export function parsePublicKey(text: string): Uint8Array {
  const raw = text.startsWith(PREFIX) ? fromBase64Url(text.slice(PREFIX.length)) : undefined;
  if (raw?.length !== 32)
    throw new JournalError(
      'bad-entry',
      `public key '${text.slice(0, 80)}', expected ed25519: and 43 base64url characters`,
    );
  return raw;
}
