/** Signs with one ed25519 key (RFC 8032). Entries `/node` and `/web` implement it. */
export interface SigningPort {
  /** `ed25519:` and the raw 32 bytes in base64url without padding (43 characters). */
  readonly publicKey: string;
  /** The 64-byte signature. */
  readonly sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** Checks ed25519 signatures. */
export interface VerifyPort {
  /** False for a wrong signature and for a key or signature of the wrong form; never throws for them. */
  readonly verify: (
    publicKey: string,
    signature: Uint8Array,
    bytes: Uint8Array,
  ) => Promise<boolean>;
}
