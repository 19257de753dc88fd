export { fromBase64Url, fromHex, toBase64Url, toHex } from './byte-text.js';
export { consistencyProof, verifyConsistency, type ConsistencyClaim } from './consistency-proof.js';
export type { AppendOptions, EventLog } from './event-log.js';
export type { HashPort } from './hash-port.js';
export { inclusionProof, verifyInclusion, type InclusionClaim } from './inclusion-proof.js';
export { createJournal, nextEntry, type Journal, type JournalOptions } from './journal.js';
export {
  entryHash,
  FIRST_SEQ,
  GENESIS_HASH,
  headOf,
  type JournalEntry,
  type JournalHead,
} from './journal-entry.js';
export { isJournalError, JournalError, type JournalErrorCode } from './journal-error.js';
export type { JournalPosition, JournalRecord } from './journal-record.js';
export {
  currentKey,
  KEY_ROTATION,
  keyFault,
  keyOfEntry,
  keyRotationId,
  readKeyRotation,
  rotated,
  rotationBytes,
  rotationFault,
  signKeyRotation,
  type KeyHistory,
  type KeyRotation,
  type KeySpan,
  type RotationContext,
} from './key-rotation.js';
export type { KeyedDocuments, PutOptions } from './keyed-documents.js';
export {
  leafHash,
  leafTextHasher,
  merkleRoot,
  merkleTree,
  nodeHash,
  type MerkleTree,
} from './merkle-tree.js';
export type { Outbox } from './outbox.js';
export { payloadHash, payloadSalt } from './payload-hash.js';
export { formatPublicKey, parsePublicKey } from './public-key.js';
export { createSaltKeys, type SaltKeys } from './salt-keys.js';
export {
  batchBytes,
  batchHead,
  signBatch,
  verifyBatch,
  type BatchHead,
  type SignedBatch,
} from './signed-batch.js';
export type { SigningPort, VerifyPort } from './signing-port.js';
export {
  payloadStatus,
  verifyChain,
  type ChainFault,
  type ChainVerdict,
  type PayloadStatus,
  type VerifiableRecord,
  type VerifyChainOptions,
} from './verify-chain.js';
export {
  verifySignedChain,
  type BatchWithRecords,
  type SignedChainFault,
  type SignedChainVerdict,
  type VerifySignedChainOptions,
} from './verify-signed-chain.js';
