/** What every transfer says. */
interface TransferBase {
  /** Makes sending it again harmless; 1 to 1,500 characters without control characters. */
  readonly id: string;
  /** With the next transfer of the batch: both happen or none does. Default false. */
  readonly linked?: boolean;
}

/** What an amount of energy was worth: shown as its price in exported journals. */
export interface Worth {
  /** ISO 4217. */
  readonly commodity: string;
  /** 10^-12 units, of either sign. */
  readonly amount: bigint;
}

interface Movement extends TransferBase {
  readonly debit: string;
  readonly credit: string;
  /** `kWh` (amounts in mWh) or an ISO 4217 code (amounts in 10^-12 units). */
  readonly commodity: string;
  /** Above 0. */
  readonly amount: bigint;
  readonly worth?: Worth;
  /** What it is for: a statement line, a bank's reference … */
  readonly reference?: string;
}

/** Moves an amount at once. */
export interface PostedTransfer extends Movement {
  readonly phase: 'posted';
  /** Id of a posted transfer that this one takes back, in whole or in part: its accounts the other way round. */
  readonly reverses?: string;
}

/** Sets an amount aside until it is posted, voided or expires. */
export interface PendingTransfer extends Movement {
  readonly phase: 'pending';
  /** When it lapses by itself, ms; the instant itself is too late. Default never. */
  readonly expiresAtMs?: number;
}

/** Posts a pending transfer; what it leaves of the amount is released. */
export interface PostPending extends TransferBase {
  readonly phase: 'post';
  readonly pendingId: string;
  /** Above 0, at most the pending amount. Default all of it. */
  readonly amount?: bigint;
  readonly reference?: string;
}

/** Releases a pending transfer. */
export interface VoidPending extends TransferBase {
  readonly phase: 'void';
  readonly pendingId: string;
  readonly reference?: string;
}

/** One step of the ledger. A transfer is never changed: what corrects it is another one. */
export type Transfer = PostedTransfer | PendingTransfer | PostPending | VoidPending;

/**
 * What came of a transfer, in order of precedence: where several would be true, the first is told.
 * Only `created` changes the ledger; `exists` says it did before.
 */
export const TRANSFER_OUTCOMES = [
  'created',
  'linked-transfer-failed',
  'linked-chain-open',
  'id-invalid',
  'exists',
  'exists-with-other-content',
  'amount-not-positive',
  'commodity-invalid',
  'accounts-equal',
  'debit-account-not-found',
  'credit-account-not-found',
  'already-expired',
  'pending-not-found',
  'not-pending',
  'pending-already-posted',
  'pending-already-voided',
  'pending-expired',
  'exceeds-pending-amount',
  'reversed-not-found',
  'reversal-does-not-mirror',
  'exceeds-reversible-amount',
  'exceeds-balance',
] as const;

/** What came of a transfer. */
export type TransferOutcome = (typeof TRANSFER_OUTCOMES)[number];

/** An account as it was opened. */
export interface LedgerAccount {
  readonly id: string;
  /**
   * `debits`: debits, pending ones included, never exceed posted credits (the account cannot be
   * overdrawn); `credits` the other way round. Default: either may be larger.
   */
  readonly limit?: 'debits' | 'credits';
}

/** Sums of an account in one commodity, all from 0. */
export interface AccountBalance {
  readonly debitsPosted: bigint;
  readonly creditsPosted: bigint;
  readonly debitsPending: bigint;
  readonly creditsPending: bigint;
}

/** An account's sums in one commodity. */
export interface CommodityBalance {
  readonly account: string;
  readonly commodity: string;
  readonly sums: AccountBalance;
}

/** What the ledger keeps, in the order in which it happened. */
export type LedgerRecord =
  | { readonly kind: 'account'; readonly atMs: number; readonly account: LedgerAccount }
  | { readonly kind: 'transfer'; readonly atMs: number; readonly transfer: Transfer }
  | { readonly kind: 'expired'; readonly atMs: number; readonly pendingId: string };
