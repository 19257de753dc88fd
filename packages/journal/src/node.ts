import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HashPort } from './hash-port.js';
import { JournalError } from './journal-error.js';
import { formatPublicKey, parsePublicKey } from './public-key.js';
import type { SigningPort, VerifyPort } from './signing-port.js';

/** `HashPort` by node:crypto. */
export const nodeHash: HashPort = {
  // In one call, and by way of a text: making a buffer takes three times as long as hashing a leaf.
  sha256: (bytes) => {
    const text = hash('sha256', bytes, 'binary');
    const digest = new Uint8Array(32);
    for (let at = 0; at < 32; at++) digest[at] = text.charCodeAt(at);
    return digest;
  },
  hmacSha256: (key, bytes) => new Uint8Array(createHmac('sha256', key).update(bytes).digest()),
};

/** DER of a SubjectPublicKeyInfo for ed25519 (RFC 8410) up to the 32 key bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Keys that were used last, parsed: a coordinator verifies with the same few for years. */
const parsedKeys = new Map<string, KeyObject>();
const MOST_PARSED_KEYS = 256;

function publicKeyObject(text: string): KeyObject {
  const known = parsedKeys.get(text);
  if (known !== undefined) return known;
  const key = Buffer.concat([SPKI_PREFIX, parsePublicKey(text)]);
  const parsed = createPublicKey({ key, format: 'der', type: 'spki' });
  // Keys come from strangers too: they must not fill the memory.
  if (parsedKeys.size >= MOST_PARSED_KEYS) parsedKeys.clear();
  parsedKeys.set(text, parsed);
  return parsed;
}

/** `VerifyPort` by node:crypto. */
export const nodeVerify: VerifyPort = {
  verify: (publicKey, signature, bytes) => {
    try {
      return Promise.resolve(verify(null, bytes, publicKeyObject(publicKey), signature));
    } catch {
      return Promise.resolve(false);
    }
  },
};

/** A private key in PKCS #8 PEM: what key files hold. */
export function generatePrivateKeyPem(): string {
  return generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

/** `SigningPort` of a private key in PKCS #8 PEM. Throws `bad-key-file` for another kind of key. */
export function nodeSigning(privateKeyPem: string, source = 'private key'): SigningPort {
  let key: KeyObject;
  try {
    key = createPrivateKey(privateKeyPem);
  } catch {
    throw new JournalError('bad-key-file', `${source} holds no PKCS #8 PEM private key`);
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new JournalError(
      'bad-key-file',
      `${source} holds a key of type ${String(key.asymmetricKeyType)}, expected ed25519`,
    );
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: formatPublicKey(new Uint8Array(spki.subarray(SPKI_PREFIX.length))),
    sign: (bytes) => Promise.resolve(new Uint8Array(sign(null, bytes, key))),
  };
}

/**
 * Makes a key and writes it to a new file with mode 0600, durably. Rejects with the file system's
 * error (`EEXIST` when the file exists: a key is never overwritten).
 */
export function createKeyFile(path: string): SigningPort {
  const pem = generatePrivateKeyPem();
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, pem);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  return nodeSigning(pem, path);
}

/**
 * Reads a key file. Throws `bad-key-file` when group or others may read, write or run it (except
 * on Windows, where the mode says nothing), or when it holds no ed25519 key.
 */
export function loadKeyFile(path: string): SigningPort {
  const file = openSync(path, 'r');
  try {
    const mode = fstatSync(file).mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new JournalError(
        'bad-key-file',
        `${path} has mode ${mode.toString(8).padStart(4, '0')}, expected 0600: run chmod 600 on it, and make a new key if strangers could read it`,
      );
    return nodeSigning(readFileSync(file, 'utf8'), path);
  } finally {
    closeSync(file);
  }
}

/** Loads the key file, or makes one when there is none: a device's first start. */
export function loadOrCreateKeyFile(path: string): SigningPort {
  try {
    return loadKeyFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return createKeyFile(path);
    throw error;
  }
}
