import { canonicalBytes, type Json } from '@microgrid/events';
import { toHex } from './byte-text.js';
import type { HashPort } from './hash-port.js';

const encoder = new TextEncoder();

/** HMAC-SHA256(salt key of the subject, UTF-8 of the id): tells nothing about the key or other ids. */
export function payloadSalt(hash: HashPort, saltKey: Uint8Array, id: string): Uint8Array {
  return hash.hmacSha256(saltKey, encoder.encode(id));
}

/**
 * SHA-256(salt ‖ canonical payload), hex. Without the salt a payload that can be guessed (a meter
 * reading) cannot be confirmed from its hash, so deleting salt and payload erases it.
 */
export function payloadHash(hash: HashPort, salt: Uint8Array, payload: Json): string {
  const canonical = canonicalBytes(payload);
  const salted = new Uint8Array(salt.length + canonical.length);
  salted.set(salt);
  salted.set(canonical, salt.length);
  return toHex(hash.sha256(salted));
}
