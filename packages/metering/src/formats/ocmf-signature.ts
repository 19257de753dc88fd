import { brainpoolP256r1, brainpoolP384r1 } from '@noble/curves/misc.js';
import { p256, p384 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { OcmfRecord } from './ocmf-record.js';

/** Outcome of checking a signature. */
export type OcmfVerdict =
  { readonly valid: true } | { readonly valid: false; readonly reason: string };

/** Parameters of SEC 2 (version 1): curves that meters in the field still sign with. */
const p192 = ecdsa(
  weierstrass({
    p: 0xfffffffffffffffffffffffffffffffeffffffffffffffffn,
    n: 0xffffffffffffffffffffffff99def836146bc9b1b4d22831n,
    h: 1n,
    a: 0xfffffffffffffffffffffffffffffffefffffffffffffffcn,
    b: 0x64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1n,
    Gx: 0x188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012n,
    Gy: 0x07192b95ffc8da78631011ed6b24cdd573f977a11e794811n,
  }),
  sha256,
);
const k192 = ecdsa(
  weierstrass({
    p: 0xfffffffffffffffffffffffffffffffffffffffeffffee37n,
    n: 0xfffffffffffffffffffffffe26f2fc170f69466a74defd8dn,
    h: 1n,
    a: 0n,
    b: 3n,
    Gx: 0xdb4ff10ec057e9ae26b07d0280b7f4341da5d1b1eae06c7dn,
    Gy: 0x9b2f2f6d9c5628a7844163d015be86344082aa88d95e2f9dn,
  }),
  sha256,
);

/** Curves by the name in SA. Those of 192 bits are below today's strength, but many meters have them. */
const CURVES = {
  secp192r1: p192,
  secp192k1: k192,
  secp256r1: p256,
  secp256k1,
  secp384r1: p384,
  brainpool256r1: brainpoolP256r1,
  brainpoolP256r1,
  brainpool384r1: brainpoolP384r1,
  brainpoolP384r1,
} as const;

const HASHES = { '256': sha256, '384': sha384, '512': sha512 } as const;

type CurveName = keyof typeof CURVES;

/**
 * The point of a key in SubjectPublicKeyInfo (DER), or the point itself; a DER key ends with its
 * point: an uncompressed one begins with 04.
 */
function pointOf(key: Uint8Array, fieldBytes: number): Uint8Array | undefined {
  const length = 1 + 2 * fieldBytes;
  const point = key.subarray(key.length - length);
  return key.length >= length && point[0] === 0x04 ? point : undefined;
}

/**
 * Verifies a record's signature over the exact bytes of its payload.
 * @param publicKey SubjectPublicKeyInfo in DER, or the uncompressed point.
 */
export function verifyOcmf(record: OcmfRecord, publicKey: Uint8Array): OcmfVerdict {
  const match = /^ECDSA-(.+)-SHA(256|384|512)$/.exec(record.algorithm);
  const name = match?.[1] ?? '';
  if (match === null || !(name in CURVES)) {
    const reason = `signature algorithm ${record.algorithm} is not supported`;
    return { valid: false, reason };
  }
  const curve = CURVES[name as CurveName];
  const fieldBytes = name.includes('384') ? 48 : name.includes('192') ? 24 : 32;
  const point = pointOf(publicKey, fieldBytes);
  if (point === undefined) {
    return { valid: false, reason: `the public key is no uncompressed point of ${name}` };
  }
  try {
    const hash = HASHES[match[2] as keyof typeof HASHES];
    const message = hash(new TextEncoder().encode(record.payload));
    const options = { format: 'der', lowS: false, prehash: false } as const;
    if (curve.verify(record.signature, message, point, options)) return { valid: true };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { valid: false, reason: `the signature cannot be read: ${message}` };
  }
  return { valid: false, reason: 'the signature does not fit the payload and key' };
}
