/** Hashing, synchronous so that pure code can use it. Entries `/node` and `/web` implement it. */
export interface HashPort {
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  readonly hmacSha256: (key: Uint8Array, bytes: Uint8Array) => Uint8Array;
}
