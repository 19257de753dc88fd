import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { HashPort } from './hash-port.js';
import { JournalError } from './journal-error.js';
import { formatPublicKey, parsePublicKey } from './public-key.js';
import type { SigningPort, VerifyPort } from './signing-port.js';

/** `HashPort` in plain JavaScript (WebCrypto's hashing is asynchronous only). */
export const webHash: HashPort = {
  sha256: (bytes) => sha256(bytes),
  hmacSha256: (key, bytes) => hmac(sha256, key, bytes),
};

const ED25519 = { name: 'Ed25519' };

/** WebCrypto takes no view on a shared buffer; a copy always fits. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** `VerifyPort` by WebCrypto; needs a browser or runtime with Ed25519. */
export const webVerify: VerifyPort = {
  async verify(publicKey, signature, bytes) {
    try {
      const raw = ownBytes(parsePublicKey(publicKey));
      const key = await crypto.subtle.importKey('raw', raw, ED25519, false, ['verify']);
      return await crypto.subtle.verify(ED25519, key, ownBytes(signature), ownBytes(bytes));
    } catch (error) {
      // A runtime without Ed25519 must not look like a wrong signature.
      if ((error as DOMException | undefined)?.name === 'NotSupportedError') throw error;
      return false;
    }
  },
};

/** `SigningPort` of a private key in PKCS #8 DER, kept unexportable inside WebCrypto. */
export async function webSigning(
  pkcs8: Uint8Array,
  rawPublicKey: Uint8Array,
): Promise<SigningPort> {
  const key = await crypto.subtle.importKey('pkcs8', ownBytes(pkcs8), ED25519, false, ['sign']);
  return {
    publicKey: formatPublicKey(rawPublicKey),
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(ED25519, key, ownBytes(bytes))),
  };
}

/** A fresh key that never leaves WebCrypto. */
export async function generateWebSigning(): Promise<SigningPort> {
  const pair = await crypto.subtle.generateKey(ED25519, false, ['sign', 'verify']);
  if (!('privateKey' in pair))
    throw new JournalError(
      'bad-entry',
      'this runtime made a single key where Ed25519 makes a pair',
    );
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return {
    publicKey: formatPublicKey(raw),
    sign: async (bytes) =>
      new Uint8Array(await crypto.subtle.sign(ED25519, pair.privateKey, ownBytes(bytes))),
  };
}
